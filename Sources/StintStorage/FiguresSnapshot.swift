public import StintMetrics
public import StintModel

/// One moment of a workspace's figures: everything read from one snapshot fits together.
///
/// An engine gives the few reads below, each a range of one index; what they come to over any range
/// of time is the same for all engines (``sum(of:from:to:distributions:)`` and what follows it).
public protocol FiguresSnapshot: DiagnosisSnapshot {
    /// The agents that have been heard of, by the bytes of their names.
    func agents() throws(StoreError) -> [KnownAgent]

    /// The models whose calls are counted, of one agent or of all, by the bytes of their names.
    func models(of agent: String?) throws(StoreError) -> [String]

    /// The start of the first day of which anything is counted; `nil` where nothing is.
    func firstDay() throws(StoreError) -> Instant?

    /// Adds the cells of a level that start in a range.
    func add(
        _ level: RollUpLevel, of series: RollUpSeries, in range: Range<Instant>,
        to sum: inout RollUpSum
    ) throws(StoreError)

    /// One distribution of each cell of a level that starts in a range and has any, in order.
    func distributions(
        _ distribution: RollUpCell.Distribution, _ level: RollUpLevel, of agent: String?,
        in range: Range<Instant>
    ) throws(StoreError) -> [(start: Instant, sketch: Sketch)]

    /// Each five minutes of a range, in order.
    ///
    /// - Precondition: Both ends are starts of an hour.
    func slots(of agent: String?, in range: Range<Instant>) throws(StoreError) -> [SlotCounts]

    /// Each minute of a range, in order.
    ///
    /// - Precondition: Both ends are starts of a minute.
    func minutes(of agent: String?, in range: Range<Instant>) throws(StoreError) -> [SlotCounts]

    /// What each execution counts for that started (or finished, or was lost) in a range, from its
    /// state: for ranges of minutes.
    func contributions(
        _ key: ExecutionQuery.Key, of agent: String?, in range: Range<Instant>
    ) throws(StoreError) -> [Contribution]

    /// The queue waits of those that started in a range, the durations and totals of those that
    /// finished in it, in microseconds and in no order: for ranges with few.
    func measures(of agent: String?, in range: Range<Instant>) throws(StoreError) -> Measures

    /// What is open now, of one agent or of all.
    ///
    /// - Parameter limit: The most that are listed; all are counted.
    func open(
        of agent: String?, at now: Instant, limit: Int
    ) throws(StoreError) -> OpenFigures

    /// How many of an agent are open now: a few looks into an index, and the entries counted.
    func openCounts(of agent: String) throws(StoreError) -> OpenCounts

    /// Whether any execution is an agent's: not where all have expired, were erased, or turned out to be
    /// another's than what was told of them first. One look into an index.
    func holdsExecutions(of agent: KnownAgent) throws(StoreError) -> Bool

    /// How the failed ones of a range failed, those of the most frequent type and agent first: of
    /// the newest `limit` of them.
    func failures(
        of agent: String?, in range: Range<Instant>, limit: Int
    ) throws(StoreError) -> [FailureCount]
}

/// An agent that has been heard of.
public struct KnownAgent: Hashable, Sendable {
    /// Tells it from every other of the store, for good.
    public var number: Int64
    public var name: String
    /// When, to within ten seconds; exact for starts and finishes.
    public var seenAt: Instant?

    public init(number: Int64, name: String, seenAt: Instant?) {
        self.number = number
        self.name = name
        self.seenAt = seenAt
    }
}

/// The values that percentiles of few are taken from, in microseconds.
public struct Measures: Sendable {
    public var queueWaits: [Int64] = []
    public var durations: [Int64] = []
    /// When the executions of ``durations`` finished, in their order.
    public var finishes: [Instant] = []
    public var totals: [Int64] = []

    public init() {}
}

/// How many executions run or wait for something, and how many are queued; without those that are
/// kept out of statistics.
public struct OpenCounts: Hashable, Sendable {
    public var running: Int64 = 0
    public var queued: Int64 = 0

    public init() {}

    public mutating func add(_ other: OpenCounts) {
        running += other.running
        queued += other.queued
    }
}

/// What is open at a moment.
public struct OpenFigures: Sendable {
    /// One that is queued.
    public struct Queued: Hashable, Sendable {
        public var id: ExecutionID
        public var agent: String
        public var priority: Double?
        public var queuedAt: Instant

