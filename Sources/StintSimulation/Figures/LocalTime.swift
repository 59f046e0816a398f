import Foundation
import StintModel

/// Hours, weekdays and days as the clocks of a zone show them.
///
/// It asks Foundation anew each time: slow, and plain to see.
struct LocalTime: Sendable {
    let zone: TimeZone
    private let calendar: Calendar

    init(_ zone: TimeZone) {
        self.zone = zone
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        self.calendar = calendar
    }

    /// From 0 through 23.
    func hour(at instant: Instant) -> Int { Int(clock(at: instant) / 3_600 % 24) }

    func isWeekend(at instant: Instant) -> Bool {
        // 1970-01-01 was a Thursday: day 3 of the week that begins on Monday.
        (clock(at: instant) / 86_400 + 3) % 7 >= 5
    }

    /// What the clocks show, as seconds after the midnight with which 1970 began. After 1970 only.
    private func clock(at instant: Instant) -> Int64 {
        let date = instant.date
        return Int64(date.timeIntervalSince1970) + Int64(zone.secondsFromGMT(for: date))
    }

    /// The days that a range touches, each from its first instant up to the next day's.
    func days(touching range: Range<Instant>) -> [Range<Instant>] {
        var days: [Range<Instant>] = []
        var start = calendar.startOfDay(for: range.lowerBound.date)
        while Instant(start) < range.upperBound {
            let next = calendar.startOfDay(
                for: calendar.date(byAdding: .day, value: 1, to: start)!)
            days.append(Instant(start)..<Instant(next))
            start = next
        }
        return days
    }

    /// The steps of a series over a range: the smallest of 1, 5, 15 minutes, 1, 6 hours and 1 day
    /// that gives 400 at most, counted from midnight. The first contains the range's beginning.
    ///
    /// Up to an hour a step is time elapsed, cut off by the next midnight; six hours are told by
    /// the clock.
    func steps(of range: Range<Instant>) -> [Range<Instant>] {
        let days = days(touching: range)
        let seconds = range.upperBound.since(range.lowerBound).seconds
        for minutes: Int64 in [1, 5, 15, 60] where seconds / Double(minutes * 60) <= 400 {
            let steps = steps(of: range, minutes: minutes)
            if steps.count <= 400 { return steps }
        }
        let quarters = steps(days, touching: range) { day in
            [day.lowerBound]
                + [6, 12, 18].map { hour in
                    Instant(
                        calendar.date(
                            bySettingHour: hour, minute: 0, second: 0, of: day.lowerBound.date)!)
                }
        }
        return quarters.count <= 400 ? quarters : days
    }

    /// Steps of so many minutes, up to an hour, counted from midnight.
    func steps(of range: Range<Instant>, minutes: Int64) -> [Range<Instant>] {
        steps(days(touching: range), touching: range) { day in
            stride(
                from: day.lowerBound.microseconds, to: day.upperBound.microseconds,
                by: Int(minutes) * 60_000_000
            ).map(Instant.init(microseconds:))
        }
    }

    private func steps(
        _ days: [Range<Instant>], touching range: Range<Instant>,
        _ starts: (Range<Instant>) -> [Instant]
    ) -> [Range<Instant>] {
        let bounds = days.flatMap(starts) + days.suffix(1).map(\.upperBound)
        return zip(bounds, bounds.dropFirst()).map { $0..<$1 }.filter { $0.overlaps(range) }
    }
}

extension Instant {
    fileprivate init(_ date: Date) {
        self = .init(microseconds: Int64(date.timeIntervalSince1970.rounded()) * 1_000_000)
    }

    /// The second that contains it.
    fileprivate var date: Date {
        Date(timeIntervalSince1970: (Double(microseconds) / 1_000_000).rounded(.down))
    }
}
