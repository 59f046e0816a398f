import GRDB
import GRDBSQLite
import StintMetrics
import StintModel
import StintStorage

/// The one connection that writes, and checkpoints: SQLite before 3.51.3 can corrupt a database
/// whose log two connections reset at the same instant.
///
/// All of it runs on one thread, where what it holds in memory needs no lock.
actor SQLiteWriter {
    private nonisolated let thread: WriterThread
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    private let pool: DatabasePool
    private let load: StoreLoadMeter<ContinuousClock>
    let connection: OpaquePointer
    let statements: WriterStatements
    let traceStatements: TraceStatements
    private let checkpointBytes: Int
    private let logBytes: Int
    private let log: LogLength
    /// From how long a log on readers are waited for, so that it starts over.
    private var truncationBytes: Int
    let reserve: DiskReserve
    /// Whether the database's own bound, rather than the disk, may be what is reached.
    let isBounded: Bool

    var recent: RecentExecutions
    var recentTraces: RecentTraces
    private var workspaces: [String: Int64] = [:]
    private var agents: [AgentName: Int64] = [:]
    private var seen = AgentsSeen()
    private var cells: HeldCells
    /// The sum of the table `roll_up_pending`; `nil` where it must be read.
    private var pending: RollUpDelta?
    private var pendingGroups: Int
    /// Rises as long as the store is open, so that readers know a row again (``PendingRollUps``).
    private var nextPending: Int64
    private let groupsPending: Int
    private var nextKey: Int64
    var nextTrace: Int64
    /// The ids that must not come back.
    nonisolated let erasures: Erasures
    /// Cells that begin before are not kept any more; by level.
    var horizons: [RollUpLevel: Instant]
    /// By what the cells hold costs.
    var prices: PriceBook
    /// Whether the last transaction failed.
    private var hasFailed = false
    /// The failure after which nothing is written any more.
    private var broken: StoreError?

    private struct AgentName: Hashable {
        let workspace: Int64
        let name: Spelling
    }

    init(
        pool: DatabasePool, thread: WriterThread, settings: SQLiteSettings, secret: [UInt8],
        prices: PriceBook, load: StoreLoadMeter<ContinuousClock>
    ) throws {
        self.prices = prices
        self.pool = pool
        self.load = load
        self.thread = thread
        checkpointBytes = settings.checkpointBytes
        logBytes = settings.logBytes
        truncationBytes = settings.logBytes
        reserve = DiskReserve(of: pool.path)
        isBounded = settings.maximumBytes != nil
        recent = RecentExecutions(bytes: settings.recentStateBytes)
        recentTraces = RecentTraces(bytes: settings.recentTraceBytes)
        cells = HeldCells(limit: settings.heldCells)
        groupsPending = settings.groupsPending
        // Whatever is there comes with the first group.
        pendingGroups = settings.groupsPending
        let log = LogLength()
        self.log = log
        var kept: (hashes: Set<[UInt8]>, horizons: [RollUpLevel: Instant])
        (connection, statements, nextKey, nextTrace, nextPending, kept) =
            try pool
            .unsafeReentrantWrite { db in
                guard let connection = db.sqliteConnection else {
                    throw StoreError.unavailable(reason: "the connection is closed")
                }
                log.follow(connection)
                let newest = try Int64.fetchOne(db, sql: "SELECT max(key) FROM execution") ?? 0
                guard SQLiteRows.keys.contains(newest) else {
                    throw StoreError.damaged(what: "the newest execution's key")
                }
                let statements = try WriterStatements(connection)
                let kept = (try statements.keptErasures(), try statements.storedHorizons())
                let trace = try Int64.fetchOne(db, sql: "SELECT max(key) FROM trace") ?? 0
                guard SQLiteRows.keys.contains(trace) else {
                    throw StoreError.damaged(what: "the newest trace's key")
                }
                let pending =
                    try Int64.fetchOne(db, sql: "SELECT max(number) FROM roll_up_pending") ?? 0
                return (connection, statements, newest + 1, trace + 1, pending + 1, kept)
            }
        traceStatements = statements.traces
        erasures = Erasures(secret: secret, hashes: kept.hashes)
        horizons = kept.horizons
    }

    /// Finalizes the statements; nothing may be recorded afterwards. The file is whole without its
    /// log then.
    func close() throws {
        startLogOver()
        statements.finalize()
        try pool.close()
    }

    // MARK: Recording

    func record(_ group: RecordingGroup) throws(StoreError) -> [Change] {
        try admit()
        let changes = try transaction { () throws(SQLiteFailure) in
            var changes: [Change] = []
            changes.reserveCapacity(group.recordings.count)
            var delta = RollUpDelta()
            var retellings = try retellings(of: group.traces, receivedAt: group.receivedAt)
            for part in try merged(group.recordings) {
                let change =
                    if let retelling = retellings.take(part.identity) {
                        try record(
                            retelling, part, among: retellings.traces,
                            receivedAt: group.receivedAt, delta: &delta)
                    } else {
                        try record(part, receivedAt: group.receivedAt, delta: &delta)
                    }
                if let change { changes.append(change) }
            }
            for retelling in retellings.rest {
                let change = try record(
                    retelling, nil, among: retellings.traces, receivedAt: group.receivedAt,
                    delta: &delta)
                if let change { changes.append(change) }
            }
            for (agent, instant) in seen.due {
                statements.noteAgent.bind(1, agent)
                statements.noteAgent.bind(2, instant)
                try statements.noteAgent.run()
            }
            seen.write()
            try record(group.workers)
            try record(group.batches, receivedAt: group.receivedAt)
            try add(delta)
            return changes
        }
        checkpointIfDue()
        return changes
    }

    /// What a group says of one execution: one state, and the pieces of trail as they came.
    struct Part {
        let workspace: Workspace
        let identity: RecentExecutions.Identity
        var state: ExecutionState
        private(set) var trail: [TrailChunk]

        init(
            workspace: Workspace, identity: RecentExecutions.Identity, state: ExecutionState,
            trail: TrailChunk
        ) {
            self.workspace = workspace
            self.identity = identity
            self.state = state
            self.trail = [trail]
        }

        /// Adds a piece, without what another request of the group has told already.
        mutating func append(_ piece: TrailChunk) {
            let rest = piece.without(Set(trail.flatMap(\.digests)))
            if !rest.isEmpty { trail.append(rest) }
        }
    }

    private func merged(_ recordings: [Recording]) throws(SQLiteFailure) -> [Part] {
        var parts: [Part] = []
        parts.reserveCapacity(recordings.count)
        var places: [RecentExecutions.Identity: Int] = [:]
        places.reserveCapacity(recordings.count)
        let forgetsNobody = erasures.isEmpty
        for recording in recordings {
            // Refused at the door as well; here for what was under way when it was erased.
            if !forgetsNobody, erasures.contains(recording.id, in: recording.workspace) { continue }
            let identity = RecentExecutions.Identity(
                workspace: try key(ofWorkspace: recording.workspace), id: recording.id)
            if let place = places[identity] {
                parts[place].state.merge(recording.state)
                parts[place].append(recording.trail)
            } else {
                places[identity] = parts.count
                parts.append(
                    Part(
                        workspace: recording.workspace, identity: identity,
                        state: recording.state, trail: recording.trail))
            }
        }
        return parts
    }

    private func record(
        _ part: Part, receivedAt: Instant, delta: inout RollUpDelta
    ) throws(SQLiteFailure) -> Change? {
        guard let held = try held(part.identity) else {
            return try insert(
                part.state, as: part.identity, in: part.workspace, trail: part.trail,
                tracing: nil, receivedAt: receivedAt, delta: &delta)
        }
        try tell(part.state, to: held)
        let old = OldRow(held)
        guard held.state.merge(part.state) else {
            try appendUnknown(part.trail, to: held, receivedAt: receivedAt)
            return nil
        }
        return try update(
            held, as: part.identity, in: part.workspace, from: old, trail: part.trail,
            receivedAt: receivedAt, delta: &delta)
    }

    /// What is to be replaced of a row.
    struct OldRow {
        let state: ExecutionState
        let columns: ExecutionColumns
        let isApart: Bool

        init(_ held: HeldExecution) {
            state = held.state
            columns = held.columns
            isApart = held.isApart
        }
    }

    /// Writes the state that an execution has now, and all that follows from it.
    func update(
        _ held: HeldExecution, as identity: RecentExecutions.Identity, in workspace: Workspace,
        from old: OldRow, trail: [TrailChunk], receivedAt: Instant, delta: inout RollUpDelta
    ) throws(SQLiteFailure) -> Change {
        for piece in trail { try append(piece, to: held, receivedAt: receivedAt) }
        // What is read back may be damaged: it must not trap.
        held.revision &+= 1
        held.columns = ExecutionColumns(
            agent: try key(ofAgent: held.state.agent, workspace: identity.workspace), held.state,
            receivedAt: receivedAt)
        let counted = (
            before: Contribution(of: old.state, prices: prices),
            now: Contribution(of: held.state, prices: prices)
        )
        delta.replace(counted.before, with: counted.now, in: workspace)

        if !SearchTerms.isUnchanged(old.state, held.state) {
            let before = SearchTerms.text(workspace: identity.workspace, identity.id, old.state)
            let after = SearchTerms.text(workspace: identity.workspace, identity.id, held.state)
            if before != after {
                try removeSearch(held.key, before)
                try insertSearch(held.key, after)
            }
        }

        held.isApart = held.isApart || held.state.steps.count > Self.stepsInState
        if held.isApart { try writeSteps(of: held, unlike: old.isApart ? old.state : nil) }

        let isIndexedAlike = held.columns.isIndexed(like: old.columns)
        seen.see(held.columns.agent, at: held.state.lastEventAt, isExact: !isIndexedAlike)
        let update = isIndexedAlike ? statements.update : statements.updateIndexed
        bind(held, receivedAt: receivedAt, withIndexed: !isIndexedAlike, to: update)
        try update.run()
        return Change(
            workspace: workspace, id: identity.id, revision: held.revision, before: old.state,
            state: held.state, from: counted.before, to: counted.now)
    }

    func insert(
        _ state: ExecutionState, as identity: RecentExecutions.Identity, in workspace: Workspace,
        trail: [TrailChunk], tracing: Tracing?, receivedAt: Instant, delta: inout RollUpDelta
    ) throws(SQLiteFailure) -> Change {
        let held = HeldExecution(
            key: nextKey, revision: 1, pieces: 0, isApart: state.steps.count > Self.stepsInState,
            columns: ExecutionColumns(
                agent: try key(ofAgent: state.agent, workspace: identity.workspace), state,
                receivedAt: receivedAt),
            state: state, tracing: tracing)
        nextKey += 1
        seen.see(held.columns.agent, at: held.state.lastEventAt, isExact: true)
        for piece in trail { try append(piece, to: held, receivedAt: receivedAt) }
        let counted = Contribution(of: held.state, prices: prices)
        delta.replace(nil, with: counted, in: workspace)
        try insertSearch(
            held.key, SearchTerms.text(workspace: identity.workspace, identity.id, state))
        if held.isApart { try writeSteps(of: held, unlike: nil) }

        bind(held, receivedAt: receivedAt, withIndexed: true, to: statements.insert)
        statements.insert.bind(21, identity.workspace)
        statements.insert.bind(22, identity.id.rawValue)
        statements.insert.bind(23, tracing.map { _ in 1 })
        try statements.insert.run()
        recent.put(held, for: identity, bytes: Self.freshBytes)
        return Change(
            workspace: workspace, id: identity.id, revision: held.revision, before: nil,
            state: held.state, from: nil, to: counted)
    }

    /// What an execution that has just begun will take in memory, about.
    private static let freshBytes = 3_072

    private func bind(
        _ held: HeldExecution, receivedAt: Instant, withIndexed: Bool, to statement: Statement
    ) {
        statement.bind(1, held.key)
        statement.bind(2, held.columns.duration)
        statement.bind(3, held.columns.goalMet.map { $0 ? 1 : 0 })
        statement.bind(4, held.revision)
        statement.bind(5, receivedAt)
        statement.bind(6, held.pieces)
        statement.bind(7, held.isApart ? 1 : 0)
        statement.bind(8, held.state.encoded(withSteps: !held.isApart))
        statement.bind(9, held.columns.dueAt)
        statement.bind(10, held.columns.queueWait)
        statement.bind(11, held.columns.total)
        if withIndexed {
            statement.bind(12, held.columns.agent)
            statement.bind(13, Int64(held.columns.status.rawValue))
            statement.bind(14, held.columns.sortAt)
            statement.bind(15, held.columns.stopAt)
            held.columns.queue.bind(to: statement, from: 16)
            held.columns.findings.bind(to: statement, from: 19)
        }
    }

    /// Keeps of a trail that told nothing new what is no repetition: events that say less than is
    /// known.
    func appendUnknown(
        _ trail: [TrailChunk], to held: HeldExecution, receivedAt: Instant
    ) throws(SQLiteFailure) {
        let before = held.pieces
        let known = try knownDigests(of: held)
        for piece in trail {
            let rest = piece.without(known)
            if !rest.isEmpty { try append(rest, to: held, receivedAt: receivedAt) }
        }
        if held.pieces != before {
            statements.countPieces.bind(1, held.key)
            statements.countPieces.bind(2, held.pieces)
            try statements.countPieces.run()
        }
    }

    /// Steps beyond this many stand in rows of their own, so that an event of a large execution
    /// rewrites one step rather than all.
    private static let stepsInState = 64

    private func writeSteps(
        of held: HeldExecution, unlike old: ExecutionState?
    ) throws(SQLiteFailure) {
        // Both stand in order of their keys.
        let (new, before) = (held.state.steps.entries, old?.steps.entries ?? [])
        var place = 0
        for index in new.indices {
            while place < before.count, before[place].key.isBefore(new[index].key) {
                try removeStep(before[place].key, of: held)
                place += 1
            }
            if place < before.count, before[place].key.isSame(as: new[index].key) {
                place += 1
                if before[place - 1].value == new[index].value { continue }
            }
            statements.putStep.bind(1, held.key)
            statements.putStep.bind(2, new[index].key.storedKey)
            statements.putStep.bind(
                3, ExecutionState.encodedStep(new[index].key, new[index].value))
            try statements.putStep.run()
        }
        for entry in before[place...] { try removeStep(entry.key, of: held) }
    }

    /// One beyond the bound was pushed out, or a trace no longer tells of it.
    private func removeStep(
        _ step: ExecutionState.StepID, of held: HeldExecution
    ) throws(SQLiteFailure) {
        statements.removeStep.bind(1, held.key)
        statements.removeStep.bind(2, step.storedKey)
        try statements.removeStep.run()
    }

    // MARK: What is held

    func held(
        _ identity: RecentExecutions.Identity
    ) throws(SQLiteFailure) -> HeldExecution? {
        if let held = recent.held(identity) { return held }
        statements.find.bind(1, identity.workspace)
        statements.find.bind(2, identity.id.rawValue)
        var bytes = Self.freshBytes
        let found = try statements.find.first { (row) throws(SQLiteFailure) in
            var state = try SQLiteRows.state(row, column: 5)
            let key = row.integer(0)
            let isApart = row.integer(3) != 0
            if isApart {
                state = try SQLiteRows.adding(statements.stepsOf, of: key, to: state)
            }
            bytes += row.bytes(5) { $0.count * 4 } + state.steps.count * 200
            return HeldExecution(
                key: key, revision: row.integer(1), pieces: row.integer(2), isApart: isApart,
                columns: ExecutionColumns(
                    agent: row.integer(4), state, receivedAt: row.instant(6)), state: state,
                tracing: row.isNull(7) ? nil : try traceStatements.tracing(of: key))
        }
        if let found { recent.put(found, for: identity, bytes: bytes) }
        return found
    }

    func key(ofWorkspace workspace: Workspace) throws(SQLiteFailure) -> Int64 {
        if let key = workspaces[workspace.rawValue] { return key }
        statements.addWorkspace.bind(1, workspace.rawValue)
        try statements.addWorkspace.run()
        statements.findWorkspace.bind(1, workspace.rawValue)
        let key = try statements.findWorkspace.first { (row) in row.integer(0) } ?? 0
        workspaces[workspace.rawValue] = key
        return key
    }

    private func key(ofAgent name: String, workspace: Int64) throws(SQLiteFailure) -> Int64 {
        let identity = AgentName(workspace: workspace, name: Spelling(name))
        if let key = agents[identity] { return key }
        for statement in [statements.addAgent, statements.findAgent] {
            statement.bind(1, workspace)
            statement.bind(2, name)
        }
        try statements.addAgent.run()
        let key = try statements.findAgent.first { (row) in row.integer(0) } ?? 0
        if agents.count >= 100_000 { agents = [:] }
        agents[identity] = key
        return key
    }

    // MARK: Trail

    /// The number of a piece takes 20 bits of its key; an execution that fills them keeps its
    /// trail as it is then.
    func append(
        _ piece: TrailChunk, to held: HeldExecution, receivedAt: Instant
    ) throws(SQLiteFailure) {
        guard held.pieces < SQLiteRows.piecesPerExecution else { return }
        let append = statements.appendTrail
        append.bind(1, SQLiteRows.trailKey(execution: held.key, piece: held.pieces))
        append.bind(2, receivedAt)
        append.bind(3, piece.digests.withUnsafeBytes { Array($0) })
        append.bind(4, piece.bytes)
        try append.run()
        held.pieces += 1
    }

    /// The digests of the newest events of an execution's trail: of the last 64 pieces.
    private func knownDigests(of held: HeldExecution) throws(SQLiteFailure) -> Set<UInt64> {
        var known: Set<UInt64> = []
        statements.digests.bind(1, SQLiteRows.trailKey(execution: held.key, piece: 0))
        statements.digests.bind(2, SQLiteRows.trailKey(execution: held.key &+ 1, piece: 0))
        try statements.digests.each { (row) in
            row.bytes(0) { bytes in
                for offset in stride(from: 0, to: bytes.count - 7, by: 8) {
                    known.insert(bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                }
            }
        }
        return known
    }

    // MARK: Search

    private func insertSearch(_ key: Int64, _ text: [UInt8]) throws(SQLiteFailure) {
        if text.isEmpty { return }
        statements.insertSearch.bind(1, key)
        statements.insertSearch.bind(2, text: text)
        try statements.insertSearch.run()
    }

    /// A table without content is told what it forgets.
    func removeSearch(_ key: Int64, _ text: [UInt8]) throws(SQLiteFailure) {
        if text.isEmpty { return }
        statements.removeSearch.bind(1, key)
        statements.removeSearch.bind(2, text: text)
        try statements.removeSearch.run()
    }

    // MARK: Roll-ups

    /// Adds to the roll-up, in the transaction that stores the states.
    ///
    /// Each cell of each level is a page or two, and a group of a few events touches as many cells
    /// as it has events. So what a group adds is written as one row, and many rows are brought into
    /// the cells together.
    func add(_ delta: RollUpDelta) throws(SQLiteFailure) {
        let cells = delta.minuteCells()
        if !cells.isEmpty {
            statements.addPending.bind(1, nextPending)
            statements.addPending.bind(2, RollUpDelta.encoded(cells))
            try statements.addPending.run()
            nextPending += 1
            for (key, cell) in cells { pending?.add(cell, to: key) }
            pendingGroups += 1
        }
        if pendingGroups >= groupsPending { try bringPendingIntoCells() }
    }

    private func bringPendingIntoCells() throws(SQLiteFailure) {
        // Not known after the start, and after a transaction that failed.
        let sum: RollUpDelta
        if let pending {
            sum = pending
        } else {
            sum = try SQLiteRows.pending(statements.allPending)
        }
        for (key, change) in sum.cells() {
            if let horizon = horizons[key.level], key.start < horizon { continue }
            let workspace = try self.key(ofWorkspace: key.workspace)
            var cell: RollUpCell
            if let held = cells.take(key) {
                cell = held
            } else {
                cell = try storedCell(key, workspace: workspace)
            }
            cell.add(change)
            statements.putCell.bind(workspace, key.level, key.series, key.start)
            statements.putCell.bind(cell, from: 6)
            try statements.putCell.run()
            cells.put(cell, for: key)
            crashPoint("roll-up")
        }
        try statements.removePending.run()
        pending = RollUpDelta()
        pendingGroups = 0
    }

    private func storedCell(
        _ key: RollUpKey, workspace: Int64
    ) throws(SQLiteFailure) -> RollUpCell {
        statements.findCell.bind(workspace, key.level, key.series, key.start)
        let found = try statements.findCell.first { (row) throws(SQLiteFailure) in
            try SQLiteRows.parts(row, column: 0)
        }
        return found ?? RollUpCell()
    }

    /// Throws where a write would fail now: after a failed one another is tried, where there is
    /// room for more than that.
    func check() throws(StoreError) {
        try admit()
        guard hasFailed || broken != nil else { return }
        guard reserve.hasRoom else { throw .full }
        try transaction { () throws(SQLiteFailure) in try statements.touch.run() }
    }

    // MARK: Transactions

    /// Runs `body` in one transaction: all of it is synced when this returns, none of it is held
    /// when it throws. After ``StoreError/broken(reason:)`` nothing is tried again.
    func transaction<Value>(
        _ body: () throws(SQLiteFailure) -> Value
    ) throws(StoreError) -> Value {
        if let broken { throw broken }
        let start = load.now
        defer { load.count(since: start) }
        let keysBefore = (nextKey, nextTrace)
        do {
            let value = try onConnection {
                try statements.begin.run()
                // Before this returns: GRDB traps on a transaction left open.
                defer {
                    if sqlite3_get_autocommit(connection) == 0 { try? statements.rollback.run() }
                }
                crashPoint("begin")
                let value = try body()
                crashPoint("commit")
                try statements.commit.run()
                crashPoint("committed")
                return value
            }
            hasFailed = false
            return value
        } catch {
            hasFailed = true
            // What memory holds may say what the database does not.
            recent.forget()
            recentTraces.forget()
            cells.forget()
            pending = nil
            pendingGroups = groupsPending
            workspaces = [:]
            agents = [:]
            seen = AgentsSeen()
            (nextKey, nextTrace) = keysBefore
            let error = noted(StoreError(error))
            if error == .full { spendReserve() }
            throw error
        }
    }

    private func noted(_ error: StoreError) -> StoreError {
        if case .broken = error { broken = error }
        return error
    }

    /// Runs on GRDB's queue for its connection, which is where GRDB expects whatever happens to it;
    /// that does not leave the thread.
    func onConnection<Value>(_ body: () throws -> Value) rethrows -> Value {
        try pool.unsafeReentrantWrite { _ in try body() }
    }

    /// Brings the log into the database once it has grown, between two groups.
    ///
    /// Passive: it waits for no reader, and what one still needs is left for the next time. Only
    /// where readers kept it from ever starting over does it wait for them, a moment.
    /// One that fails to write or sync breaks the store, though the group before it stands: the log
    /// still holds what the database does not.
    func checkpointIfDue() {
        guard log.bytes > checkpointBytes else { return }
        crashPoint("checkpoint")
        onConnection {
            checkpoint(SQLITE_CHECKPOINT_PASSIVE)
            guard log.bytes > logBytes else {
                truncationBytes = logBytes
                return
            }
            guard log.bytes > truncationBytes else { return }
            sqlite3_busy_timeout(connection, 50)
            checkpoint(SQLITE_CHECKPOINT_TRUNCATE)
            sqlite3_busy_timeout(connection, 5_000)
            // One that reads for long, as a backup does, is not waited for at every commit.
            truncationBytes = log.bytes + checkpointBytes
        }
        crashPoint("checkpointed")
    }

    func checkpoint(_ mode: Int32) {
        let code = sqlite3_wal_checkpoint_v2(connection, nil, mode, nil, nil)
        if code != SQLITE_OK { _ = noted(StoreError(SQLiteFailure(code, on: connection))) }
    }
}

/// How long the log is after the last commit, as SQLite tells it.
///
/// Written by SQLite's callback and read between commits, both on the writer's thread; it lives as
/// long as the connection, which holds its address.
private final class LogLength: @unchecked Sendable {
    private var pages = 0
    private static let pageBytes = 4_096

    var bytes: Int { pages * Self.pageBytes }

    func follow(_ connection: OpaquePointer) {
        sqlite3_wal_hook(
            connection,
            { context, _, _, pages in
                if let context {
                    Unmanaged<LogLength>.fromOpaque(context).takeUnretainedValue().pages =
                        Int(pages)
                }
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }
}
