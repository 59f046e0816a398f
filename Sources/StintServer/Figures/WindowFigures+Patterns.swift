import StintMetrics
import StintModel
import StintStorage
import StintWire

extension WindowFigures {
    func patterns() throws(StoreError) -> PatternsBody {
        guard let arrivals else { preconditionFailure("Nothing was to be judged.") }
        let judged = Self.judged(query)
        let habits = ArrivalPatterns(of: arrivals, window: judged, zone: query.zone)
        let search = AnomalySearch(arrivals, window: judged, zone: query.zone)
        let anomalies = search.anomalies()
        var bodies: [PatternsBody.Anomaly] = []
        for anomaly in anomalies {
            let cause = anomaly.kind == .failureSurge ? try cause(of: anomaly) : nil
            bodies.append(PatternsBody.Anomaly(anomaly, cause: cause, zone: query.zone))
        }
        return PatternsBody(
            timeline: timeline(),
            bursts: search.bursts(among: anomalies).map(PatternsBody.Burst.init),
            patterns: PatternsBody.Habits(habits), anomalies: bodies)
    }

    func timeline() -> [PatternsBody.Step] {
        zip(query.grid.starts, steps).map { start, counts in
            PatternsBody.Step(
                timestamp: start, executions: counts.finished, succeeded: counts[.succeeded],
                failed: counts[.failed], timedOut: counts[.timedOut], cancelled: counts[.aborted],
                lost: counts[.lost],
                successRate: percentage(counts[.succeeded], of: counts.finished),
                avgDuration: meanSeconds(counts[.durationSum], counts[.durations]),
                n: counts[.durations])
        }
    }

    /// What is judged: the range, as far as it has passed.
    private static func judged(_ query: MetricsQuery) -> Range<Instant> {
        query.from..<max(query.from, min(query.to, query.now))
    }

    /// How far before the range what is usual is looked for.
    private static let history = TimeSpan.days(28)

    /// Each five minutes of the range and of the time before it.
    static func arrivals(
        _ query: MetricsQuery, in snapshot: any FiguresSnapshot
    ) throws(StoreError) -> SlotSeries {
        let start = RollUpLevel.hour.start(of: query.from - history)
        let last = judged(query).upperBound
        let hour = RollUpLevel.hour.start(of: last)
        let end = hour == last ? hour : hour + RollUpLevel.hour.span
        let slots = try snapshot.slots(of: query.agent, in: start..<max(start, end))
        // Before the first that is known of, nothing is: it was not quiet, but not there.
        let first = slots.firstIndex { !$0.isEmpty } ?? slots.count
        return SlotSeries(
            start: start, started: slots.map { $0[.started] }, finished: slots.map(\.finished),
            failed: slots.map { $0[.failed] &+ $0[.timedOut] },
            knownFrom: start + TimeSpan(microseconds: Int64(first) * SlotCounts.span.microseconds))
    }

    /// Of a surge's failures, so many are looked at for what they have in common.
    private static let mostFailures = 500

    private func cause(of surge: Anomaly) throws(StoreError) -> Anomaly.Cause? {
        let range = surge.start..<surge.end
        let failures = try snapshot.failures(
            of: query.agent, in: range, limit: Self.mostFailures)
        guard let most = failures.first, let type = most.errorType,
            // Beyond those looked at, nothing is known.
            surge.observed <= Int64(Self.mostFailures)
        else { return nil }
        return Anomaly.Cause(
            errorType: type, agent: most.agent.isEmpty ? "an unnamed agent" : most.agent,
            count: Int64(most.count))
    }
}

extension PatternsBody.Anomaly {
    init(_ anomaly: Anomaly, cause: Anomaly.Cause?, zone: ZoneRules) {
        self.init(
            timestamp: anomaly.start, endTime: anomaly.end, type: anomaly.kind.rawValue,
            severity: anomaly.severity.rawValue,
            description: anomaly.description(zone: zone, cause: cause), observed: anomaly.observed,
            expected: anomaly.expected)
    }
}

extension PatternsBody.Burst {
    init(_ burst: Burst) {
        self.init(
            startTime: burst.start, endTime: burst.end, peakExecutions: burst.peakExecutions,
            totalExecutions: burst.totalExecutions, impact: burst.impact.rawValue)
    }
}

extension PatternsBody.Habits {
    init(_ habits: ArrivalPatterns) {
        self.init(
            peakHours: habits.peakHours.map(Int64.init),
            quietHours: habits.quietHours.map(Int64.init),
            averageDaily: habits.averageDaily?.mean, weekdayAverage: habits.weekdayAverage?.mean,
            weekendAverage: habits.weekendAverage?.mean,
            days: Int64(habits.averageDaily?.days ?? 0))
    }
}
