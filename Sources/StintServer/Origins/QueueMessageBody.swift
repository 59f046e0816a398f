import Foundation
import StintIngest
import StintModel

/// The text of a queue's message: an event of EventBridge, or native events as a document or in lines.
/// A notification of SNS that holds such a text counts as it.
struct QueueMessageBody {
    private let text: String

    init(_ text: String) {
        struct Notification: Decodable {
            var topic: String
            var message: String

            enum CodingKeys: String, CodingKey {
                case topic = "TopicArn"
                case message = "Message"
            }
        }
        let notification = try? JSONDecoder().decode(Notification.self, from: Data(text.utf8))
        self.text = notification?.message ?? text
    }

    /// - Parameter sink: Is shown the events, where all of the message can be taken; else none.
    /// - Returns: Whether it can.
    func read(
        window: AdmissionWindow, maximumEvents: Int, agentNames: AgentNames?,
        into sink: (Event) -> Void
    ) -> Bool {
        var bytes = text
        let events = bytes.withUTF8 { text -> [Event]? in
            let body = UnsafeRawBufferPointer(text)
            return Self.events { (sink) throws(BodyError) in
                try EventBridgeDecoder.decode(
                    body, window: window, maximumEvents: maximumEvents, agentNames: agentNames,
                    into: sink)
            }
                ?? Self.events { (sink) throws(BodyError) in
                    try NativeEventDecoder.decode(
                        body, as: .json, window: window, maximumEvents: maximumEvents, into: sink)
                }
                ?? Self.events { (sink) throws(BodyError) in
                    try NativeEventDecoder.decode(
                        body, as: .ndjson, window: window, maximumEvents: maximumEvents, into: sink)
                }
        }
        for event in events ?? [] { sink(event) }
        return events != nil
    }

    /// The events of a body; `nil` unless it holds at least one, and every one can be taken.
    private static func events(
        _ decode: ((borrowing Event) -> Void) throws(BodyError) -> IngestResult
    ) -> [Event]? {
        var events: [Event] = []
        guard let result = try? decode({ events.append(copy $0) }), result.accepted > 0,
            result.rejected.isEmpty
        else { return nil }
        return events
    }
}
