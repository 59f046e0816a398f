import StintModel
import Testing

@testable import StintMetrics

@Suite struct ArrivalPatternsTests {
    private let monday = Instant(microseconds: 1_787_529_600_000_000)

    private func series(days: Int, knownAfter: TimeSpan = .zero, _ count: (Int) -> Int64)
        -> SlotSeries
    {
        let counts = (0..<days * 288).map(count)
        return SlotSeries(
            start: monday, started: counts, finished: counts, failed: counts.map { _ in 0 },
            knownFrom: monday + knownAfter)
    }

    @Test func `peaks and quiet hours are those with most and fewest, ties by hour`() {
        let series = series(days: 14) { slot in
            switch slot % 288 / 12 {
            case 9: 5
            case 14, 10: 4
            case 3: 0
            case 20: 1
            default: 2
            }
        }
        let patterns = ArrivalPatterns(of: series, window: monday..<series.end, zone: .utc)
        #expect(patterns.peakHours == [9, 10, 14])
        #expect(patterns.quietHours == [3, 20, 0])
    }

    @Test func `an hour seen once more is not busier for that`() {
        // From Monday 00:00 to Tuesday 12:00: the mornings are seen twice.
        let series = series(days: 2) { $0 % 288 / 12 == 20 ? 3 : 2 }
        let noon = monday + .days(1) + .seconds(43_200)
        let patterns = ArrivalPatterns(of: series, window: monday..<noon, zone: .utc)
        #expect(patterns.peakHours == [20, 0, 1])
        #expect(patterns.averageDaily == .init(mean: 288 * 2 + 12, days: 1))
    }

    @Test func `averages are over whole days, of at least two weeks where they are known`() {
        let series = series(days: 21) { $0 / 288 % 7 > 4 ? 1 : 3 }
        let end = monday + .days(17) + .seconds(3_600)
        let patterns = ArrivalPatterns(of: series, window: end - .seconds(3_600)..<end, zone: .utc)
        #expect(patterns.averageDaily == .init(mean: Double(10 * 864 + 4 * 288) / 14, days: 14))
        #expect(patterns.weekdayAverage == .init(mean: 864, days: 10))
        #expect(patterns.weekendAverage == .init(mean: 288, days: 4))
    }

    @Test func `a day that is not known whole does not count`() {
        let series = series(days: 3, knownAfter: .seconds(60)) { _ in 1 }
        let patterns = ArrivalPatterns(of: series, window: monday..<series.end, zone: .utc)
        #expect(patterns.averageDaily == .init(mean: 288, days: 2))
        #expect(patterns.weekendAverage == nil)
        let first = ArrivalPatterns(of: series, window: monday..<monday + .days(1), zone: .utc)
        #expect(first.averageDaily == nil)
    }

    @Test func `days are those of the zone, long and short ones too`() throws {
        let zone = try #require(ZoneRules(identifier: "Europe/Berlin"))
        let start = try #require(Instant(rfc3339: "2026-10-23T22:00:00Z"))
        let counts = [Int64](repeating: 1, count: 49 * 12)
        let series = SlotSeries(
            start: start, started: counts, finished: counts, failed: counts, knownFrom: start)
        let patterns = ArrivalPatterns(of: series, window: start..<series.end, zone: zone)
        // A Saturday of 24 hours and a Sunday of 25.
        #expect(patterns.weekendAverage == .init(mean: 294, days: 2))
        #expect(patterns.peakHours == [0, 1, 2])
    }

    @Test func `where nothing started there is no pattern`() {
        let series = series(days: 2) { _ in 0 }
        let patterns = ArrivalPatterns(of: series, window: monday..<series.end, zone: .utc)
        #expect(patterns.peakHours == [])
        #expect(patterns.quietHours == [])
        #expect(patterns.averageDaily == .init(mean: 0, days: 2))
    }
}
