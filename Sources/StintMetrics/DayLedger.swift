public import StintModel

/// What executions count for, by day, agent and model, with one number more that tells whether the
/// minutes within the day are right: for books that must balance without holding every minute.
///
/// The number is a sum over all counts of count × weight, where the weight is a hash of the minute
/// and of what is counted, wrapping past 64 bits. It is linear as the cells are: from the
/// executions or from the stored cells, the sum is the same exactly if (but for a chance of about
/// 2⁻⁶⁴) each minute holds what it should.
public struct DayLedger: Sendable {
    public struct Entry: Hashable, Sendable {
        public var day = RollUpCell()
        public var minutes: UInt64 = 0

        public init() {}

        public var isEmpty: Bool { minutes == 0 && day.isEmpty }

        public mutating func add(_ other: Entry) {
            day.add(other.day)
            minutes &+= other.minutes
        }
    }

    /// By the key of the day's cell.
    public private(set) var entries: [RollUpKey: Entry] = [:]

    public init() {}

    /// Adds what one execution counts for.
    public mutating func add(_ contribution: Contribution, in workspace: Workspace) {
        let agent = contribution.agent
        func key(_ minute: Instant, _ model: String?) -> RollUpKey {
            RollUpKey(
                workspace: workspace, level: .minute, start: minute, agent: agent, model: model)
        }
        if let start = contribution.start {
            var cell = RollUpCell()
            cell.count(start, sign: 1)
            add(cell, at: key(start.minute, nil))
        }
        if let minute = contribution.lostMinute {
            var cell = RollUpCell()
            cell.countLost(sign: 1)
            add(cell, at: key(minute, nil))
        }
        if let finish = contribution.finish {
            var cell = RollUpCell()
            cell.count(finish, sign: 1)
            add(cell, at: key(finish.minute, nil))
            for call in finish.calls {
                var cell = RollUpCell()
                cell.count(call, sign: 1)
                add(cell, at: key(finish.minute, call.model))
            }
        }
    }

    /// Adds a cell of minutes.
    public mutating func add(_ cell: RollUpCell, at key: RollUpKey) {
        var entry = Entry()
        entry.day = cell
        entry.minutes = cell.weighed(at: key.start)
        add(entry, at: key)
    }

    /// Adds an entry of another ledger.
    public mutating func add(_ entry: Entry, at key: RollUpKey) {
        var key = key
        key.level = .day
        key.start = RollUpLevel.day.start(of: key.start)
        entries[key, default: Entry()].add(entry)
    }
}

extension RollUpCell {
    /// The sum of what it counts, each weighed by a hash of the cell's start and of what it is.
    public func weighed(at start: Instant) -> UInt64 {
        let seed = UInt64(bitPattern: start.microseconds)
        var sum: UInt64 = 0
        for (index, count) in counters.enumerated() where count != 0 {
            sum &+= UInt64(bitPattern: count) &* Self.weight(seed, UInt64(index))
        }
        for (place, sketch) in sketches.enumerated() {
            for bucket in sketch.buckets {
                let slot = UInt64(place + 1) << 32 | UInt64(bucket.index)
                sum &+= UInt64(bitPattern: bucket.count) &* Self.weight(seed, slot)
            }
        }
        for (place, slot) in slots.enumerated() {
            sum &+= slot.weighed(at: start, place: place)
        }
        return sum
    }

    /// SplitMix64's finalizer over both; stored sums depend on it, so it never changes.
    fileprivate static func weight(_ seed: UInt64, _ slot: UInt64) -> UInt64 {
        var z = seed &+ (slot &+ 1) &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return (z ^ (z >> 31)) | 1
    }
}

extension SlotCounts {
    /// The same of one of an hour's slots.
    ///
    /// - Parameters:
    ///   - hour: The start of the hour.
    ///   - place: Of the slot in it.
    fileprivate func weighed(at hour: Instant, place: Int) -> UInt64 {
        let seed = UInt64(bitPattern: hour.microseconds)
        var sum: UInt64 = 0
        for field in Field.allCases where self[field] != 0 {
            // Beyond what counters and sketches take.
            let slot = UInt64(place + 1) << 48 | UInt64(field.rawValue)
            sum &+= UInt64(bitPattern: self[field]) &* RollUpCell.weight(seed, slot)
        }
        return sum
    }
}

extension RollUpCell {
    /// What the cell of a minute adds to the sum of its hour's cell.
    ///
    /// - Parameter isOfExecutions: Whether it is not of a model's calls, which have no slots.
    public func weighed(inHourOf minute: Instant, isOfExecutions: Bool) -> UInt64 {
        let hour = RollUpLevel.hour.start(of: minute)
        let sum = weighed(at: hour)
        if !isOfExecutions { return sum }
        return sum &+ SlotCounts(self).weighed(at: hour, place: SlotCounts.place(of: minute))
    }
}
