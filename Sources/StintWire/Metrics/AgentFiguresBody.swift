/// What one agent did: an entry of `byAgent`, and most of one of `GET /v1/agents`.
///
/// Counts the executions that finished, whatever their end.
public struct AgentFiguresBody: Decodable, Hashable, Sendable {
    /// The agent's name, which is also its id.
    public var agentId: String
    public var agentName: String
    public var executions: Int64
    /// Percent of `executions`; `nil` where there are none, as is `errorRate`.
    public var successRate: Double?
    /// The mean duration, in seconds.
    public var avgRuntime: Double?
    /// Percent of `executions` that failed; not those that timed out or were cancelled.
    public var errorRate: Double?
    /// Percentiles of the duration, in seconds, by the method that stands beside the list.
    public var p50: Double?
    public var p95: Double?
    /// How many durations are known: those of `avgRuntime` and the percentiles.
    public var n: Int64
    /// Input and output together; `nil` where nobody reported any.
    public var tokens: Int64?
    /// US dollars, of those costs that are known; `nil` where none is.
    public var costUsd: Double?
    /// Percent of the model calls whose cost is known; `nil` where there were no calls.
    public var costKnownRate: Double?
    /// Of `executions`, those that finished in each 24th of the range, the first first: 24 numbers.
    /// Within the range they are told apart at whole minutes, in one of more than 6 hours at every
    /// fifth: where a 24th begins between two, at the earlier.
    public var trend: [Int64]

    public init(
        agentId: String, agentName: String, executions: Int64, successRate: Double?,
        avgRuntime: Double?, errorRate: Double?, p50: Double?, p95: Double?, n: Int64,
        tokens: Int64?, costUsd: Double?, costKnownRate: Double?, trend: [Int64]
    ) {
        self.agentId = agentId
        self.agentName = agentName
        self.executions = executions
        self.successRate = successRate
        self.avgRuntime = avgRuntime
        self.errorRate = errorRate
        self.p50 = p50
        self.p95 = p95
        self.n = n
        self.tokens = tokens
        self.costUsd = costUsd
        self.costKnownRate = costKnownRate
        self.trend = trend
    }

    func writeMembers(to json: inout JSONWriter) {
        json.member("agentId", agentId)
        json.member("agentName", agentName)
        json.member("executions", executions)
        json.member("successRate", rate: successRate)
        json.member("avgRuntime", number: avgRuntime)
        json.member("errorRate", rate: errorRate)
        json.member("p50", number: p50)
        json.member("p95", number: p95)
        json.member("n", n)
        json.member("tokens", tokens)
        json.member("costUsd", number: costUsd)
        json.member("costKnownRate", rate: costKnownRate)
        json.key("trend")
        json.array(trend) { $0.integer($1) }
    }
}
