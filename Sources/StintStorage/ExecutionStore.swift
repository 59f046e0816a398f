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
    /// Spans are kept as a set for each trace, and what the set tells of executions stands beside
    /// what events told of them: an execution's state is the join of both. When more of a trace is
    /// known, what it told before is replaced. An execution that no trace tells of any more, and no
    /// event ever did, is as if it had never been.
    ///
    /// What clients say of the numbers of their events is counted along with the events, so that
    /// the books hold whatever happens (``ClientLedger``). Of a workspace
    /// ``ClientLedger/clientsPerWorkspace`` clients are kept, and what the others came to.
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

    /// A page of the executions whose ``ExecutionState/silence(receivedAt:)`` ended before `now`:
    /// those that have been silent the longest first. It costs by what is answered, not by what is
    /// open.
    func silent(
        at now: Instant, after position: PagePosition?, limit: Int
    ) async throws(StoreError) -> SilentPage

    /// The events of an execution as they arrived, oldest first, from where `position` left off.
    /// Empty where there is no such execution or its trail has expired.
    func trail(
        of id: ExecutionID, in workspace: Workspace, after position: PagePosition?, limit: Int
    ) async throws(StoreError) -> TrailPage

    /// Removes a portion of what has been kept for long enough, by age and by size. Roll-ups keep
    /// what expired executions counted for, until their own time comes.
    ///
    /// - Returns: How many executions, pieces of trail, cells and clients were removed; 0 says that
    ///   none is left.
    func expire(_ expiry: Expiry) async throws(StoreError) -> Int

    /// Removes an execution with everything that is known of it, and subtracts it from the roll-ups.
    /// Later recordings of that id are ignored, until `horizon`: a hash of the id is kept so long.
    /// So it is with the traces that tell of it; what they told of others stays with those.
    ///
    /// - Returns: Whether there was such an execution.
    func erase(
        _ id: ExecutionID, in workspace: Workspace, until horizon: Instant
    ) async throws(StoreError) -> Bool

    /// Tells of each id that was erased whether it still must not be recorded; quick where nothing
    /// was ever erased.
    var erasures: Erasures { get }

    /// Recomputes what is stored from what it follows from, on one snapshot of the live store and
    /// without holding up who records: columns and indexes, roll-ups at all levels, the states from
    /// the trail where it is whole. A million executions take some tens of seconds.
    ///
    /// - Parameter workspace: The one to look at; `nil` for all.
    func audit(_ workspace: Workspace?) async throws(StoreError) -> AuditReport

    /// The cells of a level that begin in a range, in order of start.
    func rollUps(
        _ level: RollUpLevel, in workspace: Workspace, from: Instant, to: Instant
    ) async throws(StoreError) -> [StoredCell]

    /// Reads figures of a workspace, all from one moment.
    ///
    /// - Parameter read: Runs where reading blocks nobody else, and keeps nothing of the snapshot.
    func figures<Value: Sendable>(
        in workspace: Workspace,
        _ read: @escaping @Sendable (any FiguresSnapshot) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value

    /// What calls cost that do not report it: the book by which the roll-ups hold costs. It outlives
    /// the store's being closed; a new store has none.
    var prices: PriceBook { get }

    /// Takes another book, and changes the roll-ups by what each stored execution costs by it less
    /// what it cost before: they are then as if there had never been another. What expired keeps
    /// the costs of its time. Where the book is the one held, nothing is done; else every execution
    /// is read, and nothing is recorded meanwhile.
    ///
    /// - Returns: Of how many executions the cost is another now.
    func reprice(by prices: PriceBook) async throws(StoreError) -> Int

    /// The load of workers, and of the hosts of servers, in a window, in order of time; what is
    /// empty is left out.
    ///
    /// Exact whenever it is asked, whatever the order in which reports came, by steps of ten seconds:
    /// those count that begin in the window (``LoadGrid``). Five minutes whose reports are no longer
    /// kept count whole, where they begin in the window.
    ///
    /// - Parameter grid: Where its steps are longer than five minutes, the five minutes of each step
    ///   come summed up, as one that starts where the step does. Covers the window.
    func workerLoad(
        in workspace: Workspace, from: Instant, to: Instant, by grid: TimeGrid?
    ) async throws(StoreError) -> [LoadBucket]

    /// The workers and hosts that reported in the 60 s up to `now`, the newest report of each.
    func workersNow(
        in workspace: Workspace, at now: Instant
    ) async throws(StoreError) -> WorkersNow

    /// Sums up a portion of the five minutes that are over and have reports that are not in their
    /// sums yet. Until then they are summed up whenever they are asked for.
    ///
    /// - Returns: How many were; 0 says that none is left.
    func sumWorkerLoad(at now: Instant, limit: Int) async throws(StoreError) -> Int

    /// A page of the clients that number their events, those heard last first, from where `position`
    /// left off. One that is heard of while pages are read moves to the front; one whose books are
    /// damaged is left out, so that a page may hold fewer than asked for.
    func clients(
        in workspace: Workspace, after position: PagePosition?, limit: Int
    ) async throws(StoreError) -> ClientPage

    /// What these clients come to.
    func clientTotals(in workspace: Workspace) async throws(StoreError) -> ClientTotals

    /// How many traces there are, of all workspaces, that have told of no execution so far.
    func undecidedTraces() async throws(StoreError) -> Int

    /// What is asked of its database; `nil` where that is not counted.
    var load: StoreLoad? { get }

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
    public var load: StoreLoad? { nil }
}

/// A page of executions that were silent for too long.
public struct SilentPage: Sendable {
    public let items: [OpenExecution]
    /// Where the next page begins; `nil` on the last.
    public let next: PagePosition?

    public init(items: [OpenExecution], next: PagePosition?) {
        self.items = items
        self.next = next
    }
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
