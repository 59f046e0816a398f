public import StintModel

extension TrueFigures {
    public var timeline: TrueFigure {
        let finished = finished
        return .rows(
            time.steps(of: window).map { step in
                let those = Self.finished(finished, in: step)
                return [
                    "timestamp": .instant(step.lowerBound),
                    "executions": .count(those.count),
                    "successRate": Self.successRate(those),
                    "avgDuration": .mean(those.compactMap(\.duration)),
                    "n": .count(those.compactMap(\.duration).count),
                ]
            })
    }

    /// What is usual of arrivals: the hours of day with the most and the fewest, and how many a
    /// whole day brings.
    ///
    /// - Parameter range: What is looked at.
    public func patterns(over range: Range<Instant>) -> TrueFigure {
        let arrivals = Self.started(executions, in: range).map { $0.startedAt! }
        let hours = rates(ofHours: arrivals, over: range)
        let days = time.days(touching: range).filter { day in
            range.lowerBound <= day.lowerBound && day.upperBound <= range.upperBound
        }
        func average(_ days: [Range<Instant>]) -> TrueFigure {
            let count = arrivals.count { arrival in days.contains { $0.contains(arrival) } }
            return .number(
                days.isEmpty ? nil : Double(count) / Double(days.count), .hundredth)
        }
        return [
            "peakHours": .rows(
                hours.sorted { ($1.rate, $0.hour) < ($0.rate, $1.hour) }.prefix(3).map {
                    .count($0.hour)
                }),
            "quietHours": .rows(
                hours.sorted { ($0.rate, $0.hour) < ($1.rate, $1.hour) }.prefix(3).map {
                    .count($0.hour)
                }),
            "averageDaily": average(days),
            "weekdayAverage": average(days.filter { !time.isWeekend(at: $0.lowerBound) }),
            "weekendAverage": average(days.filter { time.isWeekend(at: $0.lowerBound) }),
            "days": .count(days.count),
        ]
    }

    /// Arrivals in an hour of day per hour of it that the range holds; none of an hour that it does
    /// not touch.
    private func rates(
        ofHours arrivals: [Instant], over range: Range<Instant>
    ) -> [(hour: Int, rate: Double)] {
        var counts = [Int](repeating: 0, count: 24)
        for arrival in arrivals { counts[time.hour(at: arrival)] += 1 }
        var minutes = [Int](repeating: 0, count: 24)
        for minute in stride(
            from: range.lowerBound.microseconds, to: range.upperBound.microseconds, by: 60_000_000)
        {
            minutes[time.hour(at: Instant(microseconds: minute))] += 1
        }
        return (0..<24).compactMap { hour in
            minutes[hour] == 0
                ? nil : (hour, Double(counts[hour]) / Double(minutes[hour]))
        }
    }
}
