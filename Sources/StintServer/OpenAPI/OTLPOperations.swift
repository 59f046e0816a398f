import HTTPTypes

// What exporters of OpenTelemetry send: OTLP/HTTP.

extension Operation {
    /// - Parameter count: The most spans of one request.
    static func exportTraces(atMost count: Int) -> Operation {
        otlp(
            "exportTraces", "Record what traces tell of executions",
            """
            Answered after they are stored for good, and the same however often and in whatever \
            order they come. A span that cannot be taken is refused by itself and told of in \
            `partialSuccess`: it must not be sent again. At most \(count) spans a request.
            """)
    }

    static let exportMetrics = otlp(
        "exportMetrics", "Take metrics of OpenTelemetry and keep nothing", dropped)
    static let exportLogs = otlp(
        "exportLogs", "Take logs of OpenTelemetry and keep nothing", dropped)
    static let exportProfiles = otlp(
        "exportProfiles", "Take profiles of OpenTelemetry and keep nothing", dropped)

    private static let dropped =
        "For exporters that send every signal to one address. Nothing is recorded of it."

    private static func otlp(_ id: String, _ summary: String, _ description: String) -> Operation {
        Operation(
            id: id, group: .events, summary: summary, description: description,
            body: both(.ref(.otlpExport)),
            success: Success(
                description: "What became of it, in the form of the request.",
                content: both(.ref(.otlpAnswer))),
            refusals: both(.ref(.otlpRefusal)))
    }

    /// The same message as JSON and as protobuf.
    private static func both(_ schema: Schema) -> [Content] {
        [.json(schema), Content(type: "application/x-protobuf", schema: .any)]
    }
}

extension Schema {
    static let otlpExport = map(any).describing(
        "An export request of OTLP, in its JSON form: `resourceSpans` and what stands in it.")

    static let otlpAnswer = object([
        "partialSuccess": object([
            "rejectedSpans": string.describing("How many were refused: an integer, as a string."),
            "errorMessage": string,
        ]).optional.describing("Missing where everything was taken.")
    ])

    static let otlpRefusal = object([
        "code": integer(in: 0...16).describing("A status code of gRPC."), "message": string,
    ]).describing("What is wrong: `google.rpc.Status`.")
}
