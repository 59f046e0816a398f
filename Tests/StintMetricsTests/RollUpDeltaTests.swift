import StintMetrics
import StintModel
import Testing

@Suite struct RollUpDeltaTests {
    /// The events of one history in random order, some of them again, in groups of one to five.
    private func groups(seed: UInt64, executions: Int = 4) -> [[Event]] {
        var generator = SeededGenerator(seed: seed)
        var events = ExecutionHistory(executions: executions, using: &generator).events
        events += events.filter { _ in generator.chance(0.3) }
        events.shuffle(using: &generator)
        var groups: [[Event]] = []
        while !events.isEmpty {
            let count = min(events.count, Int.random(in: 1...5, using: &generator))
            groups.append(Array(events.suffix(count)))
            events.removeLast(count)
        }
        return groups
    }

    @Test(arguments: 0..<150 as Range<UInt64>)
    func `cells kept by deltas equal cells from scratch after every delivery`(_ seed: UInt64) {
        var ledger = RollUpLedger()
        #expect(ledger.deliver(groups(seed: seed)) == [])
        #expect(ledger.eraseAll() == [:])
    }

    /// Whether any of a number of histories shows that something is wrong.
    private func isFound(_ ledger: RollUpLedger) -> Bool {
        (0..<30 as Range<UInt64>).contains { seed in
            var ledger = ledger
            return !ledger.deliver(groups(seed: seed)).isEmpty
        }
    }

    @Test func `a delta that forgets to take back the old state is found`() {
        #expect(
            isFound(
                RollUpLedger(account: { delta, _, new in
                    delta.replace(nil, with: new, in: .default)
                })))
    }

    @Test func `a delta that never takes back an end is found`() {
        #expect(
            isFound(
                RollUpLedger(account: { delta, old, new in
                    if old?.finishedAt != nil, new?.finishedAt == nil { return }
                    delta.replace(old, with: new, in: .default)
                })))
    }

    @Test func `a delta that looks at the status alone is found`() {
        #expect(
            isFound(
                RollUpLedger(account: { delta, old, new in
                    if old?.status == new?.status { return }
                    delta.replace(old, with: new, in: .default)
                })))
    }

    @Test func `a delta that counts the start on its own is found`() {
        #expect(
            isFound(
                RollUpLedger(account: { delta, old, new in
                    var before = old.flatMap { Contribution(of: $0) }
                    if let wait = before?.start?.queueWait {
                        before?.start?.queueWait = TimeSpan(microseconds: wait.microseconds + 1)
                    }
                    delta.replace(before, with: new.flatMap { Contribution(of: $0) }, in: .default)
                })))
    }

    @Test func `a law by which the last to arrive wins is found`() {
        #expect(
            isFound(
                RollUpLedger(fold: { held, event in
                    let state = RollUpLedger.fold(held, event)
                    guard event.kind == .executionFinished else { return state }
                    var attempts = state.attempts.entries
                    for index in attempts.indices where attempts[index].key == event.attempt {
                        attempts[index].value.run.end = ExecutionState(event).current.run.end
                    }
                    var broken = state
                    broken.attempts = SortedMap(ascending: attempts)
                    return broken
                })))
    }

    private func execution(_ name: String, at start: String, agent: String = "parser") -> [Event] {
        let id = ExecutionID(rawValue: name)
        let at = Instant(rfc3339: start)!
        var started = Event(.executionStarted, execution: id, at: at)
        started.facts = [Fact(.agent, .string(agent))]
        var finished = Event(.executionFinished, execution: id, at: at + .seconds(90))
        finished.outcome = .succeeded
        return [started, finished]
    }

    private func state(_ events: [Event]) -> ExecutionState {
        var state = ExecutionState(events[0])
        for event in events.dropFirst() { state.apply(event) }
        return state
    }

    @Test func `what counts the same before and after leaves no cell`() {
        let state = state(execution("run", at: "2026-11-20T14:00:00Z"))
        var delta = RollUpDelta()
        delta.replace(state, with: state, in: .default)
        #expect(delta.cells().isEmpty)
    }

    @Test func `what came and went within one group leaves no cell`() {
        let state = state(execution("run", at: "2026-11-20T14:00:00Z"))
        var delta = RollUpDelta()
        delta.replace(nil, with: state, in: .default)
        delta.replace(state, with: nil, in: .default)
        #expect(delta.cells().isEmpty)
    }

    @Test func `a finish moved within the hour leaves the hour and the day as they were`() throws {
        let first = execution("run", at: "2026-11-20T14:00:00Z")
        var corrected = first
        corrected[1].at = corrected[1].at + .seconds(60)
        corrected[0].at = corrected[0].at + .seconds(60)
        var delta = RollUpDelta()
        delta.replace(state(first), with: state(corrected), in: .default)
        let cells = delta.cells()
        #expect(Set(cells.keys.map(\.level)) == [.minute])
        let minute = try #require(Instant(rfc3339: "2026-11-20T14:00:00Z"))
        let left = try #require(
            cells[RollUpKey(workspace: .default, level: .minute, start: minute, agent: "parser")])
        #expect(left[.started] == -1)
    }

    @Test func `the executions of a group share cells, and workspaces and agents do not`() throws {
        let other = try #require(Workspace(rawValue: "other"))
        var delta = RollUpDelta()
        let at = "2026-11-20T14:00:00Z"
        delta.replace(nil, with: state(execution("a", at: at)), in: .default)
        delta.replace(nil, with: state(execution("b", at: at)), in: .default)
        delta.replace(nil, with: state(execution("c", at: at, agent: "writer")), in: .default)
        delta.replace(nil, with: state(execution("d", at: at)), in: other)
        let cells = delta.cells()
        func started(_ workspace: Workspace, _ level: RollUpLevel, _ agent: String?) -> Int64? {
            let start = level.start(of: Instant(rfc3339: at)!)
            let key = RollUpKey(workspace: workspace, level: level, start: start, agent: agent)
            return cells[key]?[.started]
        }
        for level in RollUpLevel.allCases {
            #expect(started(.default, level, "parser") == 2)
            #expect(started(.default, level, "writer") == 1)
            #expect(started(other, level, "parser") == 1)
            #expect(started(.default, level, nil) == 3)
            #expect(started(other, level, nil) == 1)
        }
        // Three agents and two workspaces: a minute of starts, a minute of finishes, an hour, a day.
        #expect(cells.count == 20)
    }

    @Test func `names that Unicode takes for one and a store for two are two`() {
        let minute = Instant(microseconds: 0)
        func key(_ agent: String, _ model: String? = nil) -> RollUpKey {
            RollUpKey(
                workspace: .default, level: .minute, start: minute, agent: agent, model: model)
        }
        #expect(key("caf\u{E9}") != key("cafe\u{301}"))
        #expect(key("caf\u{E9}") == key("caf\u{E9}"))
        #expect(key("a", "caf\u{E9}") != key("a", "cafe\u{301}"))
        #expect(key("a", nil) != key("a", ""))
    }
}
