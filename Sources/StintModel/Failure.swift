/// What went wrong, as its sender told it.
public struct Failure: Hashable, Sendable {
    /// The sort of error: `RateLimitError`, `States.Timeout`.
    public var type: String?
    public var message: String?
    public var cause: String?
    public var stack: String?
    /// When it happened, where the sender says so.
    public var at: Instant?

    public init(
        type: String? = nil, message: String? = nil, cause: String? = nil, stack: String? = nil,
        at: Instant? = nil
    ) {
        self.type = type
        self.message = message
        self.cause = cause
        self.stack = stack
        self.at = at
    }

    /// RFC 8785: members in order of name, absent ones left out. Settles ties.
    public var canonicalJSON: [UInt8] {
        var bytes: [UInt8] = [0x7B]
        func member(_ name: String, _ value: String?) {
            guard let value else { return }
            if bytes.count > 1 { bytes.append(0x2C) }
            bytes.appendJSON(string: name)
            bytes.append(0x3A)
            bytes.appendJSON(string: value)
        }
        member("at", at?.rfc3339)
        member("cause", cause)
        member("message", message)
        member("stack", stack)
        member("type", type)
        bytes.append(0x7D)
        return bytes
    }
}
