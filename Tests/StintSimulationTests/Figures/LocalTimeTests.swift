import Foundation
import StintModel
import Testing

@testable import StintSimulation

@Suite struct LocalTimeTests {
    private static func instant(_ text: String) -> Instant { Instant(rfc3339: text)! }

    private static func range(_ from: String, _ to: String) -> Range<Instant> {
        instant(from)..<instant(to)
    }

    private static func time(_ zone: String) -> LocalTime { LocalTime(TimeZone(identifier: zone)!) }

    @Test(arguments: [
        ("UTC", "2026-11-20T14:59:59.999999Z", 14, false),
        ("Europe/Berlin", "2026-11-20T23:00:00Z", 0, true),
        ("Europe/Berlin", "2026-07-19T21:59:59Z", 23, true),
        ("Asia/Kolkata", "2026-11-22T18:30:00Z", 0, false),
        ("America/New_York", "2026-11-23T04:59:00Z", 23, true),
    ])
    func `hours and weekends are those of the zone`(
        _ zone: String, _ at: String, _ hour: Int, _ isWeekend: Bool
    ) {
        let time = Self.time(zone)
        #expect(time.hour(at: Self.instant(at)) == hour)
        #expect(time.isWeekend(at: Self.instant(at)) == isWeekend)
    }

    @Test func `a day is 23 hours when clocks go forward and 25 when they go back`() {
        let berlin = Self.time("Europe/Berlin")
        let spring = berlin.days(
            touching: Self.range("2026-03-28T12:00:00Z", "2026-03-29T22:00:00.000001Z"))
        #expect(
            spring.map { $0.upperBound.since($0.lowerBound) }
                == [24, 23, 24].map { .seconds($0 * 3_600) })
        #expect(spring[0].lowerBound.rfc3339 == "2026-03-27T23:00:00.000000Z")
        let autumn = berlin.days(
            touching: Self.range("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"))
        #expect(autumn.map { $0.upperBound.since($0.lowerBound) } == [.seconds(25 * 3_600)])
    }

    @Test(arguments: [
        ("2026-11-20T08:00:00Z", "2026-11-20T14:40:00Z", 60, 400),
        ("2026-11-20T08:00:30Z", "2026-11-20T14:40:00Z", 60, 400),
        ("2026-11-20T08:00:30Z", "2026-11-20T14:40:30Z", 300, 81),
        ("2026-11-20T08:02:00Z", "2026-11-21T08:02:00Z", 300, 289),
        ("2026-11-17T00:00:00Z", "2026-11-20T00:00:00Z", 900, 288),
        ("2026-11-13T00:00:00Z", "2026-11-20T00:00:00Z", 3_600, 168),
        ("2026-10-21T00:00:00Z", "2026-11-20T00:00:00Z", 21_600, 120),
        ("2026-08-20T00:00:00Z", "2026-11-20T00:00:00Z", 21_600, 368),
        ("2026-01-01T00:00:00Z", "2026-11-20T00:00:00Z", 86_400, 323),
    ])
    func `a series takes the smallest step that gives 400 at most`(
        _ from: String, _ to: String, _ seconds: Int64, _ count: Int
    ) {
        let steps = Self.time("UTC").steps(of: Self.range(from, to))
        #expect(steps.count == count)
        #expect(steps.allSatisfy { $0.upperBound.since($0.lowerBound) == .seconds(seconds) })
        #expect(steps.first?.contains(Self.instant(from)) == true)
        #expect(
            steps.last.map { $0.lowerBound < Self.instant(to) && Self.instant(to) <= $0.upperBound }
                == true)
    }

    @Test func `steps of six hours follow the clock, shorter ones the time that passes`() {
        let berlin = Self.time("Europe/Berlin")
        let month = berlin.steps(of: Self.range("2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z"))
        #expect(month.count == 31 * 4)
        let long = month.filter { $0.upperBound.since($0.lowerBound) == .seconds(7 * 3_600) }
        #expect(long.map(\.lowerBound.rfc3339) == ["2026-10-24T22:00:00.000000Z"])
        let week = berlin.steps(of: Self.range("2026-10-18T22:00:00Z", "2026-10-25T23:00:00Z"))
        #expect(week.count == 7 * 24 + 1)
        // Half an hour is what Lord Howe's clocks go back by; its day ends with half an hour.
        let island = Self.time("Australia/Lord_Howe")
        let days = island.steps(of: Self.range("2026-03-30T13:00:00Z", "2026-04-08T13:30:00Z"))
        #expect(
            days.filter { $0.upperBound.since($0.lowerBound) == .seconds(1_800) }
                .map(\.upperBound.rfc3339) == ["2026-04-05T13:30:00.000000Z"])
    }
}
