import NIOCore
import NIOWebSocket

/// How the feed goes over a connection: what each message looks like as bytes.
enum FeedForm: Hashable, Sendable {
    /// Server-sent events, as the HTML standard has them: the body of an answer that does not end.
    case events
    /// Text messages of a WebSocket (RFC 6455).
    case webSocket

    /// - Parameters:
    ///   - event: Its name: `execution`.
    ///   - data: JSON on one line.
    ///   - id: What the listener resumes from once it has this message.
    func write(_ event: StaticString, _ data: [UInt8], id: String, to buffer: inout ByteBuffer) {
        switch self {
        case .events:
            buffer.writeStaticString("id: ")
            buffer.writeString(id)
            buffer.writeStaticString("\nevent: ")
            buffer.writeStaticString(event)
            buffer.writeStaticString("\ndata: ")
            buffer.writeBytes(data)
            buffer.writeStaticString("\n\n")
        case .webSocket:
            let shell = #"{"event":"","data":,"id":""}"#.utf8.count
            let length = shell + event.utf8CodeUnitCount + data.count + id.utf8.count
            WebSocketFrames.writeHead(.text, length: length, to: &buffer)
            buffer.writeStaticString(#"{"event":""#)
            buffer.writeStaticString(event)
            buffer.writeStaticString(#"","data":"#)
            buffer.writeBytes(data)
            buffer.writeStaticString(#","id":""#)
            buffer.writeString(id)
            buffer.writeStaticString(#""}"#)
        }
    }

    /// What says that the server is there, and finds out whether the listener is.
    var heartbeat: ByteBuffer {
        switch self {
        case .events: Self.comment
        case .webSocket: WebSocketFrames.ping
        }
    }

    private static let comment = ByteBuffer(string: ":\n\n")

    /// What comes before everything else: after how long to connect again, which differs from
    /// listener to listener, so that they do not all come back at once.
    var greeting: ByteBuffer? {
        switch self {
        case .events: ByteBuffer(string: "retry: \(Int.random(in: 1_500...2_500))\n\n")
        case .webSocket: nil
        }
    }
}
