import HTTPTypes
import Hummingbird
import NIOCore
import StintFeed
import StintModel

/// The feed out: what happens, as it happens.
struct LiveRoutes: Sendable {
    let live: LiveFeed

    var routes: [Route] { [.get("/v1/live", .read, .listen, listen)] }

    @Sendable private func listen(_ request: Request, _ scope: RequestScope) async throws
        -> Response
    {
        let handshake = try WebSocketHandshake(request)
        var parameters = try QueryParameters(request)
        let filter = try FeedFilter(&parameters)
        let asked = try parameters.one("since")
        try parameters.finish()

        let form = handshake == nil ? FeedForm.events : .webSocket
        let headers =
            handshake?.headers ?? [
                .contentType: "text/event-stream", .cacheControl: "no-store",
                .accelBuffering: "no",
            ]
        let status = handshake == nil ? HTTPResponse.Status.ok : .switchingProtocols
        // HEAD is answered like GET, without the feed.
        if request.method == .get {
            // A browser that connects again says where it was, to the address of its first time.
            let since = request.headers[.lastEventID] ?? asked
            await scope.add { [live, identity = scope.identity] in
                FeedConnection(form, identity, filter, since: since, live: live)
            }
        }
        return Response(
            status: status, headers: headers,
            body: ResponseBody { writer in try await writer.finish(nil) })
    }
}

extension FeedFilter {
    /// Reads the filters of `GET /v1/live`.
    ///
    /// - Throws: ``Problem`` 400 naming the parameter.
    init(_ parameters: inout QueryParameters) throws(Problem) {
        self.init()
        agent = try parameters.one("agent").map(Spelling.init)
        statuses = try parameters.statuses()
        if let text = try parameters.one("execution") {
            guard let id = ExecutionID(rawValue: text) else {
                throw .parameter("execution", "no execution has such an id.")
            }
            execution = id
        }
    }
}

extension HTTPField.Name {
    static let accelBuffering = HTTPField.Name("X-Accel-Buffering")!
    static let lastEventID = HTTPField.Name("Last-Event-ID")!
}
