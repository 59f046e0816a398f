public import StintModel

/// That an execution changed, or is gone.
public struct FeedChange: Sendable {
    public let id: ExecutionID
    /// As it stood before; `nil` where nobody had heard of it.
    public private(set) var before: FeedStanding?
    /// As it is now; `nil` where it is gone.
    public private(set) var state: ExecutionState?
    /// Whether it was erased: a change that was under way meanwhile is of what is gone.
    private(set) var staysAway: Bool

    public var after: FeedStanding? { state.map(FeedStanding.init) }
    public var isErasure: Bool { state == nil }

    /// - Parameter state: `nil` where nothing tells of it any more; it may be heard of again.
    public init(_ id: ExecutionID, from before: FeedStanding?, to state: ExecutionState?) {
        self.id = id
        self.before = before
        self.state = state
        staysAway = false
    }

    public init(erased id: ExecutionID) {
        self.id = id
        staysAway = true
    }

    /// Brings a later change of the same execution into this one.
    mutating func follow(with later: FeedChange) {
        if staysAway { return }
        state = later.state
        staysAway = later.staysAway
    }
}

/// What filters ask of an execution.
public struct FeedStanding: Hashable, Sendable {
    public let agent: Spelling
    public let status: ExecutionStatus

    public init(agent: String, status: ExecutionStatus) {
        self.agent = Spelling(agent)
        self.status = status
    }

    public init(_ state: ExecutionState) {
        self.init(agent: state.agent, status: state.status)
    }
}

/// Which executions a listener wants to hear of.
public struct FeedFilter: Hashable, Sendable {
    /// `nil` for every agent.
    public var agent: Spelling?
    /// One of these; empty for all.
    public var statuses: Set<ExecutionStatus> = []
    /// `nil` for every execution.
    public var execution: ExecutionID?

    public init() {}

    /// Whether a change concerns the listener: the execution matched before, or matches after it.
    ///
    /// An erasure concerns whoever may hold the execution: how it stood is gone with it.
    func admits(_ id: ExecutionID, from before: FeedStanding?, to after: FeedStanding?) -> Bool {
        if let execution, execution != id { return false }
        guard let after else { return true }
        return matches(after) || before.map(matches) ?? false
    }

    private func matches(_ standing: FeedStanding) -> Bool {
        if let agent, agent != standing.agent { return false }
        return statuses.isEmpty || statuses.contains(standing.status)
    }
}
