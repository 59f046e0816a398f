public import StintModel

/// The executions of an agent that are queued for longer than nearly all others were.
public struct NeverStartedBody: Decodable, Hashable, Sendable {
    public var agent: String?
    public var oldestQueuedAt: Instant
    /// How long 99 of 100 of its agent's waits last at the most; an hour where few are known.
    public var limitSeconds: Double

    public init(agent: String?, oldestQueuedAt: Instant, limitSeconds: Double) {
        self.agent = agent
        self.oldestQueuedAt = oldestQueuedAt
        self.limitSeconds = limitSeconds
    }
}

extension NeverStartedBody {
    func writeMembers(to json: inout JSONWriter) {
        json.member("agent", agent)
        json.member("oldestQueuedAt", oldestQueuedAt)
        json.member("limitSeconds", number: limitSeconds)
    }
}
