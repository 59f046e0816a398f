import Synchronization

/// A number that only grows, added to from any thread. An addition takes a few nanoseconds.
final class Counter: Sendable {
    private let atomic = Atomic(0)

    var value: Int { atomic.load(ordering: .relaxed) }

    func add(_ count: Int = 1) {
        atomic.wrappingAdd(count, ordering: .relaxed)
    }
}

/// A number that goes up and down, changed from any thread.
final class Gauge: Sendable {
    private let atomic = Atomic(0)

    var value: Int { atomic.load(ordering: .relaxed) }

    /// - Returns: The number after the change.
    @discardableResult
    func add(_ change: Int) -> Int {
        atomic.wrappingAdd(change, ordering: .relaxed).newValue
    }
}

/// Counters told apart by a label, of which there are few: routes, codes of problems, never what a
/// caller chose.
final class CounterFamily<Label: Hashable & Sendable>: Sendable {
    private let counts = Mutex<[Label: Int]>([:])

    var values: [Label: Int] { counts.withLock(\.self) }

    func add(_ label: Label, _ count: Int = 1) {
        counts.withLock { $0[label, default: 0] += count }
    }
}
