import StintMetrics
import StintModel
import StintStorage
import StintWire

extension WindowFigures {
    private static let shares = [0.5, 0.75, 0.9, 0.95, 0.99]

    func latency() throws(StoreError) -> LatencyBody {
        var totals = sum[.okTotal]
        totals.add(sum[.notOKTotal])
        let bands = sum.bands
        let known = bands.reduce(0, &+)
        return LatencyBody(
            method: method,
            queueLatency: figures(sum[.queueWaitSum], sum[.queueWait], measures?.queueWaits),
            executionLatency: figures(
                sum[.okDurationSum] &+ sum[.notOKDurationSum], sum.durations, measures?.durations),
            endToEndLatency: figures(
                sum[.okTotalSum] &+ sum[.notOKTotalSum], totals, measures?.totals),
            latencyDistribution: zip(LatencyBody.buckets, bands).map { name, count in
                LatencyBody.Bucket(
                    bucket: name, count: count, percentage: percentage(count, of: known))
            }, latencyTrend: try trend(),
            latencyTrendStepSeconds: query.latencyGrid.step.span.seconds)
    }

    private static let trendShares = [0.5, 0.95]

    private func trend() throws(StoreError) -> [LatencyBody.Point] {
        let grid = query.latencyGrid
        var points: [LatencyBody.Point] = []
        points.reserveCapacity(grid.count)
        func add(_ n: Int64, _ percentiles: [Double?]) {
            points.append(
                LatencyBody.Point(
                    timestamp: grid.range(of: points.count).lowerBound, n: n, p50: percentiles[0],
                    p95: percentiles[1]))
        }
        if let measures {
            var durations = [[Int64]](repeating: [], count: grid.count)
            for (finish, duration) in zip(measures.finishes, measures.durations) {
                if let step = grid.index(of: finish) { durations[step].append(duration) }
            }
            for values in durations {
                add(Int64(values.count), Percentiles.of(Self.trendShares, in: values))
            }
            return points
        }
        let series = RollUpSeries(agent: query.agent)
        for index in 0..<grid.count {
            let step = grid.range(of: index).clamped(to: query.from..<query.to)
            let durations = try snapshot.sum(
                of: series, from: step.lowerBound, to: step.upperBound,
                distributions: [.okDuration, .notOKDuration]
            ).durations
            add(durations.count, Percentiles.of(Self.trendShares, in: durations))
        }
        return points
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
