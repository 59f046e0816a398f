/// Lines of an export as they come, held against the count at their end.
struct CountedLines {
    enum Form { case ndjson, csv }

    private let form: Form
    private var rest: [UInt8] = []
    /// Lines, or records, that are whole; in CSV the header among them.
    private var lines = 0
    private var isQuoted = false
    /// The beginning of the line that is being read, and of the one before it.
    private var begin: [UInt8] = []
    private var last: [UInt8] = []

    init(_ form: Form) {
        self.form = form
    }

    /// - Returns: As much as is whole lines.
    mutating func take(_ chunk: some Sequence<UInt8>) -> [UInt8] {
        var end = rest.count
        for byte in chunk {
            rest.append(byte)
            if byte == 0x22, form == .csv { isQuoted.toggle() }
            if byte == 0x0A {
                end = rest.count
                guard !isQuoted else { continue }
                lines += 1
                last = begin
                begin = []
            } else if begin.count < 64 {
                begin.append(byte)
            }
        }
        let whole = Array(rest[..<end])
        rest.removeFirst(end)
        return whole
    }

    /// Whether the last line counts those before it, and nothing follows.
    var isWhole: Bool {
        let text = String(decoding: last, as: UTF8.self).filter { $0 != "\r" }
        let expected =
            switch form {
            case .ndjson: "{\"count\":\(lines - 1)}"
            case .csv: "# count \(lines - 2)"
            }
        return rest.isEmpty && text == expected
    }
}
