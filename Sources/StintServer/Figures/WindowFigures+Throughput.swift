import StintMetrics
import StintModel
import StintStorage
import StintWire

extension WindowFigures {
    /// Without what workers tell.
    func throughput() -> ThroughputBody {
        let minutes = query.minutesPassed(from: query.from, to: query.to)
        let perMinute = minutes > 0 ? Double(sum.finished) / minutes : nil
        let trend = trend()
        let peak = trend.max { ($0.value ?? 0) < ($1.value ?? 0) }
        return ThroughputBody(
            n: sum.finished, executionsPerMinute: perMinute,
            executionsPerHour: perMinute.map { $0 * 60 },
            executionsPerDay: perMinute.map { $0 * 1_440 },
            throughputTrend: trend,
            // `max` takes the last of equals.
            peakThroughput: peak.flatMap { peak in
                (peak.value ?? 0) > 0 ? trend.first { $0.value == peak.value } : nil
            },
            capacityUtilization: nil, maxCapacity: nil)
    }

    /// Executions a minute in each step, by what of it lies in the range and has passed.
    private func trend() -> [PointBody] {
        let bounds = query.bounds
        return steps.indices.map { index in
            let minutes = query.minutesPassed(from: bounds[index], to: bounds[index + 1])
            let finished = steps[index].finished
            return PointBody(
                timestamp: query.grid.range(of: index).lowerBound,
                // What is to come has no rate yet.
                value: minutes > 0 ? Double(finished) / minutes : nil)
        }
    }
}
