import Foundation
import HTTPTypes
import Hummingbird
import StintModel
import StintStorage
import StintWire

/// Letting browsers in, and out.
struct SessionRoutes: Sendable {
    let access: AccessControl
    let live: LiveFeed
    let reading: RequestBodyReading

    var routes: [Route] {
        [
            .get("/v1/session", .none, .session, show),
            .post("/v1/session", .none, .beginSession, begin),
            .delete("/v1/session", .none, .endSession, end),
        ]
    }

    @Sendable private func show(_ request: Request, _ scope: RequestScope) async throws
        -> Response
    {
        try QueryParameters(request).finish()
        guard access.requiresKeys else { return answer(.open) }
        do {
            guard let caller = try await access.caller(of: request, scope) else {
                return answer(.unknown)
            }
            return answer(SessionBody(caller))
        } catch let problem as Problem where problem.status == .unauthorized {
            return answer(.unknown)
        }
    }

    @Sendable private func begin(_ request: Request, _ scope: RequestScope) async throws
        -> Response
    {
        try QueryParameters(request).finish()
        let key = try await reading.read(request) { body in
            try Self.key(json: Data(body.readableBytesView))
        }
        let (secret, session) = try await access.beginSession(key: key, request, scope)
        await endFeeds(of: request)
        var response = answer(
            SessionBody(AccessControl.Caller(key: session.key, session: (secret, session))))
        response.headers[.setCookie] = access.cookie.giving(secret)
        return response
    }

    @Sendable private func end(_ request: Request, _ scope: RequestScope) async throws
        -> Response
    {
        try QueryParameters(request).finish()
        try await access.endSession(of: request)
        await endFeeds(of: request)
        return Response(status: .noContent, headers: [.setCookie: access.cookie.taking])
    }

    /// Of the session that the browser had until now.
    private func endFeeds(of request: Request) async {
        if let secret = access.cookie.secret(in: request) {
            await live.end(session: secret.digest)
        }
    }

    private func answer(_ body: SessionBody) -> Response {
        Answer.json { body.writeJSON(to: &$0) }
    }

    /// - Throws: ``Problem`` 400 naming the member; it never repeats what was sent.
    private static func key(json: Data) throws(Problem) -> String {
        guard let members = (try? JSONSerialization.jsonObject(with: json)) as? [String: Any],
            let key = members["key"] as? String, members.count == 1
        else {
            let detail = "An object with the secret of a key is due, and nothing else."
            throw Problem(
                .badRequest, "bad_session_order", detail,
                parts: [Problem.Part(pointer: "/key", detail: detail)])
        }
        return key
    }
}

extension SessionBody {
    init(_ caller: AccessControl.Caller) {
        self.init(
            isRequired: true, isAuthenticated: true, workspace: caller.key.workspace.rawValue,
            scopes: caller.key.scopes.words, token: caller.session?.secret.token,
            expiresAt: caller.session?.session.endsAt ?? caller.key.expiresAt)
    }

    /// Where nobody needs a key.
    static let open = SessionBody(
        isRequired: false, isAuthenticated: true,
        workspace: Identity.anonymous.workspace.rawValue,
        scopes: Identity.anonymous.scopes.words)

    static let unknown = SessionBody(isRequired: true, isAuthenticated: false)
}
