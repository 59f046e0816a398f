import Foundation
import StintMetrics
import StintModel
import Testing

@Suite struct ZoneRulesTests {
    static let zones = [
        "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata",
        "Asia/Kathmandu", "America/Sao_Paulo", "Pacific/Auckland", "Africa/Casablanca",
    ]

    @Test(arguments: zones + ["US/Pacific", "Etc/GMT+3", "EST5EDT", "America/Argentina/Salta"])
    func `a name of the tz database makes rules of that name`(_ name: String) {
        #expect(ZoneRules(identifier: name)?.identifier == name)
    }

    @Test(arguments: [
        "", "GMT+3", "GMT-03:00", "UTC+3", "+03:00", "PST", "IST", "SystemV/PST8", "Etc/Unknown",
        "Mars/Phobos", "Europe/Berlin ", "../Europe/Berlin", String(repeating: "a/", count: 5_000),
    ])
    func `any other text makes none`(_ text: String) {
        #expect(ZoneRules(identifier: text) == nil)
    }

    @Test(arguments: [
        ("Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
        ("Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
        ("America/New_York", "2026-03-08", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"),
        ("America/New_York", "2026-11-01", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"),
        ("Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00:00Z", "2026-04-05T13:30:00Z"),
        ("Australia/Lord_Howe", "2026-10-04", "2026-10-03T13:30:00Z", "2026-10-04T13:00:00Z"),
        ("Asia/Kolkata", "2026-11-21", "2026-11-20T18:30:00Z", "2026-11-21T18:30:00Z"),
        ("Asia/Kathmandu", "2026-11-21", "2026-11-20T18:15:00Z", "2026-11-21T18:15:00Z"),
        // Midnight was skipped, and half a year later shown twice.
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"),
        ("America/Sao_Paulo", "2019-02-16", "2019-02-16T02:00:00Z", "2019-02-17T03:00:00Z"),
        // One minute after midnight, back to 23:01: the day had begun.
        ("America/St_Johns", "2010-11-07", "2010-11-07T02:30:00Z", "2010-11-08T03:30:00Z"),
        ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z"),
        ("UTC", "1969-12-31", "1969-12-31T00:00:00Z", "1970-01-01T00:00:00Z"),
    ])
    func `a day begins when its date is first shown`(
        _ name: String, _ date: String, _ start: String, _ end: String
    ) throws {
        let zone = try #require(ZoneRules(identifier: name))
        let first = try #require(Instant(rfc3339: start))
        let next = try #require(Instant(rfc3339: end))
        let noon = try #require(Instant(rfc3339: date + "T12:00:00Z"))
        let day = Int(noon.microseconds / 86_400_000_000) - (noon.microseconds < 0 ? 1 : 0)
        for zone in [zone, zone.covering(first..<next)] {
            #expect(zone.start(ofDay: day) == first)
            for microsecond in [0, 1, 1_800_000_000, next.since(first).microseconds - 1] {
                let instant = Instant(microseconds: first.microseconds + microsecond)
                #expect(zone.day(of: instant) == day)
                #expect(zone.startOfDay(containing: instant) == first)
                #expect(zone.startOfDay(after: instant) == next)
            }
        }
    }

    @Test func `a date that was skipped is followed by the next`() throws {
        let zone = try #require(ZoneRules(identifier: "Pacific/Apia"))
        let before = try #require(Instant(rfc3339: "2011-12-30T09:59:59Z"))
        let after = zone.startOfDay(after: before)
        #expect(after.rfc3339 == "2011-12-30T10:00:00.000000Z")
        #expect(zone.day(of: after) == zone.day(of: before) + 2)
    }

    @Test(arguments: zones)
    func `hours, days and weekdays are those of Foundation's calendar`(_ name: String) throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: name))
        var ofUTC = Calendar(identifier: .gregorian)
        ofUTC.timeZone = .gmt
        let rules = try #require(ZoneRules(identifier: name))
        let low = try #require(Instant(rfc3339: "2017-01-01T00:00:00Z"))
        let covered = rules.covering(low..<low + .days(3_650))
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<150 {
            let second = Int64.random(in: 0..<315_360_000, using: &generator)
            let instant = low + .seconds(second)
            let date = Date(timeIntervalSince1970: Double(instant.microseconds / 1_000_000))
            let parts = calendar.dateComponents([.year, .month, .day, .hour, .weekday], from: date)
            let midnight = try #require(
                ofUTC.date(
                    from: DateComponents(year: parts.year, month: parts.month, day: parts.day)))
            for zone in [rules, covered] {
                let day = zone.day(of: instant)
                #expect(zone.hour(of: instant) == parts.hour)
                #expect(day == Int(midnight.timeIntervalSince1970 / 86_400))
                #expect(ZoneRules.weekday(ofDay: day) % 7 + 1 == parts.weekday)
                let offset = calendar.timeZone.secondsFromGMT(for: date)
                #expect(zone.offset(at: instant) == .seconds(Int64(offset)))
            }
        }
    }

    @Test func `weekdays count from Monday`() {
        // 1970-01-01 was a Thursday.
        #expect((-4...3).map(ZoneRules.weekday(ofDay:)) == [7, 1, 2, 3, 4, 5, 6, 7])
    }
}
