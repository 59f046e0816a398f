import GRDB
import StintModel
import StintStorage

/// Brings a store of version 0.3 to what a diagnosis looks for.
enum FindingsMigration {
    static func fill(_ db: Database) throws {
        guard let connection = db.sqliteConnection else { return }
        let list = try Statement("SELECT key, apart, state FROM execution", on: connection)
        defer { list.finalize() }
        let steps = try Statement(SQLiteRows.stepsOfExecution, on: connection)
        defer { steps.finalize() }
        let update = try Statement(
            "UPDATE execution SET message = ?2, orphaned = ?3 WHERE key = ?1", on: connection)
        defer { update.finalize() }
        // The columns changed are no part of what is gone through.
        try list.each { (row) throws(SQLiteFailure) in
            // Of one that is damaged nothing is known.
            guard
                let state = try SQLiteRows.readableState(
                    row, column: 2, isApart: row.integer(1) != 0, key: row.integer(0), steps: steps)
            else { return }
            let columns = FindingColumns(state)
            if columns.values.allSatisfy({ $0 == nil }) { return }
            update.bind(1, row.integer(0))
            columns.bind(to: update, from: 2)
            try update.run()
        }
    }
}
