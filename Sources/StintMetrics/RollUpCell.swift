public import StintModel

/// What the executions of one cell add up to: one agent or all of them (or one of their models), one
/// minute, hour or day.
///
/// Plain signed sums and sketches, nothing that could not be taken back: no smallest, no largest,
/// no number of distinct things. A cell is therefore the sum of what each execution counts for,
/// whatever the order in which executions came, changed and went. Sums wrap past `Int64`, which
/// keeps taking back exact.
public struct RollUpCell: Hashable, Sendable {
    /// One element for each ``Counter``, by its raw value; the first is of none.
    var counters: [Int64]
    /// One element for each ``Distribution``, by its raw value.
    var sketches: [Sketch]
    /// Of the executions of an hour, each five minutes; empty where nothing is counted in them, and in
    /// every other cell.
    public private(set) var slots: [SlotCounts] = []

    /// Nothing counted.
    public init() {
        counters = [Int64](repeating: 0, count: Counter.places)
        sketches = [Sketch](repeating: Sketch(), count: Distribution.places)
    }

    public subscript(counter: Counter) -> Int64 {
        get { counters[Int(counter.rawValue)] }
        set { counters[Int(counter.rawValue)] = newValue }
    }

    public subscript(distribution: Distribution) -> Sketch {
        get { sketches[Int(distribution.rawValue)] }
        set { sketches[Int(distribution.rawValue)] = newValue }
        _modify { yield &sketches[Int(distribution.rawValue)] }
    }

    /// Whether everything cancelled, or nothing was ever counted.
    public var isEmpty: Bool {
        counters.allSatisfy { $0 == 0 } && sketches.allSatisfy(\.isEmpty) && slots.isEmpty
    }

    /// Adds everything another cell counted.
    public mutating func add(_ other: RollUpCell) {
        for index in counters.indices { counters[index] &+= other.counters[index] }
        for index in sketches.indices { sketches[index].add(other.sketches[index]) }
        for (place, slot) in other.slots.enumerated() { add(slot, at: place) }
    }

    /// Takes back everything another cell counted, the exact inverse of adding it.
    public mutating func subtract(_ other: RollUpCell) {
        for index in counters.indices { counters[index] &-= other.counters[index] }
        for index in sketches.indices { sketches[index].subtract(other.sketches[index]) }
        for (place, slot) in other.slots.enumerated() {
            var negative = SlotCounts()
            negative.subtract(slot)
            add(negative, at: place)
        }
    }

    /// Adds the cell of a minute to that of its hour, of executions.
    public mutating func add(_ cell: RollUpCell, of minute: Instant) {
        add(cell)
        add(SlotCounts(cell), of: minute)
    }

    /// Adds to the slot of an instant, in the cell of its hour.
    public mutating func add(_ slot: SlotCounts, of instant: Instant) {
        add(slot, at: SlotCounts.place(of: instant))
    }

    /// - Parameter place: Of the five minutes in the hour, from 0 through 11.
    public mutating func add(_ slot: SlotCounts, at place: Int) {
        if slot.isEmpty { return }
        if slots.isEmpty { slots = Array(repeating: SlotCounts(), count: SlotCounts.perHour) }
        slots[place].add(slot)
        if slots.allSatisfy(\.isEmpty) { slots = [] }
    }

    /// Adds a number to a sum; to take something back it is negative.
    mutating func add(_ number: Int64, to counter: Counter) {
        counters[Int(counter.rawValue)] &+= number
    }
}
