public import StintModel

/// Who a server takes a browser for: the answer of `/v1/session`.
public struct SessionBody: Sendable {
    /// Whether anybody needs a key.
    public var isRequired: Bool
    /// Whether the caller is let in.
    public var isAuthenticated: Bool
    public var workspace: String?
    public var scopes: [String]?
    /// What changes take besides the cookie.
    public var token: String?
    /// When it ends however much it is used.
    public var expiresAt: Instant?

    public init(
        isRequired: Bool, isAuthenticated: Bool, workspace: String? = nil, scopes: [String]? = nil,
        token: String? = nil, expiresAt: Instant? = nil
    ) {
        self.isRequired = isRequired
        self.isAuthenticated = isAuthenticated
        self.workspace = workspace
        self.scopes = scopes
        self.token = token
        self.expiresAt = expiresAt
    }

    public func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.member("required", isRequired)
            json.member("authenticated", isAuthenticated)
            json.member("workspace", workspace)
            json.key("scopes")
            if let scopes { json.array(scopes) { $0.string($1) } } else { json.null() }
            json.member("token", token)
            json.member("expiresAt", expiresAt)
        }
    }
}
