import GRDB
import GRDBSQLite
import StintMetrics
import StintModel
import StintStorage

/// Reads one snapshot of the database, on the connection and during the call it was made for.
struct SQLiteReader {
    private let db: Database

    init(_ db: Database) {
        self.db = db
    }

    /// A statement that the connection keeps prepared.
    func statement(_ sql: String) throws(SQLiteFailure) -> Statement {
        do {
            let statement = Statement(borrowing: try db.cachedStatement(sql: sql).sqliteStatement)
            statement.reset()
            return statement
        } catch let error as DatabaseError {
            throw SQLiteFailure(
                code: error.extendedResultCode.rawValue, message: error.message ?? "")
        } catch {
            throw SQLiteFailure(code: SQLITE_ERROR, message: "\(error)")
        }
    }

    /// A statement of the caller's own, for several of the same text at a time. The caller
    /// finalizes it.
    func independent(_ sql: String) throws(SQLiteFailure) -> Statement {
        guard let connection = db.sqliteConnection else {
            throw SQLiteFailure(code: SQLITE_MISUSE, message: "the connection is closed")
        }
        return try Statement(sql, on: connection)
    }

    func key(of workspace: Workspace) throws(SQLiteFailure) -> Int64? {
        let find = try statement("SELECT key FROM workspace WHERE name = ?1")
        find.bind(1, workspace.rawValue)
        return try find.first { $0.integer(0) }
    }

    func key(ofAgent name: String, workspace: Int64) throws(SQLiteFailure) -> Int64? {
        let find = try statement("SELECT key FROM agent WHERE workspace = ?1 AND name = ?2")
        find.bind(1, workspace)
        find.bind(2, name)
        return try find.first { $0.integer(0) }
    }

    func execution(
        _ id: ExecutionID, in workspace: Workspace
    ) throws(SQLiteFailure) -> StoredExecution? {
        guard let workspace = try key(of: workspace) else { return nil }
        let find = try statement(
            """
            SELECT key, revision, apart, state FROM execution WHERE workspace = ?1 AND id = ?2
            """)
        find.bind(1, workspace)
        find.bind(2, id.rawValue)
        return try find.first { (row) throws(SQLiteFailure) in
            StoredExecution(id: id, revision: row.integer(1), state: try state(row, apart: 2))
        }
    }

    /// The execution of a key; `nil` where there is none.
    func execution(key: Int64) throws(SQLiteFailure) -> StoredExecution? {
        try sizedExecution(key: key)?.execution
    }

    /// As ``execution(key:)``, with the bytes of its stored state without steps that stand apart.
    func sizedExecution(
        key: Int64
    ) throws(SQLiteFailure) -> (execution: StoredExecution, bytes: Int)? {
        let find = try statement(
            "SELECT key, revision, apart, state, id FROM execution WHERE key = ?1")
        find.bind(1, key)
        return try find.first { (row) throws(SQLiteFailure) in
            guard let id = ExecutionID(rawValue: row.text(4)) else {
                throw SQLiteFailure(code: SQLITE_CORRUPT, message: "a stored id is damaged")
            }
            let execution = StoredExecution(
                id: id, revision: row.integer(1), state: try state(row, apart: 2))
            return (execution, row.bytes(3) { $0.count })
        }
    }

    /// The state in the column after `apart`, with its steps wherever they stand. The key is the
    /// first column.
    func state(_ row: Statement, apart: Int32) throws(SQLiteFailure) -> ExecutionState {
        let state = try SQLiteRows.state(row, column: apart + 1)
        guard row.integer(apart) != 0 else { return state }
        return try SQLiteRows.adding(
            try statement(SQLiteRows.stepsOfExecution), of: row.integer(0), to: state)
    }

    static let undecidedCount = """
        SELECT count(*) FROM trace INDEXED BY trace_undecided WHERE undecided IN (0, 1)
        """

    func undecidedTraces() throws(SQLiteFailure) -> Int {
        try statement(Self.undecidedCount).first { Int($0.integer(0)) } ?? 0
    }

    static let openOfStatus = """
        SELECT key, received_at FROM execution INDEXED BY execution_by_status_start
        WHERE workspace = ?1 AND status = ?2 ORDER BY sort_at, key LIMIT ?3
        """

    func open(limit: Int) throws(SQLiteFailure) -> [OpenExecution] {
        var found: [OpenExecution] = []
        for (key, workspace) in try workspaces() {
            for status in ExecutionStatus.allCases where !status.isFinal {
                let list = try statement(Self.openOfStatus)
                list.bind(1, key)
                list.bind(2, Int64(status.rawValue))
                list.bind(3, Int64(limit))
                try list.each { (row) throws(SQLiteFailure) in
                    guard let execution = try execution(key: row.integer(0)) else { return }
                    found.append(
                        OpenExecution(
                            workspace: workspace, execution: execution,
                            receivedAt: row.instant(1)))
                }
            }
        }
        found.sort { $0.execution.state.sortAt < $1.execution.state.sortAt }
        return Array(found.prefix(limit))
    }

    static let silentFirst = """
        SELECT key, received_at, workspace, due_at FROM execution
        WHERE due_at < ?1 AND (due_at, key) > (?2, ?3) ORDER BY due_at, key LIMIT ?4
        """

