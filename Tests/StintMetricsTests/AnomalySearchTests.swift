import Foundation
import StintMetrics
import StintModel
import Testing

@Suite struct AnomalySearchTests {
    private static let rates = [0.2, 2, 20, 200]

    @Test(arguments: rates)
    func `a steady month has three entries at most, whatever chance brings`(_ rate: Double) {
        for seed in 0..<20 as Range<UInt64> {
            let series = SlotSeries.sample(days: 30, seed: seed) { _, _ in rate }
            #expect(series.anomalies(days: 30).count <= 3, "seed \(seed)")
        }
    }

    @Test(arguments: [0.2, 2, 20])
    func `a steady month that varies more than chance has three at most`(_ rate: Double) {
        for seed in 0..<6 as Range<UInt64> {
            // Variance of mean + mean² / 2.
            let series = SlotSeries.sample(days: 30, seed: seed) { rate * $1.gamma(2) / 2 }
            #expect(series.anomalies(days: 30).count <= 3, "seed \(seed)")
        }
    }

    @Test(arguments: [2.0, 20])
    func `days and weeks with a shape, new or known, have three at most`(_ rate: Double) {
        for (seed, history) in [(1, 0), (2, 0), (3, 28), (4, 28)] as [(UInt64, Int)] {
            let series = SlotSeries.sample(days: 30 + history, seed: seed) { slot, _ in
                let hour = Double(slot % 288) / 12
                let isWeekend = slot / 288 % 7 > 4
                return rate * (1 + 0.8 * sin(hour / 12 * .pi)) * (isWeekend ? 0.3 : 1)
            }
            #expect(series.anomalies(days: 30).count <= 3, "seed \(seed)")
        }
    }

    @Test func `what comes at every full hour is no anomaly`() {
        let series = SlotSeries.sample(days: 20, seed: 1) { slot, _ in slot % 12 == 0 ? 120 : 12 }
        #expect(series.anomalies(days: 20).count <= 3)
    }

    /// Of one kind, once, within two slots of its start.
    private func expectFound(
        _ kind: Anomaly.Kind, at slot: Int, in series: SlotSeries, _ comment: Comment
    ) {
        let found = series.anomalies(days: 1).filter { $0.kind == kind }
        #expect(found.count == 1, comment)
        guard let first = found.first else { return }
        let late = first.start.since(series.start(of: slot)).seconds / 300
        #expect(abs(late) <= 2, comment)
    }

    @Test(arguments: [4, 23], [20.0, 100])
    func `three times as much for ten minutes is a spike`(_ days: Int, _ rate: Double) {
        let start = days * 288 - 100
        for seed in 0..<6 as Range<UInt64> {
            let series = SlotSeries.sample(days: days, seed: seed) { slot, _ in
                (start..<start + 2).contains(slot) ? 3 * rate : rate
            }
            expectFound(.spike, at: start, in: series, "seed \(seed)")
        }
    }

    @Test(arguments: [10.0, 100])
    func `what stands out on the first day is found that day`(_ rate: Double) {
        for seed in 0..<6 as Range<UInt64> {
            let rush = 200
            let silence = 260
            let series = SlotSeries.sample(days: 1, seed: seed) { slot, _ in
                switch slot {
                case rush..<rush + 3: 6 * rate
                case silence..<silence + 8: 0
                default: rate
                }
            }
            expectFound(.spike, at: rush, in: series, "seed \(seed)")
            expectFound(.drop, at: silence, in: series, "seed \(seed)")
        }
    }

    @Test(arguments: rates) func `a steady first day has one entry at most`(_ rate: Double) {
        for seed in 0..<20 as Range<UInt64> {
            let series = SlotSeries.sample(days: 1, seed: seed) { _, _ in rate }
            #expect(series.anomalies(days: 1).count <= 1, "seed \(seed)")
        }
    }

    @Test(arguments: [4, 23], [10.0, 100])
    func `nothing for twenty minutes is a drop`(_ days: Int, _ rate: Double) {
        let start = days * 288 - 100
        for seed in 0..<6 as Range<UInt64> {
            let series = SlotSeries.sample(days: days, seed: seed) { slot, _ in
                (start..<start + 4).contains(slot) ? 0 : rate
            }
            expectFound(.drop, at: start, in: series, "seed \(seed)")
        }
    }

