import HTTPTypes
import Hummingbird
import StintIngest

// CloudEvents 1.0 over HTTP, and the handshake of their web hooks.

extension IngestRoutes {
    var cloudEventsRoutes: [Route] {
        [
            .post("/v1/cloudevents", .ingest, .sendCloudEvents, cloudEvents),
            // Who asks is not sent anything: a key is due for sending alone.
            .options("/v1/cloudevents", .none, .allowCloudEvents, allowance),
        ]
    }

    @Sendable private func cloudEvents(
        _ request: Request, _ scope: RequestScope
    ) async throws -> Response {
        try QueryParameters(request).finish()
        let mode = try CloudEventsMode(request)
        return try await record(foreign: request, scope) {
            (bytes, window, sink) throws(BodyError) in
            try CloudEventsDecoder.decode(
                bytes, as: mode, window: window, maximumEvents: maximumEvents, into: sink)
        }
    }

    @Sendable private func allowance(
        _ request: Request, _ scope: RequestScope
    ) async throws -> Response {
        try QueryParameters(request).finish()
        var headers: HTTPFields = [.allow: "OPTIONS, POST"]
        if let origin = request.headers[.webHookRequestOrigin] {
            headers[.webHookAllowedOrigin] = origin
            headers[.webHookAllowedRate] = "*"
        }
        return Response(status: .noContent, headers: headers)
    }
}

extension CloudEventsMode {
    /// - Throws: ``Problem`` 415 for a format that is not known.
    init(_ request: Request) throws(Problem) {
        let given = request.headers[.contentType]
        let headers = request.headers.map { ($0.name.canonicalName, $0.value) }
        guard let mode = CloudEventsMode(contentType: given, headers: headers) else {
            throw Problem(
                .unsupportedMediaType, "unknown_media_type",
                "The Content-Type must be application/cloudevents+json or "
                    + "application/cloudevents-batch+json, or there are headers ce-specversion, "
                    + "ce-type and so on; not \((given ?? "").prefix(100)) without them.")
        }
        self = mode
    }
}

extension HTTPField.Name {
    static let webHookRequestOrigin = HTTPField.Name("WebHook-Request-Origin")!
    static let webHookAllowedOrigin = HTTPField.Name("WebHook-Allowed-Origin")!
    static let webHookAllowedRate = HTTPField.Name("WebHook-Allowed-Rate")!
}
