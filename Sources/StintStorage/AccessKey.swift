public import StintModel

/// What a key may do. ``admin`` includes the other two.
public struct AccessScopes: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// To send events.
    public static let ingest = AccessScopes(rawValue: 1)
    /// To read executions and figures.
    public static let read = AccessScopes(rawValue: 2)
    /// Everything, keys and deletion included.
    public static let admin = AccessScopes(rawValue: 4)

    /// Each scope with its word on the wire, from the narrowest to the widest.
    public static let words: [(word: String, scope: AccessScopes)] = [
        ("ingest", .ingest), ("read", .read), ("admin", .admin),
    ]

    /// - Returns: `nil` for a word that names no scope.
    public init?(word: String) {
        guard let named = Self.words.first(where: { $0.word == word }) else { return nil }
        self = named.scope
    }

    /// The words of the scopes, from the narrowest to the widest.
    public var words: [String] { Self.words.filter { contains($0.scope) }.map(\.word) }

    /// Whether whoever has these scopes may do what `scope` allows.
    public func allows(_ scope: AccessScopes) -> Bool {
        contains(.admin) || isSuperset(of: scope)
    }
}

/// A key by which a program or a person is let in: whose it is and what it may do. The secret itself
/// is nowhere kept, only its digest.
public struct AccessKey: Hashable, Sendable {
    /// Names the key in lists and logs; tells nothing of the secret.
    public var id: String
    public var workspace: Workspace
    /// What its owner calls it.
    public var name: String
    public var scopes: AccessScopes
    /// The first characters of the secret, by which its owner recognises it.
    public var start: String
    public var createdAt: Instant
    /// From when on it is not valid any more; `nil` for never.
    public var expiresAt: Instant?
    /// To the hour; `nil` where it was never used.
    public var lastUsedAt: Instant?
    public var revokedAt: Instant?

    public init(
        id: String, workspace: Workspace, name: String, scopes: AccessScopes, start: String,
        createdAt: Instant, expiresAt: Instant? = nil, lastUsedAt: Instant? = nil,
        revokedAt: Instant? = nil
    ) {
        self.id = id
        self.workspace = workspace
        self.name = name
        self.scopes = scopes
        self.start = start
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.lastUsedAt = lastUsedAt
        self.revokedAt = revokedAt
    }

    public func isValid(at now: Instant) -> Bool {
        revokedAt == nil && expiresAt.map { now < $0 } ?? true
    }

    /// The most keys that a workspace has, revoked ones not counted.
    public static let perWorkspace = 1_000
}

extension AccessKey {
    /// A new key and its secret, which is shown once and nowhere kept.
    public static func make(
        in workspace: Workspace, name: String, scopes: AccessScopes, expiresAt: Instant? = nil,
        at now: Instant
    ) -> (key: AccessKey, secret: KeySecret) {
        let secret = KeySecret(for: scopes)
        var id = String(UInt64.random(in: .min ... .max), radix: 36)
        id = "key_" + String(repeating: "0", count: 13 - id.count) + id
        let key = AccessKey(
            id: id, workspace: workspace, name: name, scopes: scopes, start: secret.start,
            createdAt: now, expiresAt: expiresAt)
        return (key, secret)
    }
}
