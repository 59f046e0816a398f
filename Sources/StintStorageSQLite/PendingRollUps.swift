import StintMetrics
import StintModel
import StintStorage
import Synchronization

/// What recent transactions add to the roll-up and is not yet in its cells, as readers need it:
/// decoded once, however many read it.
///
/// Rows of `roll_up_pending` are only ever added, with rising numbers, until all are removed
/// together: a snapshot is told by its first and last number.
final class PendingRollUps: Sendable {
    /// Of minutes, of each agent and of all together.
    typealias Cells = [Workspace: [RollUpSeries: [(start: Instant, cell: RollUpCell)]]]

    private struct State {
        var first: Int64 = 0
        var last: Int64 = 0
        var delta = RollUpDelta()
        var cells: Cells = [:]
    }

    private let state = Mutex(State())

    static let range = "SELECT min(number), max(number) FROM roll_up_pending"
    static let since = "SELECT delta FROM roll_up_pending WHERE number > ?1 ORDER BY number"

    /// What pends in the snapshot that a reader reads.
    func cells(for reader: SQLiteReader) throws(SQLiteFailure) -> Cells {
        let range = try reader.statement(Self.range)
        let found = try range.first { row in
            row.isNull(0) ? nil : (first: row.integer(0), last: row.integer(1))
        }
        guard let (first, last) = found ?? nil else { return [:] }
        var held = state.withLock(\.self)
        if held.first == first, held.last == last { return held.cells }
        // An older snapshot than the one held is read by itself.
        if held.first != first || held.last > last { held = State(first: first, last: 0) }
        let list = try reader.statement(Self.since)
        list.bind(1, held.last)
        try SQLiteRows.addPending(list, to: &held.delta)
        held.last = last
        held.cells = [:]
        for (key, cell) in held.delta.cells(.minute) {
            held.cells[key.workspace, default: [:]][key.series, default: []].append(
                (key.start, cell))
        }
        let result = held
        state.withLock { newest in
            if (newest.first, newest.last) < (result.first, result.last) { newest = result }
        }
        return result.cells
    }
}
