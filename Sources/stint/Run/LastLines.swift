/// Keeps the last lines of a stream of bytes.
struct LastLines: Hashable, Sendable {
    /// The most bytes of a line that are kept; of a longer one the beginning.
    static let bytesPerLine = 2_048

    let limit: Int
    private var lines: [[UInt8]] = []
    private var line: [UInt8] = []

    init(limit: Int) { self.limit = limit }

    mutating func take(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            if byte == 0x0A {
                endLine()
            } else if line.count < Self.bytesPerLine {
                line.append(byte)
            }
        }
    }

    private mutating func endLine() {
        lines.append(line)
        line = []
        if lines.count > limit { lines.removeFirst() }
    }

    /// The lines, the one that has not ended included; `nil` where there are none.
    var text: String? {
        let all = (line.isEmpty ? lines : lines + [line]).suffix(limit)
        guard all.contains(where: { !$0.isEmpty }) else { return nil }
        return all.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
    }
}