        public init(id: ExecutionID, agent: String, priority: Double?, queuedAt: Instant) {
            self.id = id
            self.agent = agent
            self.priority = priority
            self.queuedAt = queuedAt
        }
    }

    public var counts = OpenCounts()
    /// What all that is queued has waited so far, together.
    public var waited = TimeSpan.zero
    /// What runs or waits, the newest start first.
    public var inProgress: [StoredExecution] = []
    /// In the order in which they are due: the higher priority (0 where none was told), then the
    /// earlier queueing.
    public var queue: [Queued] = []

    public init() {}
}

/// How often an agent's executions failed with an error of one type.
public struct FailureCount: Hashable, Sendable {
    /// `nil` where no error was told.
    public var errorType: String?
    public var agent: String
    public var count: Int

    public init(errorType: String?, agent: String, count: Int) {
        self.errorType = errorType
        self.agent = agent
        self.count = count
    }
}

extension FiguresSnapshot {
    /// What a series comes to in a range, exactly: from the fewest cells that cover it, and from the
    /// executions themselves where the range begins or ends within a minute.
    public func sum(
        of series: RollUpSeries, from: Instant, to: Instant,
        distributions: Set<RollUpCell.Distribution> = []
    ) throws(StoreError) -> RollUpSum {
        var sum = RollUpSum(distributions)
        for part in RollUpCover(from: from, to: to).parts {
            switch part {
            case .cells(let level, let range):
                try add(level, of: series, in: range, to: &sum)
            case .rows(let range):
                try addRows(of: series, in: range, to: &sum)
            }
        }
        return sum
    }

    private func addRows(
        of series: RollUpSeries, in range: Range<Instant>, to sum: inout RollUpSum
    ) throws(StoreError) {
        if series.model == nil {
            for one in try contributions(.start, of: series.agent, in: range) {
                if let start = one.start { sum.add(start) }
            }
        }
        for one in try contributions(.finish, of: series.agent, in: range) {
            if let finish = one.finish {
                sum.add(finish, model: series.model)
            } else if one.lostMinute != nil, series.model == nil {
                sum.addLost()
            }
        }
    }

    /// What is counted from one bound to the next, exactly.
    ///
    /// - Parameter bounds: In ascending order. The first and the last may be any; those between are
    ///   starts of five minutes, or of minutes where all are within a few hours.
    /// - Returns: One element fewer than there are bounds.
    public func series(
        of agent: String?, bounds: [Instant]
    ) throws(StoreError) -> [SlotCounts] {
        guard let from = bounds.first, let to = bounds.last, bounds.count > 1 else { return [] }
        var counts = [SlotCounts](repeating: SlotCounts(), count: bounds.count - 1)
        var place = 0
        /// Adds what belongs to an instant not before those added before.
        func add(_ slot: SlotCounts, at start: Instant) {
            while place + 1 < counts.count, start >= bounds[place + 1] { place += 1 }
            counts[place].add(slot)
        }
        func addRows(_ range: Range<Instant>) throws(StoreError) {
            var sum = RollUpSum()
            try self.addRows(of: RollUpSeries(agent: agent), in: range, to: &sum)
            add(SlotCounts(sum), at: range.lowerBound)
        }
        func addMinutes(_ range: Range<Instant>) throws(StoreError) {
            for (index, slot) in try minutes(of: agent, in: range).enumerated()
            where !slot.isEmpty {
                add(slot, at: range.lowerBound + .seconds(60 * Int64(index)))
            }
        }
        let isOfSlots = bounds.dropFirst().dropLast().allSatisfy {
            SlotCounts.start(of: $0) == $0
        }
        for part in RollUpCover(from: from, to: to).parts {
            switch part {
            case .rows(let range):
                // Within one step, or across a bound that is a start of a minute.
                let cut = RollUpLevel.minute.start(of: range.upperBound)
                if range.contains(cut), cut > range.lowerBound {
                    try addRows(range.lowerBound..<cut)
                    try addRows(cut..<range.upperBound)
                } else {
                    try addRows(range)
                }
            case .cells(.minute, let range):
                try addMinutes(range)
            case .cells(_, let range):
                guard isOfSlots else {
                    try addMinutes(range)
                    continue
                }
                for (index, slot) in try slots(of: agent, in: range).enumerated()
                where !slot.isEmpty {
                    add(slot, at: range.lowerBound + .seconds(300 * Int64(index)))
                }
            }
        }
        return counts
    }
}
