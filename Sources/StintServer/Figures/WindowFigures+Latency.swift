import StintMetrics
import StintStorage
import StintWire

extension WindowFigures {
    private static let shares = [0.5, 0.75, 0.9, 0.95, 0.99]

    func latency() -> LatencyBody {
        var durations = sum[.okDuration]
        durations.add(sum[.notOKDuration])
        var totals = sum[.okTotal]
        totals.add(sum[.notOKTotal])
        let bands = sum.bands
        let known = bands.reduce(0, &+)
        return LatencyBody(
            method: method,
            queueLatency: figures(sum[.queueWaitSum], sum[.queueWait], measures?.queueWaits),
            executionLatency: figures(
                sum[.okDurationSum] &+ sum[.notOKDurationSum], durations, measures?.durations),
            endToEndLatency: figures(
                sum[.okTotalSum] &+ sum[.notOKTotalSum], totals, measures?.totals),
            latencyDistribution: zip(LatencyBody.buckets, bands).map { name, count in
                LatencyBody.Bucket(
                    bucket: name, count: count, percentage: percentage(count, of: known))
            })
    }

    /// - Parameters:
    ///   - sum: Of the values, in microseconds.
    ///   - values: Every single one, where there are few.
    private func figures(
        _ sum: Int64, _ sketch: SketchSum, _ values: [Int64]?
    ) -> LatencyBody.Figures {
        let found =
            values.map { Percentiles.of(Self.shares, in: $0) }
            ?? Percentiles.of(Self.shares, in: sketch)
        return LatencyBody.Figures(
            avg: meanSeconds(sum, sketch.count), p50: found[0], p75: found[1], p90: found[2],
            p95: found[3], p99: found[4], n: sketch.count)
    }
}
