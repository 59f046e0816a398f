import StintModel

extension TrueFigures {
    public var latency: TrueFigure {
        let (started, finished) = (Self.started(executions, in: window), finished)
        let isExact = isExact
        return [
            "queueLatency": spread(started.compactMap(\.queueWait), isExact),
            "executionLatency": spread(finished.compactMap(\.duration), isExact),
            "endToEndLatency": spread(finished.compactMap(\.total), isExact),
            "latencyDistribution": Self.distribution(finished.compactMap(\.duration)),
            "latencyTrend": trend(finished, isExact),
            "latencyTrendStepSeconds": .number(trendStep, .none),
            "method": .text(isExact ? "exact" : "sketch"),
        ]
    }

    /// The seconds of a step: a minute of a window up to an hour, a quarter of an hour up to 6 hours,
    /// an hour up to a week, else a day.
    private var trendStep: Double {
        switch window.upperBound.since(window.lowerBound).seconds {
        case ...3_600: 60
        case ...21_600: 900
        case ...604_800: 3_600
        default: 86_400
        }
    }

    private func trend(_ finished: [KnownExecution], _ isExact: Bool) -> TrueFigure {
        let step = trendStep
        let steps =
            step > 3_600
            ? time.days(touching: window) : time.steps(of: window, minutes: Int64(step / 60))
        return .rows(
            steps.map { step in
                let sorted = Self.finished(finished, in: step).compactMap(\.duration).sorted()
                return [
                    "timestamp": .instant(step.lowerBound),
                    "n": .count(sorted.count),
                    "p50": quantile(50, of: sorted, isExact: isExact),
                    "p95": quantile(95, of: sorted, isExact: isExact),
                ]
            })
    }

    private func spread(_ spans: [TimeSpan], _ isExact: Bool) -> TrueFigure {
        let sorted = spans.sorted()
        func quantile(_ percent: Int) -> TrueFigure {
            self.quantile(percent, of: sorted, isExact: isExact)
        }
        return [
            "n": .count(spans.count),
            "avg": .mean(spans),
            "median": quantile(50),
            "p50": quantile(50),
            "p75": quantile(75),
            "p90": quantile(90),
            "p95": quantile(95),
            "p99": quantile(99),
        ]
    }

    private static func distribution(_ spans: [TimeSpan]) -> TrueFigure {
        let bands: [(name: String, seconds: Range<Double>)] = [
            ("0-1s", 0..<1), ("1-5s", 1..<5), ("5-10s", 5..<10), ("10-30s", 10..<30),
            ("30-60s", 30..<60), ("60s+", 60..<(.infinity)),
        ]
        return .rows(
            bands.map { band in
                let count = spans.count { band.seconds.contains($0.seconds) }
                return [
                    "bucket": .text(band.name),
                    "count": .count(count),
                    "percentage": .share(count, of: spans.count),
                ]
            })
    }
}