    func silent(
        at now: Instant, after position: PagePosition?, limit: Int
    ) throws(SQLiteFailure) -> SilentPage {
        let workspaces = try workspaces()
        var found: [OpenExecution] = []
        var last: PagePosition?
        let list = try statement(Self.silentFirst)
        list.bind(1, now)
        list.bind(2, position?.key ?? .min)
        list.bind(3, position?.tie ?? .min)
        list.bind(4, Int64(limit))
        try list.each { (row) throws(SQLiteFailure) in
            last = PagePosition(key: row.integer(3), tie: row.integer(0))
            guard let workspace = workspaces[row.integer(2)],
                let execution = try execution(key: row.integer(0))
            else { return }
            found.append(
                OpenExecution(
                    workspace: workspace, execution: execution, receivedAt: row.instant(1)))
        }
        return SilentPage(items: found, next: found.count < limit ? nil : last)
    }

    /// The workspaces there are, by key.
    func workspaces() throws(SQLiteFailure) -> [Int64: Workspace] {
        var workspaces: [Int64: Workspace] = [:]
        try statement("SELECT key, name FROM workspace").each { (row) in
            workspaces[row.integer(0)] = Workspace(rawValue: row.text(1))
        }
        return workspaces
    }

    static let trailPieces = """
        SELECT key, received_at, events FROM trail WHERE key >= ?1 AND key < ?2 ORDER BY key
        """

    /// The position counts pieces, and within one its events.
    func trail(
        of id: ExecutionID, in workspace: Workspace, after position: PagePosition?, limit: Int
    ) throws(SQLiteFailure) -> TrailPage {
        guard let workspace = try key(of: workspace) else {
            return TrailPage(entries: [], next: nil)
        }
        let find = try statement("SELECT key FROM execution WHERE workspace = ?1 AND id = ?2")
        find.bind(1, workspace)
        find.bind(2, id.rawValue)
        guard let execution = try find.first({ $0.integer(0) }) else {
            return TrailPage(entries: [], next: nil)
        }
        let pieces = try statement(Self.trailPieces)
        let start = SQLiteRows.trailKey(execution: execution, piece: 0)
        pieces.bind(1, position.map { start &+ $0.key } ?? start)
        pieces.bind(2, SQLiteRows.trailKey(execution: execution &+ 1, piece: 0))
        defer { pieces.reset() }

        var entries: [TrailEntry] = []
        var skipped = position.map(\.tie) ?? 0
        while try pieces.step() {
            let piece = pieces.integer(0) &- start
            let receivedAt = pieces.instant(1)
            let events = try Self.events(pieces, column: 2, of: id)
            for (index, event) in events.enumerated() where index >= skipped {
                if entries.count == limit {
                    let next = PagePosition(key: piece, tie: Int64(index))
                    return TrailPage(entries: entries, next: next)
                }
                entries.append(TrailEntry(receivedAt: receivedAt, event: event))
            }
            skipped = 0
        }
        return TrailPage(entries: entries, next: nil)
    }

    private static func events(
        _ row: Statement, column: Int32, of id: ExecutionID
    ) throws(SQLiteFailure) -> [Event] {
        do throws(DamagedBytes) {
            return try row.bytes(column) { (bytes) throws(DamagedBytes) in
                var reader = BinaryReader(bytes)
                var events: [Event] = []
                while !reader.isAtEnd { events.append(try Event(encoded: &reader, of: id)) }
                return events
            }
        } catch {
            throw SQLiteFailure(code: SQLITE_CORRUPT, message: "a stored event is damaged")
        }
    }

    static let cellsOfLevel = """
        SELECT start, agent, model, slots, counters, sketches FROM roll_up
        WHERE workspace = ?1 AND level = ?2
        """

    func rollUps(
        _ level: RollUpLevel, in workspace: Workspace, from: Instant, to: Instant
    ) throws(SQLiteFailure) -> [StoredCell] {
        guard let number = try key(of: workspace) else { return [] }
        let from = max(from, try horizon(of: level) ?? from)
        let list = try statement(Self.cellsOfLevel)
        list.bind(1, number)
        list.bind(2, Int64(level.rawValue))
        var cells: [RollUpKey: RollUpCell] = [:]
        try list.each { (row) throws(SQLiteFailure) in
            let start = row.instant(0)
            guard start >= from, start < to else { return }
            let key = RollUpKey(
                workspace: workspace, level: level, start: start,
                agent: SQLiteRows.name(row, column: 1), model: SQLiteRows.name(row, column: 2))
            cells[key] = try SQLiteRows.parts(row, column: 3)
        }
        let pending = try SQLiteRows.pending(try statement(SQLiteRows.pendingRollUps))
        for (key, cell) in pending.cells(level)
        where key.workspace == workspace && key.start >= from && key.start < to {
            cells[key, default: RollUpCell()].add(cell)
        }
        return cells.filter { !$0.value.isEmpty }
            .map {
                StoredCell(
                    start: $0.key.start, agent: $0.key.agent, model: $0.key.model, cell: $0.value)
            }
            .sorted {
                if $0.start != $1.start { return $0.start < $1.start }
                return ($0.agent ?? "", $0.model ?? "") < ($1.agent ?? "", $1.model ?? "")
            }
    }

    /// From when on the cells of a level are kept: of minutes that had their time, half a cell would
    /// be worse than none. `nil` where all are.
    func horizon(of level: RollUpLevel) throws(SQLiteFailure) -> Instant? {
        let horizon = try statement("SELECT value FROM setting WHERE name = ?1")
        horizon.bind(1, WriterStatements.horizonName(level))
        return try horizon.first { $0.instant(0) }
    }
}
