import GRDB
import StintMetrics
import StintModel
import StintStorage

/// Brings a store of version 0.2 to the layout of its figures.
enum FiguresMigration {
    static func fill(_ db: Database) throws {
        guard let connection = db.sqliteConnection else { return }
        try fillColumns(on: connection)
        try fillCells(on: connection)
    }

    private static func fillColumns(on connection: OpaquePointer) throws(SQLiteFailure) {
        let list = try Statement(
            "SELECT key, agent, received_at, state FROM execution", on: connection)
        defer { list.finalize() }
        let update = try Statement(
            """
            UPDATE execution SET queue_wait = ?2, total = ?3, queued_at = ?4, priority = ?5,
                uncounted = ?6
            WHERE key = ?1
            """, on: connection)
        defer { update.finalize() }
        // The columns changed are no part of what is gone through.
        try list.each { (row) throws(SQLiteFailure) in
            // None of the columns needs the steps; of one that is damaged nothing is known.
            guard
                let state = try SQLiteRows.readableState(
                    row, column: 3, isApart: false, key: row.integer(0), steps: list)
            else { return }
            let columns = ExecutionColumns(
                agent: row.integer(1), state, receivedAt: row.instant(2))
            update.bind(1, row.integer(0))
            update.bind(2, columns.queueWait)
            update.bind(3, columns.total)
            columns.queue.bind(to: update, from: 4)
            try update.run()
        }
    }

    /// Adds up the cells of all agents together, and the slots of hours.
    private static func fillCells(on connection: OpaquePointer) throws(SQLiteFailure) {
        var workspaces: [Int64] = []
        let named = try Statement("SELECT key FROM workspace", on: connection)
        defer { named.finalize() }
        try named.each { workspaces.append($0.integer(0)) }
        let list = try Statement(
            """
            SELECT start, agent, model, cell FROM roll_up_by_start
            WHERE workspace = ?1 AND level = ?2 ORDER BY start
            """, on: connection)
        defer { list.finalize() }
        let put = try Statement(WriterStatements.putCellText, on: connection)
        defer { put.finalize() }
        for workspace in workspaces {
            var slots: [Instant: [RollUpSeries: RollUpCell]] = [:]
            for level in RollUpLevel.allCases {
                var start: Instant?
                var all: [RollUpSeries: RollUpCell] = [:]
                func write(_ cell: RollUpCell, _ series: RollUpSeries) throws(SQLiteFailure) {
                    guard let start else { return }
                    var cell = cell
                    if level == .hour, let slots = slots[start]?[series]?.slots {
                        for (place, slot) in slots.enumerated() { cell.add(slot, at: place) }
                    }
                    put.bind(workspace, level, series, start)
                    put.bind(cell, from: 6)
                    try put.run()
                }
                func writeAll() throws(SQLiteFailure) {
                    for (series, cell) in all { try write(cell, series) }
                    all.removeAll(keepingCapacity: true)
                }
                list.bind(1, workspace)
                list.bind(2, Int64(level.rawValue))
                try list.each { (row) throws(SQLiteFailure) in
                    if row.instant(0) != start {
                        try writeAll()
                        start = row.instant(0)
                    }
                    let own = RollUpSeries(
                        agent: row.text(1), model: SQLiteRows.name(row, column: 2))
                    let together = RollUpSeries(agent: nil, model: own.model)
                    let cell = try SQLiteRows.cell(row, column: 3)
                    all[together, default: RollUpCell()].add(cell)
                    if level == .minute, own.model == nil {
                        var part = RollUpCell()
                        part.add(SlotCounts(cell), of: row.instant(0))
                        let hour = RollUpLevel.hour.start(of: row.instant(0))
                        for series in [own, together] {
                            slots[hour, default: [:]][series, default: RollUpCell()].add(part)
                        }
                    }
                    try write(cell, own)
                }
                try writeAll()
            }
        }
    }
}
