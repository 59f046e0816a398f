/// A point in time: whole microseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// The range of `Int64` covers every year that RFC 3339 can write (0000 through 9999).
public struct Instant: Hashable, Sendable, Comparable {
    /// Microseconds since the Unix epoch; negative before it.
    public var microseconds: Int64

    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    public static func < (left: Instant, right: Instant) -> Bool {
        left.microseconds < right.microseconds
    }

    /// What RFC 3339 can write: the years 0000 through 9999.
    public static let writable =
        Instant(
            microseconds: -62_167_219_200_000_000)...Instant(
            microseconds: 253_402_300_799_999_999)

    /// - Returns: `nil` beyond ``writable``.
    public init?(milliseconds: Int64) {
        let (microseconds, overflow) = milliseconds.multipliedReportingOverflow(by: 1_000)
        let instant = Instant(microseconds: microseconds)
        guard !overflow, Self.writable.contains(instant) else { return nil }
        self = instant
    }

    /// The span from `start` to this instant, negative where this one is the earlier.
    public func since(_ start: Instant) -> TimeSpan {
        TimeSpan(microseconds: microseconds &- start.microseconds)
    }

    public static func + (instant: Instant, span: TimeSpan) -> Instant {
        Instant(microseconds: instant.microseconds &+ span.microseconds)
    }

    public static func - (instant: Instant, span: TimeSpan) -> Instant {
        Instant(microseconds: instant.microseconds &- span.microseconds)
    }
}

/// A length of time in whole microseconds, the only unit the law of the record knows.
public struct TimeSpan: Hashable, Sendable, Comparable {
    public var microseconds: Int64

    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// Rounded to whole microseconds.
    ///
    /// - Returns: `nil` for what is not a number or does not fit (292,000 years).
    public init?(seconds: Double) {
        let scaled = (seconds * 1_000_000).rounded()
        guard scaled.isFinite, abs(scaled) < 9.2e18 else { return nil }
        microseconds = Int64(scaled)
    }

    public static func seconds(_ count: Int64) -> TimeSpan {
        TimeSpan(microseconds: count * 1_000_000)
    }

    public static func days(_ count: Int64) -> TimeSpan {
        seconds(count * 86_400)
    }

    public static let zero = TimeSpan(microseconds: 0)

    public var seconds: Double { Double(microseconds) / 1_000_000 }

    public static func < (left: TimeSpan, right: TimeSpan) -> Bool {
        left.microseconds < right.microseconds
    }
}
