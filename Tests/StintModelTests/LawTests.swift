import StintModel
import Testing

@Suite struct LawTests {
    @Test(arguments: 0..<40 as Range<UInt64>)
    func `short histories end alike in every order, repetition and grouping`(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<40 {
            let count = Int.random(in: 1...4, using: &generator)
            let history = History(events: count, using: &generator)
            let checker = LawChecker(law: .record, orders: 3, mergeTrees: 3)
            #expect(checker.failures(of: history.events, using: &generator) == [])
        }
    }

    @Test(arguments: 100..<120 as Range<UInt64>)
    func `histories of six events end alike in all 720 orders`(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let history = History(events: 6, using: &generator)
        let checker = LawChecker(law: .record, everyOrderUpTo: 6)
        #expect(checker.failures(of: history.events, using: &generator) == [])
    }

    @Test(arguments: 200..<220 as Range<UInt64>)
    func `long histories end alike in 200 orders with repetitions`(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let count = Int.random(in: 7...40, using: &generator)
        let history = History(events: count, using: &generator)
        let checker = LawChecker(law: .record, orders: 100, mergeTrees: 10)
        #expect(checker.failures(of: history.events, using: &generator) == [])
    }

    @Test(arguments: 300..<500 as Range<UInt64>)
    func `many histories end alike in a few orders`(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<90 {
            let count = Int.random(in: 5...16, using: &generator)
            let history = History(events: count, using: &generator)
            let checker = LawChecker(law: .record, orders: 2, mergeTrees: 2)
            #expect(checker.failures(of: history.events, using: &generator) == [])
        }
    }

    @Test(arguments: BrokenLaw.allCases)
    func `a broken law is found`(_ broken: BrokenLaw) {
        var generator = SeededGenerator(seed: 1)
        var failures: Set<String> = []
        for _ in 0..<200 {
            let history = History(events: 8, using: &generator)
            failures.formUnion(
                LawChecker(law: broken.law).failures(of: history.events, using: &generator))
        }
        #expect(failures.contains(broken.symptom))
    }

    @Test func `the vectors find a law by which the last to arrive wins`() {
        var generator = SeededGenerator(seed: 2)
        let wrong = LawVector.all.filter { vector in
            let delivery = Delivery.shuffled(vector.events, using: &generator)
            let shown = Execution(
                id: ExecutionID(rawValue: vector.expect.id)!, workspace: .default,
                state: BrokenLaw.lastEndWins.law.fold(delivery), retention: .days(90))
            return !vector.expect.differences(from: shown).isEmpty
        }
        #expect(!wrong.isEmpty)
    }
}

/// Laws with one mistake each.
enum BrokenLaw: CaseIterable {
    case lastEndWins
    case lastFactWins
    case callsAddUp
    case mergeForgetsSteps
    case alwaysSaysChanged
    case neverSaysChanged
    case arrivalCounts

    var symptom: String {
        switch self {
        case .lastEndWins, .lastFactWins: "order matters"
        case .callsAddUp: "repetition matters"
        case .mergeForgetsSteps: "grouping matters"
        case .alwaysSaysChanged: "a state merged with itself says it changed"
        case .neverSaysChanged: "applying misreports a change"
        case .arrivalCounts: "a state merged with itself changes"
        }
    }

    var law: Law {
        var law = Law.record
        switch self {
        case .lastEndWins:
            law.apply = { state, event in
                let changed = state.apply(event)
                guard event.kind == .executionFinished else { return changed }
                var attempts = state.attempts.entries
                for index in attempts.indices where attempts[index].key == event.attempt {
                    attempts[index].value.run.end = ExecutionState(event).current.run.end
                }
                state.attempts = SortedMap(ascending: attempts)
                return true
            }
        case .lastFactWins:
            law.apply = { state, event in
                let changed = state.apply(event)
                let told = ExecutionState(event).facts
                state.facts = SortedMap(
                    ascending: state.facts.entries.map { entry in
                        .init(key: entry.key, value: told[entry.key] ?? entry.value)
                    })
                return changed
            }
        case .callsAddUp:
            law.apply = { state, event in
                let held = state.usage.calls
                let changed = state.apply(event)
                guard event.kind == .modelCalled, event.step == nil, let id = event.call?.id,
                    let before = held[id], let told = event.tokens
                else { return changed }
                var calls = state.usage.calls.entries
                for index in calls.indices where calls[index].key == id {
                    calls[index].value.tokens = before.tokens + told
                }
                state.usage.calls = SortedMap(ascending: calls)
                return true
            }
        case .mergeForgetsSteps:
            law.merge = { state, other in
                var other = other
                if !state.steps.isEmpty { other.steps = SortedMap() }
                return state.merge(other)
            }
        case .alwaysSaysChanged:
            law.merge = { state, other in
                state.merge(other)
                return true
            }
        case .neverSaysChanged:
            law.apply = { state, event in
                state.apply(event)
                return false
            }
        case .arrivalCounts:
            law.merge = { state, other in
                let changed = state.merge(other)
                state.first = state.first - .seconds(1)
                return changed
            }
        }
        return law
    }
}
