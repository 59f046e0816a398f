/// Cuts a stream of bytes into lines.
///
/// Blank lines are passed over, but counted, as is the byte order mark before the first. A line that
/// no request may hold is left out and noted. Holds one line at most.
struct LineCutter {
    struct Line: Hashable, Sendable {
        /// Its number in the file, from 1.
        var number: Int
        /// Without its end.
        var bytes: [UInt8]
    }

    /// What the server takes in one request.
    static let longest = 16 << 20

    /// Numbers of the lines left out because they were too long.
    private(set) var tooLong: [Int] = []

    private var line: [UInt8] = []
    private var number = 1
    private var isSkipping = false

    /// - Returns: The lines that are whole by now.
    mutating func take(_ chunk: some Sequence<UInt8>) -> [Line] {
        var lines: [Line] = []
        var rest = Array(chunk)[...]
        while let end = rest.firstIndex(of: 0x0A) {
            extend(rest[..<end])
            if let line = endLine() { lines.append(line) }
            rest = rest[(end + 1)...]
        }
        extend(rest)
        return lines
    }

    /// Ends the last line, where the stream has ended without one.
    mutating func finish() -> Line? { endLine() }

    private mutating func extend(_ bytes: ArraySlice<UInt8>) {
        guard !isSkipping else { return }
        line += bytes
        if line.count > Self.longest {
            isSkipping = true
            line = []
        }
    }

    private mutating func endLine() -> Line? {
        defer {
            line.removeAll(keepingCapacity: true)
            number += 1
        }
        guard !isSkipping else {
            isSkipping = false
            tooLong.append(number)
            return nil
        }
        if number == 1, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        guard line.contains(where: { ![0x20, 0x09, 0x0D].contains($0) }) else { return nil }
        if line.last == 0x0D { line.removeLast() }
        return Line(number: number, bytes: line)
    }
}
