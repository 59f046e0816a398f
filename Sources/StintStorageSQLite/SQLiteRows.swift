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

    static let pendingRollUps = "SELECT delta FROM roll_up_pending ORDER BY number"

    /// What recent transactions add to the roll-up.
    ///
    /// - Parameter statement: ``pendingRollUps``.
    static func pending(_ statement: Statement) throws(SQLiteFailure) -> RollUpDelta {
        var sum = RollUpDelta()
        try statement.each { (row) throws(SQLiteFailure) in
            do throws(DamagedBytes) {
                try row.bytes(0) { (bytes) throws(DamagedBytes) in try sum.add(encoded: bytes) }
            } catch {
                throw SQLiteFailure(code: SQLITE_CORRUPT, message: "a pending roll-up is damaged")
            }
        }
        return sum
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
