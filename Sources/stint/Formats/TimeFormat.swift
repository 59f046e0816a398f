import Foundation
import StintModel

/// How points in time are written for people: in one zone, as seen from one moment.
struct TimeFormat: Sendable {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    var zone: TimeZone
    /// The moment by which "today" and "this year" are meant.
    var now: Instant

    /// `14:02:11` today, `Nov 27 22:10` in the same year, `2024 Nov 27 22:10` in another.
    func text(_ instant: Instant) -> String { text(instant, clock: 8) }

    /// To the minute: `14:02` today, `Nov 27 22:10` in the same year, `2024 Nov 27 22:10` before.
    func minute(_ instant: Instant) -> String { text(instant, clock: 5) }

    /// From one minute to another: `03:00-03:40`, `Nov 27 22:10-22:40`; of two days, both in full.
    func range(_ start: Instant, _ end: Instant) -> String {
        let (first, last) = (wallClock(start), wallClock(end))
        let isSameDay = first.prefix(10) == last.prefix(10)
        return "\(minute(start))-\(isSameDay ? String(last.dropFirst(11).prefix(5)) : minute(end))"
    }

    /// - Parameter clock: How many characters of `14:02:11` are shown of a time today.
    private func text(_ instant: Instant, clock: Int) -> String {
        let time = wallClock(instant)
        let today = wallClock(now)
        if time.prefix(10) == today.prefix(10) { return String(time.dropFirst(11).prefix(clock)) }
        let month = Int(time.dropFirst(5).prefix(2)).map { Self.months[$0 - 1] } ?? ""
        let day = Int(time.dropFirst(8).prefix(2)) ?? 0
        let date = "\(month) \(day) \(time.dropFirst(11).prefix(5))"
        return time.prefix(4) == today.prefix(4) ? date : "\(time.prefix(4)) \(date)"
    }

    /// The zone by its distance from UTC at the moment of reading: `UTC`, `UTC+1`, `UTC+5:30`.
    var zoneName: String {
        let minutes = zone.secondsFromGMT(for: date(now)) / 60
        guard minutes != 0 else { return "UTC" }
        let (hours, rest) = abs(minutes).quotientAndRemainder(dividingBy: 60)
        let sign = minutes < 0 ? "-" : "+"
        return rest == 0
            ? "UTC\(sign)\(hours)"
            : "UTC\(sign)\(hours):\(NumberFormat.padded(Int64(rest), digits: 2))"
    }

    /// The zone by its name in the tz database.
    var tz: String { zone.identifier == "GMT" ? "UTC" : zone.identifier }

    /// RFC 3339 without a zone, as a clock on the wall there shows it.
    private func wallClock(_ instant: Instant) -> String {
        let offset = zone.secondsFromGMT(for: date(instant))
        return (instant + .seconds(Int64(offset))).rfc3339
    }

    private func date(_ instant: Instant) -> Date {
        Date(timeIntervalSince1970: Double(instant.microseconds) / 1_000_000)
    }
}
