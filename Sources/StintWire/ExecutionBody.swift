public import StintModel

/// An execution as the interface sends it, a summary of a list and everything about one alike.
///
/// Every member but `id` may be missing: what is unknown is null or absent. Members this version
/// does not know are passed over, so that an older program reads a newer server.
public struct ExecutionBody: Decodable, Hashable, Sendable {
    public struct Attempt: Decodable, Hashable, Sendable {
        public var attempt: Int?
        public var status: String?
        public var queuedAt: Instant?
        public var startedAt: Instant?
        public var finishedAt: Instant?
        public var error: FailureBody?
    }

    public struct ModelCall: Decodable, Hashable, Sendable {
        public var call: String?
        /// The key of the step it belongs to, and which attempt and try of it; `nil` where it is the
        /// execution's own.
        public var step: String?
        public var attempt: Int?
        public var `try`: Int?
        public var model: String?
        public var tokens: TokensBody?
        public var latencySeconds: Double?
        public var costUsd: Double?
        public var at: Instant?
    }

    public struct LostBecause: Decodable, Hashable, Sendable {
        /// `deadline`, `heartbeat` or `origin`.
        public var rule: String?
        public var limitSeconds: Double?
    }

    public var id: String
    public var agent: String?
    public var name: String?
    public var workspace: String?
    public var parent: String?
    public var user: String?
    public var correlation: String?
    public var source: String?
    public var environment: String?
    public var attempt: Int?
    public var status: String?
    public var goalMet: Bool?
    public var summary: String?
    public var waitingFor: String?
    public var priority: Double?
    public var queue: String?
    public var estimatedStartAt: Instant?
    public var timeoutSeconds: Double?
    public var heartbeatSeconds: Double?
    /// The first queueing of all attempts.
    public var queuedAt: Instant?
    /// The first start of all attempts.
    public var startedAt: Instant?
    public var finishedAt: Instant?
    public var lastEventAt: Instant?
    public var expiresAt: Instant?
    /// Of the current attempt, as is `durationSeconds`.
    public var queueWaitSeconds: Double?
    public var durationSeconds: Double?
    /// From the first queueing or start of all to the finish.
    public var totalSeconds: Double?
    public var etaAt: Instant?
    public var overdue: Bool?
    public var lostBecause: LostBecause?
    public var error: FailureBody?
    public var conflict: Bool?
    public var skew: Bool?
    /// Whether parts beyond the limits of one execution were left out.
    public var truncated: Bool?
    public var missingEvents: Int?
    public var attempts: [Attempt]?
    public var steps: [StepBody]?
    public var tokens: TokensBody?
    /// Of the model calls of which it is known.
    public var costUsd: Double?
    /// The percentage of its model calls of which the cost is known; `nil` where it made none.
    public var costKnownRate: Double?
    public var modelCalls: [ModelCall]?
    public var attributes: [String: Scalar]?
    public var turns: Int?
    public var inputBytes: Int64?
    public var outputBytes: Int64?
    public var links: [LinkBody]?
    public var commands: [CommandBody]?

    /// `nil` for a word this version does not know.
    public var standing: ExecutionStatus? {
        guard let status else { return nil }
        return ExecutionStatus.allCases.first { $0.word == status }
    }

    public var queueWait: TimeSpan? { queueWaitSeconds.flatMap { TimeSpan(seconds: $0) } }
    public var duration: TimeSpan? { durationSeconds.flatMap { TimeSpan(seconds: $0) } }
    public var total: TimeSpan? { totalSeconds.flatMap { TimeSpan(seconds: $0) } }
}
