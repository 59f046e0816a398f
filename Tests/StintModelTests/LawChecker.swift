import StintModel

/// What a law must keep: order, repetition and grouping of delivery do not matter, what is already
/// known changes nothing, and whether something changed is told truly.
struct LawChecker {
    let law: Law
    /// Histories of up to so many events are delivered in every order.
    var everyOrderUpTo = 4
    /// Random orders of the longer ones, each with repetitions.
    var orders = 8
    var mergeTrees = 4

    /// - Returns: Each promise that the history breaks; empty where it breaks none.
    func failures(of events: [Event], using generator: inout SeededGenerator) -> Set<String> {
        var failures: Set<String> = []
        let expected = law.fold(events)

        if events.count <= everyOrderUpTo {
            for order in Delivery.permutations(of: events) where law.fold(order) != expected {
                failures.insert("order matters")
            }
        }
        for _ in 0..<orders where law.fold(Delivery.shuffled(events, using: &generator)) != expected
        {
            failures.insert("order matters")
        }
        for _ in 0..<orders {
            let delivery = Delivery.shuffled(events, repeats: 3, using: &generator)
            if law.fold(delivery) != expected { failures.insert("repetition matters") }
        }
        for _ in 0..<mergeTrees {
            let delivery = Delivery.shuffled(events, repeats: 1, using: &generator)
            if law.mergeTree(delivery, using: &generator) != expected {
                failures.insert("grouping matters")
            }
        }

        var merged = expected
        if law.merge(&merged, expected) {
            failures.insert("a state merged with itself says it changed")
        }
        if merged != expected { failures.insert("a state merged with itself changes") }

        failures.formUnion(stepwiseFailures(of: events))
        return failures
    }

    /// Applying an event is merging its state, and both tell truly whether anything changed.
    private func stepwiseFailures(of events: [Event]) -> Set<String> {
        var failures: Set<String> = []
        var held = law.lift(events[0])
        for event in events {
            var applied = held
            var merged = held
            let appliedChanged = law.apply(&applied, event)
            let mergedChanged = law.merge(&merged, law.lift(event))
            if applied != merged { failures.insert("applying is not merging") }
            if appliedChanged != (applied != held) {
                failures.insert("applying misreports a change")
            }
            if mergedChanged != (merged != held) { failures.insert("merging misreports a change") }
            held = applied
        }
        for event in events where law.apply(&held, event) {
            failures.insert("what is known is told as new")
        }
        return failures
    }
}
