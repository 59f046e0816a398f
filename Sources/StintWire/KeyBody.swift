public import StintModel

/// A key as `GET /v1/keys` tells of it: everything but its secret.
public struct KeyBody: Decodable, Sendable {
    public var id: String
    public var name: String
    public var workspace: String
    public var scopes: [String]
    /// The first characters of the secret.
    public var start: String
    public var createdAt: Instant
    public var expiresAt: Instant?
    public var lastUsedAt: Instant?
    public var revokedAt: Instant?

    public init(
        id: String, name: String, workspace: String, scopes: [String], start: String,
        createdAt: Instant, expiresAt: Instant?, lastUsedAt: Instant?, revokedAt: Instant?
    ) {
        self.id = id
        self.name = name
        self.workspace = workspace
        self.scopes = scopes
        self.start = start
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.lastUsedAt = lastUsedAt
        self.revokedAt = revokedAt
    }

    public func writeJSON(to json: inout JSONWriter) {
        json.object { writeMembers(to: &$0) }
    }

    public func writeMembers(to json: inout JSONWriter) {
        json.member("id", id)
        json.member("name", name)
        json.member("workspace", workspace)
        json.key("scopes")
        json.array(scopes) { $0.string($1) }
        json.member("start", start)
        json.member("createdAt", createdAt)
        json.member("expiresAt", expiresAt)
        json.member("lastUsedAt", lastUsedAt)
        json.member("revokedAt", revokedAt)
    }
}

public struct KeyListBody: Decodable, Sendable {
    public var items: [KeyBody]
}

/// The one answer that holds a secret: that to `POST /v1/keys`.
public struct NewKeyBody: Decodable, Sendable {
    public var key: String
}
