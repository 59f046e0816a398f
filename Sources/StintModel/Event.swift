/// One statement about an execution (or a worker), in the form every source is decoded to.
///
/// An event carries no time of receipt and no identity that the record depends on: saying the same
/// thing again, in any order, changes nothing.
public struct Event: Hashable, Sendable {
    public var kind: EventKind
    /// When it happened, by the sender's clock.
    public var at: Instant
    /// `nil` for `worker.reported` alone.
    public var execution: ExecutionID?
    /// 1 and up; a redrive or retry of the whole execution raises it.
    public var attempt: UInt16
    /// 0 unless it corrects an earlier statement; the higher revision stands.
    public var revision: UInt16
    public var authority: Authority
    /// The sender's own id of the event, for tracing it; the record does not depend on it.
    public var id: String?
    public var facts: [Fact]
    public var attributes: [Attribute]
    /// Of `*.finished` alone, where it is always present.
    public var outcome: Outcome?
    public var failure: Failure?
    /// The step's key. Of `step.*`, and of a `model.called` that belongs to a step.
    public var step: String?
    /// Which try of the step, 1 and up.
    public var stepTry: UInt16
    /// Running totals of the step's try (`step.*`), or the tokens of the call (`model.called`).
    public var tokens: Tokens?
    public var call: ModelCall?
    public var worker: WorkerReport?
    public var lost: LostVerdict?

    public init(
        _ kind: EventKind, execution: ExecutionID?, at: Instant, attempt: UInt16 = 1,
        revision: UInt16 = 0, authority: Authority = .reported
    ) {
        self.kind = kind
        self.at = at
        self.execution = execution
        self.attempt = attempt
        self.revision = revision
        self.authority = authority
        facts = []
        attributes = []
        stepTry = 1
    }

    public subscript(name: FactName) -> Scalar? {
        facts.first { $0.name == name }?.value
    }
}

/// What a `model.called` says beside its tokens.
public struct ModelCall: Hashable, Sendable {
    /// Unique in the execution; a call counts once however often it is told.
    public var id: String
    public var model: String?
    public var latency: TimeSpan?
    /// Thousand-millionths of a US dollar. Stands before any price of ours.
    public var costNanos: Int64?

    public init(
        id: String, model: String? = nil, latency: TimeSpan? = nil, costNanos: Int64? = nil
    ) {
        self.id = id
        self.model = model
        self.latency = latency
        self.costNanos = costNanos
    }
}

/// A worker's load at one moment. Shares are percentages, 0 through 100.
public struct WorkerReport: Hashable, Sendable {
    public var worker: String
    /// Slots it has.
    public var capacity: Int64?
    /// Slots at work.
    public var busy: Int64?
    public var cpu: Double?
    public var memory: Double?
    public var gpu: Double?

    public init(
        worker: String, capacity: Int64? = nil, busy: Int64? = nil, cpu: Double? = nil,
        memory: Double? = nil, gpu: Double? = nil
    ) {
        self.worker = worker
        self.capacity = capacity
        self.busy = busy
        self.cpu = cpu
        self.memory = memory
        self.gpu = gpu
    }
}

/// Why an attempt is taken to be dead, and up to which evidence.
public struct LostVerdict: Hashable, Sendable, Comparable {
    /// The rule by which silence was judged. Raw values are stored.
    public enum Rule: UInt8, Sendable {
        /// `timeoutSeconds` passed.
        case deadline = 0
        /// `heartbeatSeconds` passed without a word.
        case heartbeat = 1
        /// The origin system says that it is gone.
        case origin = 2

        public var word: String {
            switch self {
            case .deadline: "deadline"
            case .heartbeat: "heartbeat"
            case .origin: "origin"
            }
        }
    }

    /// The last evidence known when it was judged; evidence newer than this overrules the verdict.
    public var seen: Instant
    public var rule: Rule
    public var limit: TimeSpan?

    public init(seen: Instant, rule: Rule, limit: TimeSpan? = nil) {
        self.seen = seen
        self.rule = rule
        self.limit = limit
    }

    public static func < (left: LostVerdict, right: LostVerdict) -> Bool {
        // No limit comes before every limit.
        (left.seen, left.rule.rawValue, left.limit?.microseconds ?? -1)
            < (right.seen, right.rule.rawValue, right.limit?.microseconds ?? -1)
    }
}

/// The sorts of event. Raw values are stored; they never change their meaning.
public enum EventKind: UInt8, CaseIterable, Sendable {
    case executionQueued = 1
    case executionStarted = 2
    case executionHeartbeat = 3
    case executionWaiting = 4
    case executionResumed = 5
    case executionUpdated = 6
    case executionFinished = 7
    case stepStarted = 8
    case stepUpdated = 9
    case stepFinished = 10
    case modelCalled = 11
    case workerReported = 12
    /// Concluded by a sweeper; never taken from outside.
    case executionLost = 13

    /// The word of the interface: `execution.queued`.
    public var word: String {
        switch self {
        case .executionQueued: "execution.queued"
        case .executionStarted: "execution.started"
        case .executionHeartbeat: "execution.heartbeat"
        case .executionWaiting: "execution.waiting"
        case .executionResumed: "execution.resumed"
        case .executionUpdated: "execution.updated"
        case .executionFinished: "execution.finished"
        case .stepStarted: "step.started"
        case .stepUpdated: "step.updated"
        case .stepFinished: "step.finished"
        case .modelCalled: "model.called"
        case .workerReported: "worker.reported"
        case .executionLost: "execution.lost"
        }
    }

    public var isAboutStep: Bool {
        self == .stepStarted || self == .stepUpdated || self == .stepFinished
    }

    public var isFinish: Bool { self == .executionFinished || self == .stepFinished }
}
