import StintModel

/// The executions that were written last, decoded, so that the next event of one needs no reading.
///
/// Two generations: what is used moves to the young one, and when that is full it becomes the old
/// one and the old one is forgotten. Bounded by the size of the states.
struct RecentExecutions {
    struct Identity: Hashable {
        /// The workspace's number.
        let workspace: Int64
        let id: ExecutionID
    }

    private var young: [Identity: HeldExecution] = [:]
    private var old: [Identity: HeldExecution] = [:]
    private var youngBytes = 0
    private let generationBytes: Int

    init(bytes: Int) {
        generationBytes = bytes / 2
    }

    mutating func take(_ identity: Identity) -> HeldExecution? {
        if let held = young.removeValue(forKey: identity) {
            youngBytes -= held.bytes
            return held
        }
        return old.isEmpty ? nil : old.removeValue(forKey: identity)
    }

    mutating func put(_ held: HeldExecution, for identity: Identity) {
        youngBytes += held.bytes
        young[identity] = held
        if youngBytes > generationBytes {
            old = young
            young = [:]
            youngBytes = 0
        }
    }

    mutating func forget() {
        young = [:]
        old = [:]
        youngBytes = 0
    }
}

/// A row of the table `execution`, decoded.
struct HeldExecution {
    var key: Int64
    var workspace: Int64
    var revision: Int64
    var pieces: Int64
    var isApart: Bool
    var columns: ExecutionColumns
    var state: ExecutionState
    /// About what it takes in memory.
    var bytes: Int
}

/// The columns by which executions are found: functions of the state.
struct ExecutionColumns: Equatable {
    var agent: Int64
    var status: ExecutionStatus
    var sortAt: Instant
    var stopAt: Instant?
    var duration: Int64?
    var goalMet: Bool?

    init(agent: Int64, _ state: ExecutionState) {
        self.agent = agent
        status = state.status
        sortAt = state.sortAt
        stopAt = state.stopAt
        duration = state.duration?.span.microseconds
        goalMet = state.fact(.goalMet)?.boolean
    }

    /// Whether every index finds it where it found the other.
    func isIndexed(like other: ExecutionColumns) -> Bool {
        agent == other.agent && status == other.status && sortAt == other.sortAt
            && stopAt == other.stopAt
    }
}
