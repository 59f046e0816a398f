/// Reads a stream of server-sent events by the rules of the HTML standard (9.2.6): lines end in CR,
/// LF or CRLF, `data` may take several of them, a line that begins with a colon is a comment.
struct EventStreamParser {
    struct Message: Hashable, Sendable {
        /// `message` where the stream does not name it.
        var event: String
        var data: String
        /// The id last stated, with this message or before it; empty where none ever was.
        var id: String
    }

    /// A line, or the data of one message, is longer than anybody should send.
    struct TooLong: Error {}

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// The most bytes of a line, and of the data of a message.
    private let limit: Int
    /// With what to ask for the rest where the stream breaks off.
    private(set) var lastEventID: String
    /// How long to wait before a new connection, where the stream says so.
    private(set) var retry: Duration?

    private var statedID: String
    private var line: [UInt8] = []
    private var event = ""
    /// Each line of it ends in a line feed.
    private var data: [UInt8] = []
    private var isFirstLine = true
    private var endedInCarriageReturn = false

    /// - Parameter lastEventID: Of the stream that this one goes on with.
    init(lastEventID: String = "", limit: Int = 16 << 20) {
        self.limit = limit
        self.lastEventID = lastEventID
        statedID = lastEventID
    }

    /// Takes the next bytes, wherever they were cut.
    ///
    /// - Returns: The messages that they complete. One that the stream does not end is never one.
    mutating func read(_ bytes: some Collection<UInt8>) throws(TooLong) -> [Message] {
        var messages: [Message] = []
        var rest = bytes[...]
        while let first = rest.first {
            if endedInCarriageReturn {
                endedInCarriageReturn = false
                if first == 0x0A {
                    rest.removeFirst()
                    continue
                }
            }
            let end = rest.firstIndex { $0 == 0x0A || $0 == 0x0D } ?? rest.endIndex
            line += rest[..<end]
            guard line.count <= limit, data.count <= limit else { throw TooLong() }
            guard end != rest.endIndex else { break }
            endedInCarriageReturn = rest[end] == 0x0D
            rest = rest[rest.index(after: end)...]
            if let message = endLine() { messages.append(message) }
        }
        return messages
    }

    private mutating func endLine() -> Message? {
        defer { line.removeAll(keepingCapacity: true) }
        if isFirstLine {
            isFirstLine = false
            if line.starts(with: Self.byteOrderMark) { line.removeFirst(3) }
        }
        guard !line.isEmpty else { return endMessage() }
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        var value = line[colon...].dropFirst()
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "event":
            event = String(decoding: value, as: UTF8.self)
        case "data":
            data += value
            data.append(0x0A)
        case "id":
            if !value.contains(0) { statedID = String(decoding: value, as: UTF8.self) }
        case "retry":
            let isNumber = value.allSatisfy { (0x30...0x39).contains($0) }
            if isNumber, let number = Int64(String(decoding: value, as: UTF8.self)) {
                retry = .milliseconds(number)
            }
        default:
            break
        }
        return nil
    }

    private mutating func endMessage() -> Message? {
        lastEventID = statedID
        defer {
            event = ""
            data.removeAll(keepingCapacity: true)
        }
        guard !data.isEmpty else { return nil }
        return Message(
            event: event.isEmpty ? "message" : event,
            data: String(decoding: data.dropLast(), as: UTF8.self), id: lastEventID)
    }
}
