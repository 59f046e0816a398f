import Foundation
import StintModel
import Testing

@testable import stint

@Suite struct TimeFormatTests {
    @Test(arguments: [
        ("2025-11-28T14:02:11.9Z", "14:02:11"), ("2025-11-27T22:10:59Z", "Nov 27 22:10"),
        ("2025-01-03T00:00:00Z", "Jan 3 00:00"), ("2024-11-27T22:10:00Z", "2024 Nov 27 22:10"),
    ])
    func `a time says as much of its date as it must`(_ time: String, _ text: String) {
        #expect(TimeFormat(zone: .gmt, now: .reading).text(Instant(time)) == text)
    }

    @Test(arguments: [
        ("2025-11-28T03:00:59Z", "2025-11-28T03:40:00Z", "03:00-03:40"),
        ("2025-11-27T22:10:00Z", "2025-11-27T22:40:00Z", "Nov 27 22:10-22:40"),
        ("2025-11-27T23:50:00Z", "2025-11-28T00:10:00Z", "Nov 27 23:50-00:10"),
        ("2025-11-26T23:50:00Z", "2025-11-27T00:10:00Z", "Nov 26 23:50-Nov 27 00:10"),
    ])
    func `a range of minutes says its date once where it is one`(
        _ start: String, _ end: String, _ text: String
    ) {
        let format = TimeFormat(zone: .gmt, now: .reading)
        #expect(format.range(Instant(start), Instant(end)) == text)
    }

    @Test func `today is the day in the zone shown`() {
        let tokyo = TimeFormat(zone: TimeZone(identifier: "Asia/Tokyo")!, now: .reading)
        #expect(tokyo.text(Instant("2025-11-28T14:59:59Z")) == "23:59:59")
        #expect(tokyo.text(Instant("2025-11-28T15:00:00Z")) == "Nov 29 00:00")
    }

    @Test func `a time has the offset of its own season`() {
        let berlin = TimeFormat(zone: TimeZone(identifier: "Europe/Berlin")!, now: .reading)
        #expect(berlin.text(Instant("2025-07-01T10:00:00Z")) == "Jul 1 12:00")
        #expect(berlin.text(Instant("2025-11-28T10:00:00Z")) == "11:00:00")
    }

    @Test(arguments: [
        ("GMT", "UTC"), ("Europe/Berlin", "UTC+1"), ("Asia/Kolkata", "UTC+5:30"),
        ("America/New_York", "UTC-5"), ("Asia/Kathmandu", "UTC+5:45"),
        ("America/St_Johns", "UTC-3:30"),
    ])
    func `the zone is named by its distance from UTC`(_ zone: String, _ name: String) {
        #expect(TimeFormat(zone: TimeZone(identifier: zone)!, now: .reading).zoneName == name)
    }
}
