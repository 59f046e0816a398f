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
        if handshake != nil { try Self.expectOwnOrigin(request) }

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

    /// A page of another site can open a WebSocket here and read what comes, and a browser sends
    /// along whatever lets it in. A program that brings its key itself is no such page.
    private static func expectOwnOrigin(_ request: Request) throws(Problem) {
        guard request.headers[.authorization] == nil, let origin = request.headers[.origin] else {
            return
        }
        let authority = origin.drop { $0 != "/" }.drop { $0 == "/" }
        guard authority.lowercased() == request.head.authority?.lowercased() else {
            throw Problem(
                .forbidden, "foreign_origin",
                "A WebSocket without a key is for this server's own pages, not for those of "
                    + "\(origin.prefix(100)).")
        }
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
