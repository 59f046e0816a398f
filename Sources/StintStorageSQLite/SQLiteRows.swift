import GRDB
import GRDBSQLite
import StintMetrics
import StintModel
import StintStorage

/// How rows are laid out, shared by the writer and the readers.
enum SQLiteRows {
    /// A piece's number takes this many values of its key.
    static let piecesPerExecution: Int64 = 1 << 20

    /// The keys an execution may have, so that those of its trail fit.
    static let keys: Range<Int64> = 0..<(.max / piecesPerExecution)

    /// - Parameter execution: One of ``keys``; of another, which only a damaged file holds, it is a
    ///   number without meaning.
    static func trailKey(execution: Int64, piece: Int64) -> Int64 {
        execution &* piecesPerExecution &+ piece
    }

    static let pageBytes: Int64 = 4_096

    /// What expired executions count for in a day.
    static func entry(
        _ row: Statement, cell: Int32, minutes: Int32
    ) throws(SQLiteFailure) -> DayLedger.Entry {
        var entry = DayLedger.Entry()
        entry.day = try self.cell(row, column: cell)
        entry.minutes = UInt64(bitPattern: row.integer(minutes))
        return entry
    }

    static func cell(_ row: Statement, column: Int32) throws(SQLiteFailure) -> RollUpCell {
        guard let cell = row.bytes(column, { RollUpCell(encoded: $0) }) else {
            throw SQLiteFailure(code: SQLITE_CORRUPT, message: "a roll-up cell is damaged")
        }
        return cell
    }

    /// A cell of the table `roll_up`, whose parts stand in this and the next two columns: slots,
    /// counters, sketches.
    static func parts(_ row: Statement, column: Int32) throws(SQLiteFailure) -> RollUpCell {
        var cell = try self.cell(row, column: column + 1)
        cell.add(try self.cell(row, column: column + 2))
        let isRead = row.bytes(column) { bytes in
            StoredSlots.read(bytes) { cell.add($1, at: $0) }
        }
        guard isRead else {
            throw SQLiteFailure(code: SQLITE_CORRUPT, message: "the slots of a cell are damaged")
        }
        return cell
    }

    /// A name of which there may be none: x'' where there is none, for NULL cannot be part of a key.
    static func name(_ row: Statement, column: Int32) -> String? {
        row.isBlob(column) ? nil : row.text(column)
    }

    /// The series after one in a level, in the order of the cells; `agent` and `model`.
    static let nextSeries = """
        SELECT agent, model FROM roll_up
        WHERE workspace = ?1 AND level = ?2 AND (agent, model) > (?3, ?4)
        ORDER BY agent, model LIMIT 1
        """

    /// Goes through the series that a level has cells of, from the one after `series` on, until told
    /// to stop; each costs a look into the index.
    ///
    /// - Parameters:
    ///   - next: ``nextSeries``.
    ///   - visit: Answers whether to go on.
    static func eachSeries(
        _ next: Statement, workspace: Int64, level: RollUpLevel,
        after series: RollUpSeries? = nil,
        _ visit: (RollUpSeries) throws(SQLiteFailure) -> Bool
    ) throws(SQLiteFailure) {
        var last = series
        while true {
            next.bind(1, workspace)
            next.bind(2, Int64(level.rawValue))
            if let last {
                next.bind(3, name: last.agent)
                next.bind(4, name: last.model)
            } else {
                // Before every text.
                next.bind(3, Int64.min)
                next.bind(4, Int64.min)
            }
            let found = try next.first { row in
                RollUpSeries(agent: name(row, column: 0), model: name(row, column: 1))
            }
            guard let found, try visit(found) else { return }
            last = found
        }
    }

    static let pendingRollUps = "SELECT delta FROM roll_up_pending ORDER BY number"

    /// What recent transactions add to the roll-up.
    ///
    /// - Parameter statement: ``pendingRollUps``.
    static func pending(_ statement: Statement) throws(SQLiteFailure) -> RollUpDelta {
        var sum = RollUpDelta()
        try addPending(statement, to: &sum)
        return sum
    }

    static func addPending(
        _ statement: Statement, to sum: inout RollUpDelta
    ) throws(SQLiteFailure) {
        try statement.each { (row) throws(SQLiteFailure) in
            do throws(DamagedBytes) {
                try row.bytes(0) { (bytes) throws(DamagedBytes) in try sum.add(encoded: bytes) }
            } catch {
                throw SQLiteFailure(code: SQLITE_CORRUPT, message: "a pending roll-up is damaged")
            }
        }
    }

