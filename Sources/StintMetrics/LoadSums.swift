public import StintModel

/// What the load of many steps comes to. Sums are whole numbers: the same in every order.
public struct LoadSums: Hashable, Sendable {
    /// Slots at work in percent of all, over the steps in which workers told both.
    public var utilization = ShareSum()
    /// The most slots there were in one step; `nil` where nobody told.
    public var largestTotal: Int64?
    /// Over workers and steps; the server's own host is one of them.
    public var cpu = ShareSum()
    public var memory = ShareSum()
    public var gpu = ShareSum()

    public init() {}

    public var isEmpty: Bool { self == LoadSums() }

    /// Adds a step.
    public mutating func add(_ moment: LoadMoment) {
        if let share = moment.utilization { utilization.add(percent: share) }
        raiseLargestTotal(to: moment.total)
        cpu.add(moment.cpu)
        memory.add(moment.memory)
        gpu.add(moment.gpu)
    }

    /// Adds other steps, or others' shares of the same.
    public mutating func add(_ other: LoadSums) {
        utilization.add(other.utilization)
        raiseLargestTotal(to: other.largestTotal)
        cpu.add(other.cpu)
        memory.add(other.memory)
        gpu.add(other.gpu)
    }

    private mutating func raiseLargestTotal(to total: Int64?) {
        if let total { largestTotal = max(largestTotal ?? total, total) }
    }
}

/// The load of five minutes, or of the part of them that a window holds.
public struct LoadBucket: Hashable, Sendable {
    /// A whole five minutes of UTC, also where the window begins later.
    public let start: Instant
    public let sums: LoadSums

    public init(start: Instant, sums: LoadSums) {
        self.start = start
        self.sums = sums
    }
}

extension Sequence<LoadBucket> {
    /// What all of them come to.
    public var sum: LoadSums { reduce(into: LoadSums()) { $0.add($1.sums) } }
}

/// The workers that are alive, with the newest report of each.
public struct WorkersNow: Hashable, Sendable {
    /// By name.
    public let workers: [WorkerReport]
    /// The machines that servers run on; their shares count, but they have no slots.
    public let hosts: [WorkerReport]

    public init(workers: [WorkerReport], hosts: [WorkerReport]) {
        self.workers = workers
        self.hosts = hosts
    }

    /// Slots of workers, and shares of workers and hosts.
    public var load: LoadMoment {
        var moment = LoadMoment()
        for report in workers + hosts { moment.add(report) }
        return moment
    }
}
