import Foundation
public import StintModel

/// What the clocks of a place show: from instants to hours and days there, and back.
///
/// A day begins at the first instant at which its date is shown, and lasts until the next begins; so
/// days follow one another without a gap, whatever is done to the clock. One whose midnight is
/// skipped begins after the gap. Where a clock is put back across midnight, the time shown again
/// belongs to the day that had begun already.
///
/// The rules are those of the tz database as Foundation holds it. Asked for an instant of the range
/// it was ``covering(_:)``, it searches among a few changes of offset (some nanoseconds); for any
/// other it asks Foundation first (a microsecond).
public struct ZoneRules: Sendable {
    /// As it was given, such as `Europe/Berlin`.
    public let identifier: String

    private let zone: TimeZone
    private var table: OffsetTable

    /// - Parameter identifier: A name of the tz database, spelled as there.
    /// - Returns: `nil` for any other, among them offsets such as `GMT+3` and `+03:00`, and
    ///   abbreviations that are no name there, such as `PST`.
    public init?(identifier: String) {
        guard identifier.utf8.count <= 64,
            identifier.contains("/")
                ? !identifier.hasPrefix("SystemV/") : Self.namesWithoutArea.contains(identifier),
            let zone = TimeZone(identifier: identifier)
        else { return nil }
        self.init(identifier: identifier, zone: zone)
    }

    private init(identifier: String, zone: TimeZone) {
        self.identifier = identifier
        self.zone = zone
        table = OffsetTable(around: Instant(microseconds: 0), in: zone)
    }

    public static let utc = ZoneRules(identifier: "UTC", zone: .gmt)

    /// The same rules with the changes of offset in a range at hand.
    ///
    /// Costs one question to Foundation for each day of the range, about 0.1 µs. A range of more than
    /// 4,000 days is not covered, and asked of Foundation each time.
    public func covering(_ range: Range<Instant>) -> ZoneRules {
        guard range.upperBound.since(range.lowerBound) <= .days(4_000) else { return self }
        var copy = self
        copy.table = OffsetTable(over: range, in: zone)
        return copy
    }

    /// Asks the table at hand, or one made for the instant.
    @inline(__always)
    private func ask<Answer>(at instant: Int64, _ question: (OffsetTable) -> Answer) -> Answer {
        if table.range.contains(instant) { return question(table) }
        return question(OffsetTable(around: Instant(microseconds: instant), in: zone))
    }

    /// What is added to UTC to give the time shown.
    public func offset(at instant: Instant) -> TimeSpan {
        let instant = instant.microseconds
        return TimeSpan(microseconds: ask(at: instant) { $0.span(at: instant).offset })
    }

    /// The hour shown, 0 through 23.
    public func hour(of instant: Instant) -> Int {
        let instant = instant.microseconds
        let shown = instant + ask(at: instant) { $0.span(at: instant).offset }
        return Int(shown.flooredRemainder(OffsetTable.day) / 3_600_000_000)
    }

    /// The day it belongs to, as the number of days of the calendar since 1970-01-01.
    public func day(of instant: Instant) -> Int {
        let instant = instant.microseconds
        return Int(ask(at: instant) { $0.latestShown(at: instant) }.floored(by: OffsetTable.day))
    }

    /// From 1 for Monday through 7 for Sunday.
    public static func weekday(ofDay day: Int) -> Int {
        Int(Int64(day + 3).flooredRemainder(7)) + 1
    }

    /// The first instant at which a clock shows that hour of that day, or a later time where the
    /// hour is skipped.
    ///
    /// - Parameters:
    ///   - day: As ``day(of:)`` counts; within the years 0 through 9999.
    ///   - hour: 0 through 24, which is the start of the next day.
    public func start(ofDay day: Int, hour: Int = 0) -> Instant {
        let shown = Int64(day) * OffsetTable.day + Int64(hour) * 3_600_000_000
        return Instant(microseconds: ask(at: shown) { $0.first(showing: shown) })
    }

    /// The start of the day that an instant belongs to.
    public func startOfDay(containing instant: Instant) -> Instant {
        start(ofDay: day(of: instant))
    }

    /// The start of the next day.
    public func startOfDay(after instant: Instant) -> Instant {
        start(ofDay: day(of: instant) + 1)
    }
}

extension ZoneRules: Hashable {
    public static func == (left: ZoneRules, right: ZoneRules) -> Bool {
        left.identifier == right.identifier
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(identifier)
    }
}

extension ZoneRules {
    /// The names of the tz database without an area. It adds no more of them; Foundation knows
    /// others, which are abbreviations.
    private static let namesWithoutArea: Set<String> = [
        "CET", "CST6CDT", "Cuba", "EET", "EST", "EST5EDT", "Egypt", "Eire", "Factory", "GB",
        "GB-Eire", "GMT", "GMT+0", "GMT-0", "GMT0", "Greenwich", "HST", "Hongkong", "Iceland",
        "Iran", "Israel", "Jamaica", "Japan", "Kwajalein", "Libya", "MET", "MST", "MST7MDT", "NZ",
        "NZ-CHAT", "Navajo", "PRC", "PST8PDT", "Poland", "Portugal", "ROC", "ROK", "Singapore",
        "Turkey", "UCT", "UTC", "Universal", "W-SU", "WET", "Zulu",
    ]
}
