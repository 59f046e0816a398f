public import StintModel
public import StintStorage

/// Who asks, and what may be asked: it comes from the caller's key alone, never from what the
/// request says.
public struct Identity: Hashable, Sendable {
    public var workspace: Workspace
    public var scopes: AccessScopes
    /// The id of the key; `nil` where none is needed.
    public var key: String?
    /// The digest of the secret by which a browser's session is known; `nil` where the key itself was shown.
    public var session: [UInt8]?

    /// Everybody, on a server without keys.
    public static let anonymous = Identity(workspace: .default, scopes: .admin)
}

extension Identity {
    init(_ key: AccessKey, session: [UInt8]? = nil) {
        self.init(workspace: key.workspace, scopes: key.scopes, key: key.id, session: session)
    }
}