    @Test(arguments: [4, 23], [50.0, 200])
    func `15 of 100 failing for half an hour instead of one is a surge`(
        _ days: Int, _ rate: Double
    ) {
        let start = days * 288 - 100
        for seed in 0..<6 as Range<UInt64> {
            let series = SlotSeries.sample(
                days: days, seed: seed,
                failing: { (start..<start + 6).contains($0) ? 0.15 : 0.01 }, mean: { _, _ in rate })
            expectFound(.failureSurge, at: start, in: series, "seed \(seed)")
        }
    }

    @Test func `silence counts up to now, and only what has passed of a slot`() throws {
        let silent = 4 * 288 - 4
        let series = SlotSeries.sample(days: 4, seed: 1) { slot, _ in slot < silent ? 20 : 0 }
        let start = series.start(of: silent)
        let early = AnomalySearch(series, window: series.start..<start + .seconds(60), zone: .utc)
        #expect(early.anomalies().filter { $0.kind == .drop } == [])
        let late = AnomalySearch(series, window: series.start..<start + .seconds(750), zone: .utc)
        let drop = try #require(late.anomalies().first { $0.kind == .drop })
        #expect(drop.start == start)
        #expect(drop.end == start + .seconds(750))
        #expect(drop.observed == 0)
        #expect(abs(drop.expected - 50) < 10)
    }

    @Test func `what is said of an hour does not depend on the range asked about`() {
        let start = 23 * 288 - 100
        let series = SlotSeries.sample(days: 23, seed: 3) { slot, _ in
            (start..<start + 3).contains(slot) ? 90 : 20
        }
        let ofDay = series.anomalies(days: 1)
        #expect(ofDay.count == 1)
        #expect(series.anomalies(days: 20).filter { $0.start >= ofDay[0].start } == ofDay)
    }

    @Test func `an outage of yesterday is not what is usual today`() throws {
        let slots = 10 * 288 - 100..<10 * 288 - 96
        let series = SlotSeries.sample(days: 10, seed: 5) { slot, _ in
            (slots.lowerBound - 288..<slots.upperBound - 288).contains(slot) ? 0 : 20
        }
        #expect(
            series.anomalies(days: 1).filter { $0.start >= series.start(of: slots.lowerBound - 12) }
                == [])
    }

    @Test(arguments: [60.0, 4])
    func `a new level is told once, and is usual a day later`(_ level: Double) {
        let step = 20 * 288
        let series = SlotSeries.sample(days: 25, seed: 6) { slot, _ in slot < step ? 20 : level }
        let found = series.anomalies(days: 6)
        #expect(found.filter { $0.start < series.start(of: step + 288) }.count == 1)
        #expect(found.filter { $0.end > series.start(of: step + 288) } == [])
    }

    @Test func `nothing known is nothing unusual`() {
        let none = [Int64](repeating: 0, count: 3 * 288)
        let start = SlotSeries.sampleStart
        let silent = SlotSeries(
            start: start, started: none, finished: none, failed: none, knownFrom: start)
        #expect(silent.anomalies(days: 3) == [])
        let empty = SlotSeries(
            start: start, started: [], finished: [], failed: [], knownFrom: start)
        #expect(empty.anomalies(days: 1) == [])
        let unknown = SlotSeries(
            start: start, started: none, finished: none, failed: none,
            knownFrom: start + .days(9))
        #expect(unknown.anomalies(days: 3) == [])
    }

    @Test func `a burst is the load of a spike`() throws {
        let start = 4 * 288 - 100
        let series = SlotSeries.sample(days: 4, seed: 2) { slot, _ in
            (start..<start + 6).contains(slot) ? 200 : 20
        }
        let search = AnomalySearch(
            series, window: series.end - .days(1)..<series.end, zone: .utc)
        let burst = try #require(search.bursts(among: search.anomalies()).first)
        #expect(burst.start == series.start(of: start))
        #expect(burst.end == series.start(of: start + 6))
        #expect(burst.peakExecutions == series.started[start..<start + 6].max())
        #expect(burst.totalExecutions == series.started[start..<start + 6].reduce(0, +))
        #expect(burst.impact == .high)
    }
}
