import StintMetrics
import StintModel

extension SlotSeries {
    /// A Thursday, in the middle of a day.
    static let sampleStart = Instant(microseconds: 1_787_220_000_000_000)

    /// What starts in a slot finishes in it; one of 100 fails.
    ///
    /// - Parameters:
    ///   - mean: Of the arrivals of a slot.
    ///   - failing: The share of a slot that fails.
    static func sample(
        days: Int, seed: UInt64, failing: (Int) -> Double = { _ in 0.01 },
        mean: (Int, inout SeededGenerator) -> Double
    ) -> SlotSeries {
        var generator = SeededGenerator(seed: seed)
        var arrivals: [Int64] = []
        var failed: [Int64] = []
        for slot in 0..<days * 288 {
            let mean = mean(slot, &generator)
            let count = generator.poisson(mean)
            arrivals.append(count)
            failed.append(min(count, generator.poisson(Double(count) * failing(slot))))
        }
        return SlotSeries(
            start: sampleStart, started: arrivals, finished: arrivals, failed: failed,
            knownFrom: sampleStart)
    }

    /// Of the last days.
    func anomalies(days: Int, zone: ZoneRules = .utc) -> [Anomaly] {
        AnomalySearch(self, window: end - .days(Int64(days))..<end, zone: zone).anomalies()
    }
}
