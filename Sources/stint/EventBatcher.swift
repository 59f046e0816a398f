/// Events of a file that go out in one request.
struct EventBatch: Hashable, Sendable {
    /// Lines, each with its end.
    var body: [UInt8] = []
    /// The number of each event's line in the file, from 1.
    var lines: [Int] = []

    static let events = 1_000
    static let bytes = 4 << 20

    /// - Parameters:
    ///   - event: One line of JSON.
    ///   - events: The most events of a batch.
    /// - Returns: The batch before this event, where the event did not fit into it.
    mutating func append(
        _ event: [UInt8], line: Int, atMost events: Int = EventBatch.events
    ) -> EventBatch? {
        let isFull = lines.count >= events || body.count + event.count + 1 > Self.bytes
        let full = isFull ? take() : nil
        body += event
        body.append(0x0A)
        lines.append(line)
        return full
    }

    /// What it holds, where it holds anything; it is empty then.
    mutating func take() -> EventBatch? {
        guard !lines.isEmpty else { return nil }
        defer { self = EventBatch() }
        return self
    }
}

/// Cuts a stream of bytes into lines, and gathers these into batches. Holds one batch and one line at
/// most.
struct EventBatcher {
    /// Whether the first thing in the stream opens an array: one JSON document, not lines.
    private(set) var isArray = false

    private var cutter = LineCutter()
    private var batch = EventBatch()
    private var hasBegun = false

    /// Numbers of the lines left out because they were too long.
    var tooLong: [Int] { cutter.tooLong }

    /// - Returns: The batches that are full.
    mutating func take(_ chunk: some Sequence<UInt8>) -> [EventBatch] {
        cutter.take(chunk).compactMap { append($0) }
    }

    /// Ends the last line, where the stream has ended without one.
    mutating func finish() -> [EventBatch] {
        let full = cutter.finish().flatMap { append($0) }
        return [full, flush()].compactMap(\.self)
    }

    /// What has been gathered of whole lines, where anything has.
    mutating func flush() -> EventBatch? { batch.take() }

    private mutating func append(_ line: LineCutter.Line) -> EventBatch? {
        if !hasBegun {
            let first = line.bytes.first { $0 != 0x20 && $0 != 0x09 }
            isArray = cutter.tooLong.isEmpty && first == 0x5B
        }
        hasBegun = true
        return batch.append(line.bytes, line: line.number)
    }
}
