public import StintModel

/// What is known of one execution, as far as any figure counts it.
public struct KnownExecution: Hashable, Sendable {
    public struct Call: Hashable, Sendable {
        public var model: String?
        public var tokens: Tokens?
        public var latency: TimeSpan?
        public var costNanos: Int64?

        public init(
            model: String? = nil, tokens: Tokens? = nil, latency: TimeSpan? = nil,
            costNanos: Int64? = nil
        ) {
            self.model = model
            self.tokens = tokens
            self.latency = latency
            self.costNanos = costNanos
        }
    }

    public var id: String
    public var agent: String?
    public var user: String?
    public var environment = "production"
    public var priority: Double?
    public var status: ExecutionStatus
    /// The first queueing and the first start of all attempts.
    public var queuedAt: Instant?
    public var startedAt: Instant?
    /// Those of the current attempt.
    public var attemptQueuedAt: Instant?
    public var attemptStartedAt: Instant?
    public var finishedAt: Instant?
    public var lastEventAt: Instant?
    public var queueWait: TimeSpan?
    public var duration: TimeSpan?
    public var total: TimeSpan?
    public var tokens: Tokens?
    public var costNanos: Int64?
    public var calls: [Call] = []

    public init(id: String, status: ExecutionStatus) {
        self.id = id
        self.status = status
    }

    /// Whether statistics count it: what is only tried out counts for nothing.
    var counts: Bool { environment != "test" && environment != "mock" }
}

extension KnownExecution {
    /// - Parameter isLost: Whether it is held to be lost; that is the clock's to say.
    public init(_ execution: SimulatedExecution, isLost: Bool) {
        let current = execution.current
        self.init(id: execution.id.rawValue, status: isLost ? .lost : execution.status)
        agent = execution.agent
        user = execution.user
        environment = execution.environment ?? environment
        queuedAt = execution.firstQueuedAt
        startedAt = execution.firstStartedAt
        priority = queuedAt == nil ? nil : Double(execution.priority)
        attemptQueuedAt = current.queuedAt
        attemptStartedAt = current.startedAt
        finishedAt = current.ending?.at
        lastEventAt = current.lastSign
        queueWait = current.queuedAt.flatMap { current.startedAt?.since($0) }
        duration = current.startedAt.flatMap { finishedAt?.since($0) }
        let begin = [queuedAt, startedAt].compactMap(\.self).min()
        total = begin.flatMap { finishedAt?.since($0) }
        tokens = execution.tokens
        costNanos = execution.costNanos
        calls = execution.calls.map { _, call in
            Call(
                model: call.model, tokens: call.tokens, latency: call.latency,
                costNanos: call.costNanos)
        }
    }
}
