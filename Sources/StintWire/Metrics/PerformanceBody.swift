/// The block `performance`: what became of the executions that finished in the window.
public struct PerformanceBody: Decodable, Hashable, Sendable {
    /// Everything that finished: the four counts after it together.
    public var totalExecutions: Int64
    public var successfulExecutions: Int64
    /// Those that failed, and not those that timed out.
    public var failedExecutions: Int64
    /// Those that were aborted.
    public var cancelledExecutions: Int64
    public var timedOutExecutions: Int64
    /// Those that are lost now and were last heard of in the window; not part of the total.
    public var lostExecutions: Int64
    /// Percent of the total, as the two after it; `nil` where nothing finished.
    public var successRate: Double?
    public var failureRate: Double?
    public var cancellationRate: Double?
    /// Percent of the total and the lost together that failed, timed out or are lost; `nil` where
    /// nothing finished and nothing is lost.
    public var failureRateWithLost: Double?
    /// Input and output together; `nil` where nobody reported any.
    public var tokens: Int64?
    /// US dollars, of those costs that are known; `nil` where none is.
    public var costUsd: Double?
    /// Percent of the model calls whose cost is known; `nil` where there were no calls.
    public var costKnownRate: Double?
    /// How the percentiles of `byAgent` and `latencyChange` were found.
    public var method: PercentileMethod
    /// The agents of which something finished, by name.
    public var byAgent: [AgentFiguresBody]
    /// The 24 hours of the day, from 0, over all days of the window.
    public var byHour: [Hour]
    public var vsLastPeriod: Change

    /// What finished in one hour of the day, on all days together.
    public struct Hour: Decodable, Hashable, Sendable {
        /// 0 through 23.
        public var hour: Int64
        public var executions: Int64
        /// Percent; `nil` where nothing finished.
        public var successRate: Double?
        /// The mean duration, in seconds.
        public var avgLatency: Double?
        /// How many durations are known.
        public var n: Int64

        public init(
            hour: Int64, executions: Int64, successRate: Double?, avgLatency: Double?, n: Int64
        ) {
            self.hour = hour
            self.executions = executions
            self.successRate = successRate
            self.avgLatency = avgLatency
            self.n = n
        }
    }

    /// Against the period just before, of the same length.
    public struct Change: Decodable, Hashable, Sendable {
        /// Percent; `nil` where nothing finished then.
        public var executionsChange: Double?
        /// Percentage points; `nil` where nothing finished then or now.
        public var successRateChange: Double?
        /// Percent of that period's median duration; `nil` where either is not known, or it was 0.
        public var latencyChange: Double?
        /// How many finished then.
        public var n: Int64
        /// A sentence on why a change is `nil`; `nil` where none is.
        public var reason: String?

        public init(
            executionsChange: Double?, successRateChange: Double?, latencyChange: Double?,
            n: Int64, reason: String?
        ) {
            self.executionsChange = executionsChange
            self.successRateChange = successRateChange
            self.latencyChange = latencyChange
            self.n = n
            self.reason = reason
        }
    }

    public init(
        totalExecutions: Int64, successfulExecutions: Int64, failedExecutions: Int64,
        cancelledExecutions: Int64, timedOutExecutions: Int64, lostExecutions: Int64,
        successRate: Double?, failureRate: Double?, cancellationRate: Double?,
        failureRateWithLost: Double?, tokens: Int64?, costUsd: Double?, costKnownRate: Double?,
        method: PercentileMethod, byAgent: [AgentFiguresBody], byHour: [Hour],
        vsLastPeriod: Change
    ) {
        self.totalExecutions = totalExecutions
        self.successfulExecutions = successfulExecutions
        self.failedExecutions = failedExecutions
        self.cancelledExecutions = cancelledExecutions
        self.timedOutExecutions = timedOutExecutions
        self.lostExecutions = lostExecutions
        self.successRate = successRate
        self.failureRate = failureRate
        self.cancellationRate = cancellationRate
        self.failureRateWithLost = failureRateWithLost
        self.tokens = tokens
        self.costUsd = costUsd
        self.costKnownRate = costKnownRate
        self.method = method
        self.byAgent = byAgent
        self.byHour = byHour
        self.vsLastPeriod = vsLastPeriod
    }

    public func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.member("totalExecutions", totalExecutions)
            json.member("successfulExecutions", successfulExecutions)
            json.member("failedExecutions", failedExecutions)
            json.member("cancelledExecutions", cancelledExecutions)
            json.member("timedOutExecutions", timedOutExecutions)
            json.member("lostExecutions", lostExecutions)
            json.member("successRate", rate: successRate)
            json.member("failureRate", rate: failureRate)
            json.member("cancellationRate", rate: cancellationRate)
            json.member("failureRateWithLost", rate: failureRateWithLost)
            json.member("tokens", tokens)
            json.member("costUsd", number: costUsd)
            json.member("costKnownRate", rate: costKnownRate)
            json.members(of: method)
            json.key("byAgent")
            json.array(byAgent) { json, agent in json.object { agent.writeMembers(to: &$0) } }
            json.key("byHour")
            json.array(byHour) { $1.writeJSON(to: &$0) }
            json.key("vsLastPeriod")
            vsLastPeriod.writeJSON(to: &json)
        }
    }
}

extension PerformanceBody.Hour {
    func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.member("hour", hour)
            json.member("executions", executions)
            json.member("successRate", rate: successRate)
            json.member("avgLatency", number: avgLatency)
            json.member("n", n)
        }
    }
}

extension PerformanceBody.Change {
    func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.member("executionsChange", rate: executionsChange)
            json.member("successRateChange", rate: successRateChange)
            json.member("latencyChange", rate: latencyChange)
            json.member("n", n)
            json.member("reason", reason)
        }
    }
}
