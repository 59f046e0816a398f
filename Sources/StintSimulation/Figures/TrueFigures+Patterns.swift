import StintModel

extension TrueFigures {
    public var timeline: TrueFigure {
        let finished = finished
        let lost = executions.filter { $0.status == .lost }
        return .rows(
            time.steps(of: window).map { step in
                let those = Self.finished(finished, in: step)
                func count(_ status: ExecutionStatus) -> TrueFigure {
                    .count(those.count { $0.status == status })
                }
                let part = step.clamped(to: window)
                return [
                    "timestamp": .instant(step.lowerBound),
                    "executions": .count(those.count),
                    "succeeded": count(.succeeded),
                    "failed": count(.failed),
                    "timedOut": count(.timedOut),
                    "cancelled": count(.aborted),
                    "lost": .count(
                        lost.count { $0.lastEventAt.map(part.contains) == true }),
                    "successRate": Self.successRate(those),
                    "avgDuration": .mean(those.compactMap(\.duration)),
                    "n": .count(those.compactMap(\.duration).count),
                ]
            })
    }

    /// What is usual of arrivals: the hours of day with the most and the fewest, and how many a
    /// whole day brings.
    ///
    /// - Parameter range: What is looked at; see ``history``.
    func patterns(over range: Range<Instant>) -> TrueFigure {
        let arrivals = Self.started(executions, in: range).map { $0.startedAt! }
        let hours = arrivals.isEmpty ? [] : rates(ofHours: arrivals, over: range)
        let peaks = hours.sorted { ($1.rate, $0.hour) < ($0.rate, $1.hour) }.prefix(3).map(\.hour)
        let quiet = hours.filter { !peaks.contains($0.hour) }
            .sorted { ($0.rate, $0.hour) < ($1.rate, $1.hour) }.prefix(3).map(\.hour)
        let days = time.days(touching: range).filter { day in
            range.lowerBound <= day.lowerBound && day.upperBound <= range.upperBound
        }
        func average(_ days: [Range<Instant>]) -> TrueFigure {
            let count = arrivals.count { arrival in days.contains { $0.contains(arrival) } }
            return .number(
                days.isEmpty ? nil : Double(count) / Double(days.count), .hundredth)
        }
        return [
            "peakHours": .rows(peaks.map(TrueFigure.count)),
            "quietHours": .rows(quiet.map(TrueFigure.count)),
            "averageDaily": average(days),
            "weekdayAverage": average(days.filter { !time.isWeekend(at: $0.lowerBound) }),
            "weekendAverage": average(days.filter { time.isWeekend(at: $0.lowerBound) }),
            "days": .count(days.count),
        ]
    }

    /// What patterns are told from: the window, or two weeks and the day of its end where that is
    /// more, as far as it has passed; in whole slots of five minutes, from the first in which
    /// anything started, finished or was lost.
    var history: Range<Instant> {
        let slot = TimeSpan.seconds(300).microseconds
        let end = min(window.upperBound, now).microseconds / slot * slot
        let today = Instant(microseconds: end)..<Instant(microseconds: end + 1)
        let fortnight = time.days(
            touching: (today.lowerBound - .days(16))..<today.upperBound
        ).suffix(15)
        let begin = min(window.lowerBound, fortnight.first!.lowerBound)
        let known = executions.compactMap(\.firstCounted).min().map {
            $0.microseconds / slot * slot
        }
        let start = max((begin.microseconds + slot - 1) / slot * slot, known ?? end)
        return Instant(microseconds: min(start, end))..<Instant(microseconds: end)
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

extension KnownExecution {
    /// The first moment at which it counts for anything.
    fileprivate var firstCounted: Instant? {
        let end = status.isFinal ? finishedAt : status == .lost ? lastEventAt : nil
        return [startedAt, end].compactMap(\.self).min()
    }
}
