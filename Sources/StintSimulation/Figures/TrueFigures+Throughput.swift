import StintModel

extension TrueFigures {
    public var throughput: TrueFigure {
        let finished = finished
        let rate = minutes(of: window).map { Double(finished.count) / $0 }
        let trend = time.steps(of: window).map { step in
            let part = step.clamped(to: window)
            let rate = minutes(of: part).map {
                Double(Self.finished(finished, in: part).count) / $0
            }
            return (start: step.lowerBound, rate: rate)
        }
        let most = trend.compactMap(\.rate).max()
        let peak = finished.isEmpty ? nil : trend.first { $0.rate == most }
        return [
            "n": .count(finished.count),
            "executionsPerMinute": .number(rate, .hundredth),
            "executionsPerHour": .number(rate.map { $0 * 60 }, .hundredth),
            "executionsPerDay": .number(rate.map { $0 * 1_440 }, .hundredth),
            "throughputTrend": .rows(
                trend.map {
                    ["timestamp": .instant($0.start), "value": .number($0.rate, .hundredth)]
                }),
            "peakThroughput": [
                "value": .number(peak?.rate, .hundredth),
                "timestamp": .instant(peak?.start),
            ],
        ]
    }
}
