public import StintModel

/// The steps of a series over time: a range cut at the round times of a place.
///
/// Steps of an hour or less count elapsed time from the start of the day, and the last of a day ends
/// where the day does; steps of six hours start where a clock shows 0, 6, 12 and 18; days are 23 to
/// 25 hours long where the clock changes. Each instant belongs to exactly one step.
public struct TimeGrid: Sendable {
    public enum Step: CaseIterable, Sendable {
        case minute
        case fiveMinutes
        case quarterHour
        case hour
        case sixHours
        case day

        /// Its length on a day on which no clock changes.
        public var span: TimeSpan {
            switch self {
            case .minute: .seconds(60)
            case .fiveMinutes: .seconds(300)
            case .quarterHour: .seconds(900)
            case .hour: .seconds(3_600)
            case .sixHours: .seconds(21_600)
            case .day: .days(1)
            }
        }
    }

    public let step: Step
    /// The start of each step, and the end of the last.
    private let bounds: [Instant]

    /// Takes the smallest step that gives few enough points. The first is that in which `from`
    /// lies, and so may start before it; the last that in which the last instant before `to` lies.
    ///
    /// - Returns: `nil` for a range that is empty, reaches beyond ``Instant/writable``, or has more
    ///   than `most` days.
    public init?(from: Instant, to: Instant, zone: ZoneRules, most: Int = 400) {
        guard from < to, Instant.writable.contains(from), Instant.writable.contains(to),
            case let length = to.since(from).microseconds,
            length / OffsetTable.day <= Int64(most)
        else { return nil }
        let zone = zone.covering(from..<to)
        // A day on which a clock is put back has a longer step, and so the range has a few less.
        for step in Step.allCases where length / step.span.microseconds <= Int64(most) + 2 {
            if let bounds = step.bounds(from: from, to: to, zone: zone, most: most) {
                self.step = step
                self.bounds = bounds
                return
            }
        }
        return nil
    }

    /// As ``init(from:to:zone:most:)``, of steps of one length.
    ///
    /// - Returns: `nil` also where there are more than `most` of them.
    public init?(from: Instant, to: Instant, zone: ZoneRules, step: Step, most: Int = 400) {
        guard from < to, Instant.writable.contains(from), Instant.writable.contains(to),
            to.since(from).microseconds / step.span.microseconds <= Int64(most) + 2,
            let bounds = step.bounds(
                from: from, to: to, zone: zone.covering(from..<to), most: most)
        else { return nil }
        self.step = step
        self.bounds = bounds
    }

    public var count: Int { bounds.count - 1 }

    /// In ascending order.
    public var starts: ArraySlice<Instant> { bounds.dropLast() }

    /// What belongs to a step.
    ///
    /// - Precondition: `0 ≤ index < count`.
    public func range(of index: Int) -> Range<Instant> {
        bounds[index]..<bounds[index + 1]
    }

    /// All that belongs to any step.
    public var range: Range<Instant> { bounds[0]..<bounds[count] }

    /// The step that an instant belongs to, in constant time; `nil` for one outside ``range``.
    public func index(of instant: Instant) -> Int? {
        guard range.contains(instant) else { return nil }
        // Right but for the few days on which a clock changes.
        let past = instant.since(bounds[0]).microseconds
        var index = min(Int(past / step.span.microseconds), count - 1)
        while instant < bounds[index] { index -= 1 }
        while instant >= bounds[index + 1] { index += 1 }
        return index
    }
}

extension TimeGrid.Step {
    /// - Returns: `nil` where there are more than `most` steps.
    fileprivate func bounds(
        from: Instant, to: Instant, zone: ZoneRules, most: Int
    ) -> [Instant]? {
        var bounds: [Instant] = []
        bounds.reserveCapacity(most + 1)
        var dayStart = zone.startOfDay(containing: from)
        while dayStart < to {
            let dayEnd = zone.startOfDay(after: dayStart)
            let firsts = starts(from: dayStart, to: dayEnd, zone: zone)
            for (index, start) in firsts.enumerated() where start < to {
                let end = index + 1 < firsts.count ? firsts[index + 1] : dayEnd
                if end > from { bounds.append(start) }
                if end >= to {
                    bounds.append(end)
                    break
                }
            }
            if bounds.count > most + 1 { return nil }
            dayStart = dayEnd
        }
        return bounds
    }

    /// The starts of the steps of one day.
    private func starts(from dayStart: Instant, to dayEnd: Instant, zone: ZoneRules) -> [Instant] {
        switch self {
        case .minute, .fiveMinutes, .quarterHour, .hour:
            return stride(
                from: dayStart.microseconds, to: dayEnd.microseconds, by: Int(span.microseconds)
            ).map(Instant.init(microseconds:))
        case .sixHours:
            let day = zone.day(of: dayStart)
            let quarters = [6, 12, 18].map { zone.start(ofDay: day, hour: $0) }
            // A quarter that a clock skips altogether has no step.
            return quarters.reduce(into: [dayStart]) { starts, start in
                if start > starts[starts.count - 1], start < dayEnd { starts.append(start) }
            }
        case .day:
            return [dayStart]
        }
    }
}
