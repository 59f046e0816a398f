public import StintMetrics
public import StintModel

/// Where executions are kept. An engine implements this and nothing else, and passes the same
/// contract as every other (`StintStorageTesting`).
///
/// What is held of an execution is its ``ExecutionState``; everything a query asks for is a pure
/// function of it. Every key begins with the workspace: no call answers with another one's data.
public protocol ExecutionStore: Sendable {
    /// Merges a group into what is held, in one transaction.
    ///
    /// When it returns, the group is durable: committed, and synced where the store is local. When
    /// it throws, nothing of the group is held. Recording the same again changes nothing, and the
    /// order of recordings does not matter. Roll-ups change in the same transaction by what each
    /// execution now counts for less what it counted for before.
    ///
    /// Calls may overlap; a group is cheaper by the execution than many calls.
    ///
    /// - Returns: The executions whose state changed, each once.
    func record(_ group: RecordingGroup) async throws(StoreError) -> [Change]

    /// One execution; `nil` where the workspace has none of that id.
    func execution(
        _ id: ExecutionID, in workspace: Workspace
    ) async throws(StoreError) -> StoredExecution?

    /// A page of the history, in the query's order, from where `position` left off.
    ///
    /// An execution whose key of the order does not change while pages are read appears exactly
    /// once over them, whatever is recorded meanwhile. The cost depends on the page, not on how
    /// many executions there are: a page may hold fewer than asked for and still not be the last.
    func page(
        _ query: ExecutionQuery, after position: PagePosition?, limit: Int
    ) async throws(StoreError) -> ExecutionPage

    /// The executions of all workspaces that have not ended (lost ones included), oldest start
    /// first.
    ///
    /// - Parameter limit: The most that are answered.
    func open(limit: Int) async throws(StoreError) -> [OpenExecution]

    /// The events of an execution as they arrived, oldest first, from where `position` left off.
    /// Empty where there is no such execution or its trail has expired.
    func trail(
        of id: ExecutionID, in workspace: Workspace, after position: PagePosition?, limit: Int
    ) async throws(StoreError) -> TrailPage

    /// Removes executions whose ``ExecutionState/expiresAt(retention:)`` has come, and what of the
    /// trail arrived longer ago than `trailRetention`. Roll-ups keep what expired executions
    /// counted for.
    ///
    /// - Parameter limit: The most executions, and the most pieces of trail, removed in one call,
    ///   so that recording never waits long.
    /// - Returns: How many executions and pieces of trail were removed; 0 says that none is left.
    func expire(
        retention: TimeSpan, trailRetention: TimeSpan, now: Instant, limit: Int
    ) async throws(StoreError) -> Int

    /// The cells of a level that begin in a range, in order of start.
    func rollUps(
        _ level: RollUpLevel, in workspace: Workspace, from: Instant, to: Instant
    ) async throws(StoreError) -> [StoredCell]

    /// Throws where reading or writing would fail now: what `/health/ready` asks.
    func check() async throws(StoreError)

    /// What an operator wants to know of it, by name: the engine and its version.
    var details: [(name: String, value: String)] { get }

    /// What it takes on the disk; `nil` where that is not known.
    var sizeBytes: Int? { get }

    /// A secret of the store's own, the same after a restart, with which cursors are signed.
    var cursorSecret: [UInt8] { get }

    /// Where work for this store is best done, if it matters: a store that blocks its thread
    /// offers one of its own, so that the caller's groups and its writes need no hand-over.
    var executor: (any TaskExecutor)? { get }
}

extension ExecutionStore {
    public var executor: (any TaskExecutor)? { nil }
    public var sizeBytes: Int? { nil }
}

/// An execution that has not ended.
public struct OpenExecution: Hashable, Sendable {
    public let workspace: Workspace
    public let execution: StoredExecution
    /// The server's clock when it was last heard of.
    public let receivedAt: Instant

    public init(workspace: Workspace, execution: StoredExecution, receivedAt: Instant) {
        self.workspace = workspace
        self.execution = execution
        self.receivedAt = receivedAt
    }
}