    static let stepsOfExecution = "SELECT step FROM step WHERE execution = ?1 ORDER BY id"

    /// The state that stands in a column.
    static func state(_ row: Statement, column: Int32) throws(SQLiteFailure) -> ExecutionState {
        do throws(DamagedBytes) {
            return try row.bytes(column) { (bytes) throws(DamagedBytes) in
                try ExecutionState(encoded: bytes)
            }
        } catch {
            throw SQLiteFailure(code: SQLITE_CORRUPT, message: "a stored state is damaged")
        }
    }

    /// The state together with the steps that stand in rows of their own.
    ///
    /// - Parameter statement: ``stepsOfExecution``.
    static func adding(
        _ statement: Statement, of key: Int64, to state: ExecutionState
    ) throws(SQLiteFailure) -> ExecutionState {
        var steps: [SortedMap<ExecutionState.StepID, ExecutionState.Step>.Entry] = []
        statement.bind(1, key)
        try statement.each { (row) throws(SQLiteFailure) in
            do throws(DamagedBytes) {
                steps.append(
                    try row.bytes(0) { (bytes) throws(DamagedBytes) in
                        try ExecutionState.decodedStep(bytes)
                    })
            } catch {
                throw SQLiteFailure(code: SQLITE_CORRUPT, message: "a stored step is damaged")
            }
        }
        guard let steps = SortedMap(ifAscending: steps) else {
            throw SQLiteFailure(code: SQLITE_CORRUPT, message: "a stored step is damaged")
        }
        var state = state
        state.steps = steps
        return state
    }
}

extension SQLiteRows {
    /// The state of a row with all its steps.
    ///
    /// - Parameter steps: ``stepsOfExecution``.
    /// - Returns: `nil` where it is damaged.
    static func readableState(
        _ row: Statement, column: Int32, isApart: Bool, key: Int64, steps: Statement
    ) throws(SQLiteFailure) -> ExecutionState? {
        do throws(SQLiteFailure) {
            let state = try state(row, column: column)
            return isApart ? try adding(steps, of: key, to: state) : state
        } catch {
            guard error.code & 0xFF == SQLITE_CORRUPT else { throw error }
            return nil
        }
    }
}

enum SilenceMigration {
    /// Computes `due_at` of the executions that are open.
    static func fill(_ db: Database) throws {
        guard let connection = db.sqliteConnection else { return }
        let open = ExecutionStatus.allCases.filter { !$0.isFinal }.map { String($0.rawValue) }
        let list = try Statement(
            """
            SELECT key, received_at, state FROM execution
            WHERE status IN (\(open.joined(separator: ", ")))
            """, on: connection)
        defer { list.finalize() }
        let update = try Statement(
            "UPDATE execution SET due_at = ?2 WHERE key = ?1", on: connection)
        defer { update.finalize() }
        var due: [(key: Int64, until: Instant)] = []
        try list.each { (row) throws(SQLiteFailure) in
            let state = try SQLiteRows.state(row, column: 2)
            if let silence = state.silence(receivedAt: row.instant(1)) {
                due.append((row.integer(0), silence.until))
            }
        }
        for (key, until) in due {
            update.bind(1, key)
            update.bind(2, until)
            try update.run()
        }
    }
}

extension ExecutionState.StepID {
    /// Bytes in the order of the identifiers: attempt, key, try.
    var storedKey: [UInt8] {
        var bytes: [UInt8] = []
        withUnsafeBytes(of: attempt.bigEndian) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: key.utf8)
        bytes.append(0)
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
        return bytes
    }
}

extension Statement {
    /// Binds the five parts of a cell's key.
    func bind(
        _ workspace: Int64, _ level: RollUpLevel, _ series: RollUpSeries, _ start: Instant
    ) {
        bind(1, workspace)
        bind(2, Int64(level.rawValue))
        bind(3, name: series.agent)
        bind(4, name: series.model)
        bind(5, start)
    }

    /// Binds the parts of a cell as the table `roll_up` has them.
    func bind(_ cell: RollUpCell, from index: Int32) {
        bind(index, StoredSlots.encoded(cell.slots))
        bind(index + 1, cell.encoded(.counters))
        bind(index + 2, cell.encoded(.sketches))
    }
}
