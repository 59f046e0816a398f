public import StintModel

/// What a diagnosis reads of a workspace, beside its figures: each a bounded part of one index, and
/// nothing of what is kept out of statistics.
public protocol DiagnosisSnapshot {
    /// Goes through the executions of some statuses that finished in a range (were last heard of in
    /// it, where lost), the newest first.
    ///
    /// - Parameter limit: The most that are looked at.
    /// - Returns: Whether there are more than that.
    func eachStopped(
        _ statuses: Set<ExecutionStatus>, of agent: String?, in range: Range<Instant>, limit: Int,
        _ visit: (StoredExecution) -> Void
    ) throws(StoreError) -> Bool

    /// The executions of an agent with a status whose start, or queueing, lies before an instant: the
    /// oldest first.
    func oldest(
        _ status: ExecutionStatus, of agent: KnownAgent, before: Instant, limit: Int
    ) throws(StoreError) -> [StoredExecution]

    /// The messages (``ExecutionState/message``) for which more than one execution began in a range:
    /// that of the newest execution first, and the executions of each by their start.
    ///
    /// An execution that another one of its message began is none of its own.
    ///
    /// - Parameters:
    ///   - agent: One that began an execution for the message; `nil` for any.
    ///   - limit: The most messages that are answered; of each at most 20 executions.
    func repeatedMessages(
        of agent: String?, in range: Range<Instant>, limit: Int
    ) throws(StoreError) -> RepeatedMessages

    /// The executions that finished in a range and left a step running
    /// (``ExecutionState/orphanedSteps``), the newest first.
    func orphaned(
        of agent: String?, in range: Range<Instant>, limit: Int
    ) throws(StoreError) -> [StoredExecution]

    /// How many finished in a range with a status other than success, and with their goal met or
    /// missed. Of no use for what succeeded: ask the roll-up.
    func count(
        _ status: ExecutionStatus, goalMet: Bool, of agent: String?, in range: Range<Instant>
    ) throws(StoreError) -> Int64

    /// When workers last reported, up to `now`, of those that did since an instant. Looks at 50,000
    /// reports at the most, from the newest on.
    func lastReports(
        of workers: Set<Spelling>, since: Instant, at now: Instant
    ) throws(StoreError) -> [Spelling: Instant]
}

/// Messages for which more than one execution began.
public struct RepeatedMessages: Sendable {
    public struct Message: Sendable {
        public var id: String
        public var executions: [StoredExecution]

        public init(id: String, executions: [StoredExecution]) {
            self.id = id
            self.executions = executions
        }
    }

    public var messages: [Message] = []
    /// Whether there was more to look at.
    public var isCut = false

    public init() {}
}
