public import StintModel

/// Finds when arrivals and failures were not as usual.
///
/// Counts are judged against an ``ArrivalExpectation`` by the negative binomial distribution, failures
/// by the beta-binomial, each with as much more than chance as was observed (``Dispersion``).
/// Arrivals are unusual only where they are so both for the season and for the level of late.
public struct AnomalySearch: Sendable {
    private let series: SlotSeries
    private let window: Range<Int>
    private let end: Instant
    private let zone: ZoneRules

    /// - Parameters:
    ///   - series: Holds the window, and up to 28 days before it.
    ///   - window: Its end is now at the latest. Of the slot in which it lies only the time that has
    ///     passed is judged.
    ///   - zone: Whose hours and weekdays make the season.
    public init(_ series: SlotSeries, window: Range<Instant>, zone: ZoneRules) {
        self.series = series
        end = min(window.upperBound, series.end)
        let last = series.index(of: end - TimeSpan(microseconds: 1)) + 1
        let first = min(max(series.index(of: window.lowerBound), series.firstKnown), last)
        self.window = max(0, first)..<max(0, first, last)
        self.zone = zone.covering(series.start - .days(1)..<series.end + .days(1))
    }

    /// In order of their start.
    ///
    /// Costs a few milliseconds for 35,000 slots.
    public func anomalies() -> [Anomaly] {
        guard !window.isEmpty else { return [] }
        return (arrivals() + failureSurges()).sorted { $0.start < $1.start }
    }

    private func arrivals() -> [Anomaly] {
        let expectation = ArrivalExpectation(of: series, zone: zone)
        let arrivals = ArrivalSums(series, expectation, until: end)
        return [true, false].flatMap { isSpike in
            RunSearch.runs(
                in: window,
                candidates: { arrivals.candidates($0, in: window, isSpike: isSpike) },
                judge: { arrivals.judge($0, isSpike: isSpike) },
                gain: { arrivals.gain($0, ratio: $1, isSpike: isSpike) }
            ).map { run in
                let observed = arrivals.observed(run.slots)
                let expected = arrivals.expected(run.slots, isSpike: isSpike)
                let ratio = observed / expected
                return Anomaly(
                    kind: isSpike ? .spike : .drop, start: series.start(of: run.slots.lowerBound),
                    end: min(end, series.start(of: run.slots.upperBound)),
                    severity: isSpike
                        ? severity(run, ratio >= 5, ratio >= 2.5)
                        : severity(run, ratio <= 0.1, ratio <= 1.0 / 3),
                    observed: Int64(observed), expected: expected, finished: nil,
                    logProbability: run.logProbability)
            }
        }
    }

    private func failureSurges() -> [Anomaly] {
        let failures = FailureSums(series)
        return RunSearch.runs(
            in: window, candidates: { failures.candidates($0, in: window) },
            judge: failures.judge,
            gain: { failures.gain($0, rate: $1) }
        ).map { run in
            let (failed, finished, expected) = failures.sums(run.slots)
            let more = (failed - expected) / finished
            return Anomaly(
                kind: .failureSurge, start: series.start(of: run.slots.lowerBound),
                end: min(end, series.start(of: run.slots.upperBound)),
                severity: severity(run, more >= 0.25, more >= 0.1), observed: Int64(failed),
                expected: expected, finished: Int64(finished), logProbability: run.logProbability)
        }
    }

    private func severity(
        _ run: RunSearch.Run, _ isLarge: Bool, _ isMiddling: Bool
    ) -> Anomaly.Severity {
        if isLarge, run.logProbability < -12 { return .high }
        return isMiddling && run.logProbability < -8 ? .medium : .low
    }
}

/// A run of significantly raised arrivals: the same as a spike, told as a load.
public struct Burst: Hashable, Sendable {
    public var start: Instant
    public var end: Instant
    /// The most arrivals in any slot of five minutes.
    public var peakExecutions: Int64
    /// All arrivals from start to end.
    public var totalExecutions: Int64
    /// As the severity of the spike.
    public var impact: Anomaly.Severity
}

extension AnomalySearch {
    /// The bursts among anomalies this search found.
    public func bursts(among anomalies: [Anomaly]) -> [Burst] {
        anomalies.filter { $0.kind == .spike }.map { spike in
            let last = series.index(of: spike.end - TimeSpan(microseconds: 1))
            let slots = series.started[series.index(of: spike.start)...last]
            return Burst(
                start: spike.start, end: spike.end, peakExecutions: slots.max() ?? 0,
                totalExecutions: spike.observed, impact: spike.severity)
        }
    }
}
