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
            parameters: [
                .header(
                    "Stint-Client",
                    """
                    Who numbers its events, so that `/v1/clients` tells whether all came: 32 \
                    hexadecimal digits, by chance, for the life of one process. Where one of these \
                    headers is not understood the events are taken all the same.
                    """),
                .header(
                    "Stint-Sequence",
                    """
                    `first-last`: the numbers of the events in the body, counted from 1 as they \
                    were made. Sent again, a body keeps them.
                    """),
                .header("Stint-Dropped", "How many events the client had to drop so far, in all."),
            ],
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

    static let sendCloudEvents = Operation(
        id: "sendCloudEvents", group: .events, summary: "Record CloudEvents",
        description: """
            CloudEvents 1.0 in structured, batched or binary mode. Taken are our own events, whose \
            `type` is one of ours and whose data has its members (`at` is the event's `time`, \
            `execution` its `subject` where the data does not say them); status changes of Step \
            Functions as data; and events of a lifecycle, whose `type` ends in `started`, \
            `running`, `completed`, `succeeded`, `failed`, `timed_out`, `aborted` or `cancelled`, \
            or whose data has such a `status`, about the execution of `data.executionId`, else \
            `subject`. What tells of no execution is accepted and makes nothing. Where every one \
            was refused the answer is 400.
            """,
        body: [
            .json(.oneOf([.map(.any), .array(.map(.any))])),
            Content(type: "application/cloudevents+json", schema: .map(.any)),
            Content(type: "application/cloudevents-batch+json", schema: .array(.map(.any))),
        ],
        success: .json(.eventsAnswer, "What became of them."))

    static let allowCloudEvents = Operation(
        id: "allowCloudEvents", group: .events,
        summary: "Ask whether CloudEvents may be sent here",
        description: """
            The handshake of HTTP 1.1 Web Hooks for Event Delivery: whoever asks may, with a key \
            as for sending, at any rate. What the key may send is told by `RateLimit-Policy`.
            """,
        success: .noContent("They may."))

    static let sendLineage = Operation(
        id: "sendLineage", group: .events, summary: "Record OpenLineage events",
        description: """
            Where the HTTP transport of OpenLineage's clients sends them. A run is an execution, \
            its job the agent; events of jobs and data sets are accepted and make nothing. \
            Whoever sends too often is answered 503, after which those clients send again.
            """,
        body: [.json(.oneOf([.map(.any), .array(.map(.any))]))],
        success: .json(.eventsAnswer, "What became of them."))
}
