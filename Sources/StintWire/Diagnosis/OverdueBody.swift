public import StintModel

/// One execution that runs for longer than 99 of 100 of its agent's did.
public struct OverdueBody: Decodable, Hashable, Sendable {
    public var agent: String?
    /// The step that runs.
    public var step: String?
    public var activity: String?
    /// Since its attempt began.
    public var elapsedSeconds: Double
    /// What 95 of 100 of its agent's successes did not exceed, in seconds.
    public var p95: Double?
    public var p99: Double?
    public var lastEventAt: Instant

    public init(
        agent: String?, step: String?, activity: String?, elapsedSeconds: Double, p95: Double?,
        p99: Double?, lastEventAt: Instant
    ) {
        self.agent = agent
        self.step = step
        self.activity = activity
        self.elapsedSeconds = elapsedSeconds
        self.p95 = p95
        self.p99 = p99
        self.lastEventAt = lastEventAt
    }
}

extension OverdueBody {
    func writeMembers(to json: inout JSONWriter) {
        json.member("agent", agent)
        json.member("step", step)
        json.member("activity", activity)
        json.member("elapsedSeconds", number: elapsedSeconds)
        json.member("p95", number: p95)
        json.member("p99", number: p99)
        json.member("lastEventAt", lastEventAt)
    }
}
