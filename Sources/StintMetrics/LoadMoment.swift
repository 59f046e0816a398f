public import StintModel

/// What workers come to at one moment, a report each.
public struct LoadMoment: Hashable, Sendable {
    /// The slots of those who tell how many they have; `nil` where nobody does.
    public private(set) var total: Int64?
    /// Slots at work, of those who also tell how many they have; `nil` where nobody does. Never more
    /// than ``total``.
    public private(set) var busy: Int64?
    /// The slots of those who tell both.
    private var measured: Int64 = 0
    public private(set) var cpu = ShareSum()
    public private(set) var memory = ShareSum()
    public private(set) var gpu = ShareSum()

    public init() {}

    public mutating func add(_ report: WorkerReport) {
        if let capacity = report.capacity.map({ max($0, 0) }) {
            total = Self.sum(total ?? 0, capacity)
            if let busy = report.busy {
                self.busy = Self.sum(self.busy ?? 0, min(max(busy, 0), capacity))
                measured = Self.sum(measured, capacity)
            }
        }
        if let share = report.cpu { cpu.add(percent: share) }
        if let share = report.memory { memory.add(percent: share) }
        if let share = report.gpu { gpu.add(percent: share) }
    }

    public mutating func add(_ other: LoadMoment) {
        if let total = other.total { self.total = Self.sum(self.total ?? 0, total) }
        if let busy = other.busy { self.busy = Self.sum(self.busy ?? 0, busy) }
        measured = Self.sum(measured, other.measured)
        cpu.add(other.cpu)
        memory.add(other.memory)
        gpu.add(other.gpu)
    }

    /// Slots that are not at work.
    public var idle: Int64? {
        guard let total, let busy else { return nil }
        return total - busy
    }

    /// Slots at work in percent of all, of those who tell both; `nil` without a slot.
    public var utilization: Double? {
        guard let busy, measured > 0 else { return nil }
        return Double(busy) / Double(measured) * 100
    }

    /// Whoever states absurd numbers gets an absurd sum, but no trap.
    private static func sum(_ left: Int64, _ right: Int64) -> Int64 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }
}

/// A sum of percentages that is the same in every order: whole millionths of a percent.
public struct ShareSum: Hashable, Sendable {
    public private(set) var sum: Int64
    public private(set) var count: Int64

    /// - Parameter sum: In millionths of a percent.
    public init(sum: Int64 = 0, count: Int64 = 0) {
        self.sum = sum
        self.count = count
    }

    /// Adds a share of 0 through 100, to which another is brought; what is no number is left out.
    public mutating func add(percent: Double) {
        guard !percent.isNaN else { return }
        sum &+= Int64((min(max(percent, 0), 100) * 1_000_000).rounded())
        count &+= 1
    }

    public mutating func add(_ other: ShareSum) {
        sum &+= other.sum
        count &+= other.count
    }

    /// In percent; `nil` where nothing was added.
    public var mean: Double? {
        count > 0 ? Double(sum) / Double(count) / 1_000_000 : nil
    }
}
