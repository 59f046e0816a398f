import StintMetrics
import StintModel
import Testing

@Suite struct DayLedgerTests {
    /// What a random history comes to, and the minutes' cells it makes.
    private func books(seed: UInt64) -> (DayLedger, [RollUpKey: RollUpCell]) {
        var generator = SeededGenerator(seed: seed)
        let events = ExecutionHistory(executions: 8, using: &generator).events
        var states: [ExecutionID: ExecutionState] = [:]
        for event in events {
            guard let id = event.execution else { continue }
            if states[id] == nil { states[id] = ExecutionState(event) }
            states[id]?.apply(event)
        }
        var ledger = DayLedger()
        var delta = RollUpDelta()
        for state in states.values {
            if let contribution = Contribution(of: state) { ledger.add(contribution, in: .default) }
            delta.replace(nil, with: state, in: .default)
        }
        return (ledger, delta.minuteCells())
    }

    private func ledger(of cells: [RollUpKey: RollUpCell]) -> [RollUpKey: DayLedger.Entry] {
        var ledger = DayLedger()
        for (key, cell) in cells { ledger.add(cell, at: key) }
        return ledger.entries.filter { !$0.value.isEmpty }
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func `the books are the same from executions and from the cells of minutes`(_ seed: UInt64) {
        let (books, cells) = books(seed: seed)
        #expect(books.entries.filter { !$0.value.isEmpty } == ledger(of: cells))
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `a count moved to another minute of the day shows`(_ seed: UInt64) throws {
        let (books, cells) = books(seed: seed)
        let key = try #require(
            cells.keys.filter { cells[$0]?[.started] ?? 0 > 0 }.min { $0.start < $1.start })
        var moved = cells
        moved[key]?[.started] -= 1
        var other = key
        // Still the same day: histories begin ten minutes before midnight.
        other.start = key.start - .seconds(60)
        moved[other, default: RollUpCell()][.started] += 1
        let entries = ledger(of: moved)
        #expect(
            entries.mapValues(\.day) == books.entries.filter { !$0.value.isEmpty }.mapValues(\.day))
        #expect(entries != books.entries.filter { !$0.value.isEmpty })
    }
}
