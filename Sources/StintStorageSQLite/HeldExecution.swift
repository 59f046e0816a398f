import StintModel
import StintStorage

/// A row of the table `execution`, decoded. It stays on the writer's thread.
final class HeldExecution {
    let key: Int64
    var revision: Int64
    var pieces: Int64
    var isApart: Bool
    var columns: ExecutionColumns
    var state: ExecutionState
    /// `nil` where no trace ever told of it.
    var tracing: Tracing?

    init(
        key: Int64, revision: Int64, pieces: Int64, isApart: Bool, columns: ExecutionColumns,
        state: ExecutionState, tracing: Tracing?
    ) {
        self.key = key
        self.revision = revision
        self.pieces = pieces
        self.isApart = isApart
        self.columns = columns
        self.state = state
        self.tracing = tracing
    }
}

/// Who tells of an execution that traces told of: its state is what events told, joined with what
/// each of the traces says.
struct Tracing {
    /// `nil` where no event did.
    var told: ExecutionState?
    /// The keys of the traces that tell of it.
    var traces: Set<Int64> = []
}

/// The columns by which executions are found: functions of the state.
struct ExecutionColumns: Equatable {
    var agent: Int64
    var status: ExecutionStatus
    var sortAt: Instant
    var stopAt: Instant?
    var duration: Int64?
    var goalMet: Bool?
    /// When its silence ends it.
    var dueAt: Instant?
    /// Where it counts in statistics, and these are known.
    var queueWait: Int64?
    var total: Int64?
    var queue: QueueColumns
    var findings: FindingColumns

    init(agent: Int64, _ state: ExecutionState, receivedAt: Instant) {
        self.agent = agent
        status = state.status
        sortAt = state.sortAt
        stopAt = state.stopAt
        duration = state.duration?.span.microseconds
        goalMet = state.fact(.goalMet)?.boolean
        dueAt = state.silence(receivedAt: receivedAt)?.until
        queue = QueueColumns(state)
        findings = FindingColumns(state)
        if queue.isCounted {
            queueWait = state.started == nil ? nil : state.queueWait?.span.microseconds
            total = state.total?.span.microseconds
        }
    }

    /// Whether every index of the history finds it where it found the other.
    func isIndexed(like other: ExecutionColumns) -> Bool {
        agent == other.agent && status == other.status && sortAt == other.sortAt
            && stopAt == other.stopAt && queue == other.queue && findings == other.findings
    }
}

/// The columns by which what is queued, and what statistics leave out, is found.
struct QueueColumns: Equatable {
    /// Of what is queued and counts.
    private var queuedAt: Instant?
    private var priority: Double?
    /// Whether its environment is part of statistics.
    let isCounted: Bool

    init(_ state: ExecutionState) {
        isCounted = state.isCounted
        guard isCounted, state.status == .queued else { return }
        queuedAt = state.current.run.queued ?? state.sortAt
        priority = state.fact(.priority)?.number
    }

    /// Binds `queued_at`, `priority` and `uncounted`, in this order.
    func bind(to statement: Statement, from index: Int32) {
        statement.bind(index, queuedAt)
        statement.bind(index + 1, double: priority)
        statement.bind(index + 2, isCounted ? nil : 1)
    }

    /// As the columns hold them; the priority by its bits.
    var values: [Int64?] {
        [
            queuedAt?.microseconds, priority.map { Int64(bitPattern: $0.bitPattern) },
            isCounted ? nil : 1,
        ]
    }
}

/// The columns by which a diagnosis finds what it is about, where it counts in statistics.
struct FindingColumns: Equatable {
    /// A digest of the message it was begun for.
    private(set) var message: Int64?
    /// Whether it ended and left a step running.
    private(set) var hasOrphans = false

    init(_ state: ExecutionState) {
        guard state.isCounted else { return }
        message = state.message.map(Self.digest)
        hasOrphans = !state.orphanedSteps.isEmpty
    }

    private static func digest(of message: String) -> Int64 {
        var digest = Fingerprint()
        digest.combine(text: message)
        return Int64(bitPattern: digest.value)
    }

    /// Binds `message` and `orphaned`, in this order.
    func bind(to statement: Statement, from index: Int32) {
        statement.bind(index, message)
        statement.bind(index + 1, hasOrphans ? 1 : nil)
    }

    /// As the columns hold them.
    var values: [Int64?] { [message, hasOrphans ? 1 : nil] }
}
