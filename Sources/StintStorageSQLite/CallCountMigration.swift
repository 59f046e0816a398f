import GRDB
import StintMetrics
import StintModel

/// Counts in the cells how many model calls the stored executions made, which versions before 0.3
/// did not. What had expired by then is not known any more.
enum CallCountMigration {
    /// Executions whose cells are written together.
    private static let portion = 10_000

    static func fill(_ db: Database) throws {
        guard let connection = db.sqliteConnection else { return }
        let cells = try CellChange(connection)
        defer { cells.finalize() }
        let list = try Statement(
            """
            SELECT execution.key, execution.workspace, apart, state
            FROM execution WHERE stop_at IS NOT NULL ORDER BY execution.key
            """, on: connection)
        defer { list.finalize() }
        let steps = try Statement(SQLiteRows.stepsOfExecution, on: connection)
        defer { steps.finalize() }
        var counts: [Place: Counts] = [:]
        var executions = 0
        while try list.step() {
            // One that is damaged stands in no cell that could be checked against it.
            let state = try SQLiteRows.readableState(
                list, column: 3, isApart: list.integer(2) != 0, key: list.integer(0), steps: steps)
            guard let state, let counted = Contribution(of: state), let finish = counted.finish,
                !finish.calls.isEmpty
            else { continue }
            for level in RollUpLevel.allCases {
                let place = Place(
                    workspace: list.integer(1), level: level,
                    start: level.start(of: finish.minute), agent: Spelling(counted.agent))
                counts[place, default: Counts()].calls += Int64(finish.calls.count)
                counts[place, default: Counts()].priced += Int64(
                    finish.calls.count { $0.costNanos != nil })
            }
            executions += 1
            if executions % portion == 0 {
                try cells.add(counts)
                counts = [:]
            }
        }
        try cells.add(counts)
    }

    private struct Place: Hashable {
        var workspace: Int64
        var level: RollUpLevel
        var start: Instant
        var agent: Spelling
    }

    private struct Counts {
        var calls: Int64 = 0
        var priced: Int64 = 0
    }

    /// Reads and writes cells as they stood when this migration was made.
    private struct CellChange {
        private let find: Statement
        private let put: Statement
        private var horizons: [RollUpLevel: Instant] = [:]

        init(_ connection: OpaquePointer) throws(SQLiteFailure) {
            find = try Statement(
                """
                SELECT cell FROM roll_up
                WHERE workspace = ?1 AND level = ?2 AND start = ?3 AND agent = ?4 AND model = x''
                """, on: connection)
            put = try Statement(
                """
                INSERT INTO roll_up (workspace, level, start, agent, model, cell)
                VALUES (?1, ?2, ?3, ?4, x'', ?5)
                ON CONFLICT DO UPDATE SET cell = excluded.cell
                """, on: connection)
            let horizon = try Statement(
                "SELECT value FROM setting WHERE name = ?1", on: connection)
            defer { horizon.finalize() }
            for level in RollUpLevel.allCases {
                horizon.bind(1, WriterStatements.horizonName(level))
                horizons[level] = try horizon.first { $0.instant(0) }
            }
        }

        func add(_ counts: [Place: Counts]) throws(SQLiteFailure) {
            for (place, count) in counts {
                if let horizon = horizons[place.level], place.start < horizon { continue }
                bind(place, to: find)
                // What stands there may wait to be added to: it need not be there yet.
                var cell =
                    try find.first { (row) throws(SQLiteFailure) in
                        try SQLiteRows.cell(row, column: 0)
                    } ?? RollUpCell()
                cell[.calls] += count.calls
                cell[.pricedCalls] += count.priced
                bind(place, to: put)
                put.bind(5, cell.encoded)
                try put.run()
            }
        }

        private func bind(_ place: Place, to statement: Statement) {
            statement.bind(1, place.workspace)
            statement.bind(2, Int64(place.level.rawValue))
            statement.bind(3, place.start)
            statement.bind(4, place.agent.text)
        }

        func finalize() {
            find.finalize()
            put.finalize()
        }
    }
}
