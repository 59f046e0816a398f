public import StintModel

/// Who asks. Shown or logged, only the id of the key is told.
public struct AWSCredentials: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    public var accessKeyID: String
    public var secret: String
    /// Of credentials that were lent.
    public var sessionToken: String?
    /// From when on they are not taken any more; `nil` for those that last.
    public var expiresAt: Instant?

    public init(
        accessKeyID: String, secret: String, sessionToken: String? = nil,
        expiresAt: Instant? = nil
    ) {
        self.accessKeyID = accessKeyID
        self.secret = secret
        self.sessionToken = sessionToken
        self.expiresAt = expiresAt
    }

    public var description: String { "AWSCredentials(\(accessKeyID))" }
    public var customMirror: Mirror { Mirror(self, children: ["accessKeyID": accessKeyID]) }
}
