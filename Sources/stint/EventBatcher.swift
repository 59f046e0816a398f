/// Events of a file that go out in one request.
struct EventBatch: Hashable, Sendable {
    /// Lines, each with its end.
    var body: [UInt8] = []
    /// The number of each event's line in the file, from 1.
    var lines: [Int] = []
}

/// Cuts a stream of bytes into lines, and gathers these into batches.
///
/// Blank lines are passed over, but counted, as is the byte order mark before the first. A line
/// that no request may hold is left out and noted. Holds one batch and one line at most.
struct EventBatcher {
    static let eventsPerBatch = 1_000
    static let bytesPerBatch = 4 << 20
    /// What the server takes in one request.
    static let bytesPerLine = 16 << 20

    /// Numbers of the lines left out because they were too long.
    private(set) var tooLong: [Int] = []
    /// Whether the first thing in the stream opens an array: one JSON document, not lines.
    private(set) var isArray = false

    private var batch = EventBatch()
    private var line: [UInt8] = []
    private var number = 1
    private var isSkipping = false
    private var hasBegun = false

    /// - Returns: The batches that are full.
    mutating func take(_ chunk: some Sequence<UInt8>) -> [EventBatch] {
        var full: [EventBatch] = []
        var rest = Array(chunk)[...]
        while let end = rest.firstIndex(of: 0x0A) {
            extend(rest[..<end])
            if let batch = endLine() { full.append(batch) }
            rest = rest[(end + 1)...]
        }
        extend(rest)
        return full
    }

    /// Ends the last line, where the stream has ended without one.
    mutating func finish() -> [EventBatch] {
        let full = endLine()
        return [full, flush()].compactMap(\.self)
    }

    /// What has been gathered of whole lines, where anything has.
    mutating func flush() -> EventBatch? {
        guard !batch.lines.isEmpty else { return nil }
        defer { batch = EventBatch() }
        return batch
    }

    private mutating func extend(_ bytes: ArraySlice<UInt8>) {
        guard !isSkipping else { return }
        line += bytes
        if line.count > Self.bytesPerLine {
            isSkipping = true
            line = []
        }
    }

    /// - Returns: The batch before this line, where the line did not fit into it.
    private mutating func endLine() -> EventBatch? {
        defer {
            line.removeAll(keepingCapacity: true)
            number += 1
        }
        guard !isSkipping else {
            isSkipping = false
            hasBegun = true
            tooLong.append(number)
            return nil
        }
        if number == 1, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        guard let first = line.first(where: { ![0x20, 0x09, 0x0D].contains($0) }) else {
            return nil
        }
        if !hasBegun { isArray = first == 0x5B }
        hasBegun = true
        if line.last == 0x0D { line.removeLast() }
        let isFull =
            batch.lines.count == Self.eventsPerBatch
            || batch.body.count + line.count + 1 > Self.bytesPerBatch
        let full = isFull ? flush() : nil
        batch.body += line
        batch.body.append(0x0A)
        batch.lines.append(number)
        return full
    }
}
