/// How many connections there may be, and what each may take: time, and bytes of a request's head.
public struct ConnectionLimits: Sendable {
    /// Connections open at once. Beyond them new ones wait, unaccepted, until one closes.
    public var open = 12_000
    /// From the opening of a connection, or the first byte of a later request, to the end of the
    /// request's head.
    public var headTimeout = Duration.seconds(10)
    /// From the end of a request's head to the end of its body.
    public var bodyTimeout = Duration.seconds(30)
    /// How long a connection may stay between requests, or leave an answer untaken.
    public var idleTimeout = Duration.seconds(60)
    /// The fewest bytes that arrive of a body in each ``bodyWindow``.
    public var bodyBytesPerWindow = 10 << 10
    public var bodyWindow = Duration.seconds(10)
    /// Bytes of a head: its target and all its fields.
    public var headBytes = 32 << 10
    public var headFields = 100
    /// Bytes of a request's target.
    public var targetBytes = 8 << 10

    /// How often a listener to the feed hears that the server is there, and a WebSocket is asked
    /// whether it is; two answers may be missing.
    public var feedBeat = Duration.seconds(15)
    /// How long a listener may take nothing of what waits for it.
    public var feedPatience = Duration.seconds(30)

    public init() {}
}
