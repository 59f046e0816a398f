import StintModel

/// A law by which events become a state, as the checks see it: what is checked is a parameter, so
/// that the checks themselves can be shown to find a law that is broken.
struct Law: Sendable {
    /// The state that knows this one event.
    var lift: @Sendable (Event) -> ExecutionState
    /// Joins one event, and tells whether anything changed.
    var apply: @Sendable (inout ExecutionState, Event) -> Bool
    /// Joins another state, and tells whether anything changed.
    var merge: @Sendable (inout ExecutionState, ExecutionState) -> Bool

    /// The law of the record.
    static let record = Law(
        lift: { ExecutionState($0) }, apply: { $0.apply($1) }, merge: { $0.merge($1) })

    /// Events one after the other, as they come.
    func fold(_ events: [Event]) -> ExecutionState {
        var state = lift(events[0])
        for event in events.dropFirst() { _ = apply(&state, event) }
        return state
    }

    /// Events lifted one by one, then merged two by two in random pairs until one state is left.
    func mergeTree(
        _ events: [Event], using generator: inout SeededGenerator
    ) -> ExecutionState {
        var states = events.map(lift)
        while states.count > 1 {
            let other = states.remove(at: Int.random(in: states.indices, using: &generator))
            let index = Int.random(in: states.indices, using: &generator)
            _ = merge(&states[index], other)
        }
        return states[0]
    }
}
