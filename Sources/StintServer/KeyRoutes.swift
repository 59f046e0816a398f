import Foundation
import HTTPTypes
import Hummingbird
import StintModel
public import StintStorage
public import StintWire

/// The keys of the caller's own workspace.
struct KeyRoutes: Sendable {
    let keys: any KeyStore
    let access: AccessControl
    let live: LiveFeed
    let reading: RequestBodyReading
    let now: @Sendable () -> Instant

    var routes: [Route] {
        [
            .get("/v1/keys", .admin, .keys, list),
            .post("/v1/keys", .admin, .createKey, create),
            .delete("/v1/keys/:id", .admin, .revokeKey, revoke),
        ]
    }

    // MARK: GET /v1/keys

    @Sendable private func list(_ request: Request, _ scope: RequestScope) async throws
        -> Response
    {
        try QueryParameters(request).finish()
        let found = try await keys.keys(in: scope.identity.workspace)
        return Answer.json { json in
            json.object { json in
                json.key("items")
                json.array(found) { json, key in KeyBody(key).writeJSON(to: &json) }
            }
        }
    }

    // MARK: POST /v1/keys

    @Sendable private func create(_ request: Request, _ scope: RequestScope) async throws
        -> Response
    {
        try QueryParameters(request).finish()
        let order = try await reading.read(request) { body in
            try KeyOrder(json: Data(body.readableBytesView))
        }
        let workspace = scope.identity.workspace
        let held = try await keys.keys(in: workspace).count { $0.revokedAt == nil }
        guard held < AccessKey.perWorkspace else {
            throw Problem(
                .conflict, "too_many_keys",
                "A workspace has at most \(AccessKey.perWorkspace) keys. Revoke some first.")
        }
        let made = now()
        if let expiresAt = order.expiresAt, expiresAt <= made {
            throw KeyOrder.fault("/expiresAt", "A time to come is due.")
        }
        let (key, secret) = AccessKey.make(
            in: workspace, name: order.name, scopes: order.scopes, expiresAt: order.expiresAt,
            at: made)
        try await keys.add(key, digest: secret.digest)
        access.keysWereMade()
        var response = Answer.json(.created) { json in
            json.object { json in
                KeyBody(key).writeMembers(to: &json)
                json.member("key", secret.text)
            }
        }
        response.headers[.cacheControl] = "no-store"
        return response
    }

    // MARK: DELETE /v1/keys/{id}

    @Sendable private func revoke(_ request: Request, _ scope: RequestScope) async throws
        -> Response
    {
        try QueryParameters(request).finish()
        let id = try scope.parameters.require("id")
        let workspace = scope.identity.workspace
        guard try await keys.revokeKey(id, in: workspace, at: now()) else {
            throw Problem(
                .notFound, "unknown_key", "This workspace has no key of the id \(id.prefix(100)).")
        }
        access.forget(id)
        await live.end(key: id)
        return Response(status: .noContent)
    }
}

/// What is asked for: `{name, scopes, expiresAt}`.
private struct KeyOrder {
    var name: String
    var scopes: AccessScopes
    var expiresAt: Instant?

    /// - Throws: ``Problem`` 400 naming the member.
    init(json: Data) throws(Problem) {
        guard let members = (try? JSONSerialization.jsonObject(with: json)) as? [String: Any] else {
            throw Self.fault("", "A JSON object with name and scopes is due.")
        }
        for member in members.keys.sorted()
        where !["name", "scopes", "expiresAt"].contains(member) {
            throw Self.fault("/\(member.prefix(100))", "This member is not known here.")
        }
        guard let name = members["name"] as? String,
            (1...Limits.nameBytes).contains(name.utf8.count)
        else { throw Self.fault("/name", "A name of 1 to \(Limits.nameBytes) bytes is due.") }
        self.name = name
        guard let words = members["scopes"] as? [String], !words.isEmpty else {
            throw Self.fault("/scopes", "A list of ingest, read and admin is due.")
        }
        scopes = []
        for (index, word) in words.enumerated() {
            guard let scope = AccessScopes(word: word) else {
                throw Self.fault("/scopes/\(index)", "One of ingest, read and admin is due.")
            }
            scopes.insert(scope)
        }
        switch members["expiresAt"] {
        case nil, is NSNull: break
        case let text as String:
            guard let instant = Instant(rfc3339: text) else { fallthrough }
            expiresAt = instant
        default:
            throw Self.fault(
                "/expiresAt", "A time with its zone is due, such as 2027-01-01T00:00:00Z.")
        }
    }

    static func fault(_ pointer: String, _ detail: String) -> Problem {
        Problem(
            .badRequest, "bad_key_order", detail,
            parts: [Problem.Part(pointer: pointer, detail: detail)])
    }
}

extension KeyBody {
    public init(_ key: AccessKey) {
        self.init(
            id: key.id, name: key.name, workspace: key.workspace.rawValue,
            scopes: key.scopes.words, start: key.start, createdAt: key.createdAt,
            expiresAt: key.expiresAt, lastUsedAt: key.lastUsedAt, revokedAt: key.revokedAt)
    }
}
