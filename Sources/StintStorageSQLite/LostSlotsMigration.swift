import GRDB
import StintMetrics
import StintModel

/// Counts the lost in the five minutes of each hour, as their minutes do; versions before 0.4 counted
/// them in minutes, hours and days alone. Of hours whose minutes are not kept any more all stand in
/// the first five minutes.
enum LostSlotsMigration {
    static func fill(_ db: Database) throws {
        guard let connection = db.sqliteConnection else { return }
        let hours = try Statement(
            """
            SELECT workspace, agent, start, slots, counters FROM roll_up
            WHERE workspace = ?1 AND level = ?2 AND model = x''
            """, on: connection)
        defer { hours.finalize() }
        let minutes = try Statement(SQLiteFigures.cellsText("start, counters"), on: connection)
        defer { minutes.finalize() }
        let update = try Statement(
            """
            UPDATE roll_up SET slots = ?6
            WHERE workspace = ?1 AND level = ?2 AND agent = ?3 AND model = ?4 AND start = ?5
            """, on: connection)
        defer { update.finalize() }
        var workspaces: [Int64] = []
        let named = try Statement("SELECT key FROM workspace", on: connection)
        defer { named.finalize() }
        try named.each { workspaces.append($0.integer(0)) }
        for workspace in workspaces {
            hours.bind(1, workspace)
            hours.bind(2, Int64(RollUpLevel.hour.rawValue))
            // The column changed is no part of what is gone through.
            try hours.each { (row) throws(SQLiteFailure) in
                // One that is damaged is for an audit to find.
                guard var cell = row.bytes(4, { RollUpCell(encoded: $0) }), cell[.lost] != 0
                else { return }
                let start = row.instant(2)
                let series = RollUpSeries(agent: SQLiteRows.name(row, column: 1))
                let isRead = row.bytes(3) { bytes in
                    StoredSlots.read(bytes) { place, slot in
                        var slot = slot
                        slot[.lost] = 0
                        cell.add(slot, at: place)
                    }
                }
                guard isRead else { return }
                var left = cell[.lost]
                func count(_ lost: Int64, at instant: Instant) {
                    var slot = SlotCounts()
                    slot[.lost] = lost
                    cell.add(slot, of: instant)
                    left -= lost
                }
                minutes.bind(workspace, .minute, series, start)
                minutes.bind(6, start + RollUpLevel.hour.span)
                try minutes.each { (row) throws(SQLiteFailure) in
                    guard let minute = row.bytes(1, { RollUpCell(encoded: $0) }) else { return }
                    count(minute[.lost], at: row.instant(0))
                }
                count(left, at: start)
                update.bind(workspace, .hour, series, start)
                update.bind(6, StoredSlots.encoded(cell.slots))
                try update.run()
            }
        }
    }
}
