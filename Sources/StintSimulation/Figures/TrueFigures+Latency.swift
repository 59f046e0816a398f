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
            "method": .text(isExact ? "exact" : "sketch"),
        ]
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
