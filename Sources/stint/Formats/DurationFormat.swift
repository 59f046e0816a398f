import StintModel

/// How lengths of time are written for people.
///
/// All rounding is done on whole microseconds before the unit is chosen, so that no figure ever
/// reads `1000 ms`, `60 s` within minutes, or `60 m` within hours.
enum DurationFormat {
    private static let minute: Int64 = 60
    private static let hour: Int64 = 3_600
    private static let day: Int64 = 86_400

    /// A measured length: `840 ms`, `5.12 s`, `73.5 s`, `12 m 04 s`, `2 h 07 m`, `3 d 4 h`.
    ///
    /// Under a second in whole milliseconds, under ten seconds with two decimals, under two minutes
    /// with one; beyond that in the two largest units, the second of them cut. Less than nothing is
    /// nothing.
    static func exact(_ span: TimeSpan) -> String {
        let microseconds = max(0, span.microseconds)
        if microseconds < 999_500 { return "\(rounded(microseconds, to: 1_000)) ms" }
        if microseconds < 9_995_000 {
            return "\(NumberFormat.decimal(rounded(microseconds, to: 10_000), places: 2)) s"
        }
        if microseconds < 119_950_000 {
            return "\(NumberFormat.decimal(rounded(microseconds, to: 100_000), places: 1)) s"
        }
        return twoUnits(seconds: rounded(microseconds, to: 1_000_000))
    }

    /// A clock that is still running: whole seconds, cut, so that digits do not flicker.
    static func running(_ span: TimeSpan) -> String {
        let seconds = max(0, span.microseconds) / 1_000_000
        return seconds < 120 ? "\(seconds) s" : twoUnits(seconds: seconds)
    }

    /// An estimate or a limit, never more precise than it is: `4 s`, `2 min`, `3 h`.
    static func estimate(_ span: TimeSpan) -> String {
        let seconds = max(1, rounded(max(0, span.microseconds), to: 1_000_000))
        if seconds < 90 { return "\(seconds) s" }
        if seconds < 90 * minute { return "\((seconds + minute / 2) / minute) min" }
        return "\((seconds + hour / 2) / hour) h"
    }

    /// How long ago something was, in one unit, cut: `12 s`, `53 min`, `5 h`, `3 d`.
    static func age(_ span: TimeSpan) -> String {
        let seconds = max(0, span.microseconds) / 1_000_000
        if seconds < minute { return "\(seconds) s" }
        if seconds < hour { return "\(seconds / minute) min" }
        if seconds < day { return "\(seconds / hour) h" }
        return "\(seconds / day) d"
    }

    /// A distance on a timeline: `+840 ms`, `+2.6 s`, `+2 s`, `+73 s`, `+12 m 04 s`.
    static func offset(_ span: TimeSpan) -> String {
        let microseconds = max(0, span.microseconds)
        if microseconds < 999_500 { return "+\(rounded(microseconds, to: 1_000)) ms" }
        if microseconds < 9_950_000 {
            let tenths = rounded(microseconds, to: 100_000)
            return tenths % 10 == 0
                ? "+\(tenths / 10) s" : "+\(NumberFormat.decimal(tenths, places: 1)) s"
        }
        let seconds = rounded(microseconds, to: 1_000_000)
        return seconds < 120 ? "+\(seconds) s" : "+\(twoUnits(seconds: seconds))"
    }

    private static func rounded(_ microseconds: Int64, to unit: Int64) -> Int64 {
        let (whole, rest) = microseconds.quotientAndRemainder(dividingBy: unit)
        return rest * 2 >= unit ? whole + 1 : whole
    }

    private static func twoUnits(seconds: Int64) -> String {
        if seconds < hour {
            return "\(seconds / minute) m \(NumberFormat.padded(seconds % minute, digits: 2)) s"
        }
        if seconds < day {
            return
                "\(seconds / hour) h \(NumberFormat.padded(seconds % hour / minute, digits: 2)) m"
        }
        return "\(seconds / day) d \(seconds % day / hour) h"
    }
}
