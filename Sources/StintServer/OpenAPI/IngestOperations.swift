import HTTPTypes
import StintModel

extension Operation {
    /// - Parameter count: The most events of one request.
    static func sendEvents(atMost count: Int) -> Operation {
        Operation(
            id: "sendEvents", group: .events, summary: "Record events",
            description: """
                Answered after they are stored for good. A body that can be read is answered 200 \
                even if every event in it is rejected. Sending the same again changes nothing.
                """,
            body: [
                .json(.oneOf([.ref(.event), .array(.ref(.event), atMost: count)])),
                Content(
                    type: "application/x-ndjson",
                    schema: .string.describing("An event a line.")),
            ],
            success: .json(.eventsAnswer, "What became of them."))
    }

    static let sendEventBridge = Operation(
        id: "sendEventBridge", group: .events, summary: "Record what EventBridge delivers",
        description: """
            One event or several, as API destinations send them. Where every one was refused the \
            answer is 400, so that it is not sent again.
            """,
        body: [.json(.oneOf([.map(.any), .array(.map(.any))]))],
        success: .json(.eventsAnswer, "What became of them."))
}
