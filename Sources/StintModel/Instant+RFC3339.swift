// RFC 3339 in and out, by arithmetic on bytes: the hot path of ingest reads one per event.

extension Instant {
    /// Reads `2026-11-20T14:00:05.123456Z`: any zone offset (never none), any fraction, cut to
    /// microseconds. A leap second (`:60`) is the first instant of the next minute.
    ///
    /// - Returns: `nil` where the text is not such a time or names a day that does not exist.
    public init?(rfc3339 text: some StringProtocol) {
        var text = String(text)
        let parsed = text.withUTF8 { Instant(rfc3339: $0) }
        guard let parsed else { return nil }
        self = parsed
    }

    /// As ``init(rfc3339:)-(StringProtocol)``, on UTF-8 bytes.
    public init?(rfc3339 bytes: UnsafeBufferPointer<UInt8>) {
        // YYYY-MM-DDTHH:MM:SS is 19 bytes, and a zone is at least one.
        guard bytes.count >= 20 else { return nil }

        func digits(_ start: Int, _ count: Int) -> Int? {
            var value = 0
            for index in start..<(start + count) {
                let digit = bytes[index] &- 0x30
                guard digit < 10 else { return nil }
                value = value * 10 + Int(digit)
            }
            return value
        }

        guard let year = digits(0, 4), bytes[4] == 0x2D,
            let month = digits(5, 2), bytes[7] == 0x2D,
            let day = digits(8, 2), bytes[10] == 0x54 || bytes[10] == 0x74,
            let hour = digits(11, 2), bytes[13] == 0x3A,
            let minute = digits(14, 2), bytes[16] == 0x3A,
            let second = digits(17, 2),
            (1...12).contains(month), day >= 1, day <= Self.days(inMonth: month, ofYear: year),
            hour < 24, minute < 60, second <= 60
        else { return nil }

        var index = 19
        var fraction: Int64 = 0
        if bytes[index] == 0x2E {
            index += 1
            let start = index
            var scale: Int64 = 100_000
            while index < bytes.count, case let digit = bytes[index] &- 0x30, digit < 10 {
                fraction += Int64(digit) * scale
                scale /= 10
                index += 1
            }
            guard index > start else { return nil }
        }

        guard index < bytes.count else { return nil }
        var offsetMinutes = 0
        switch bytes[index] {
        case 0x5A, 0x7A:
            guard index + 1 == bytes.count else { return nil }
        case 0x2B, 0x2D:
            guard index + 6 == bytes.count, bytes[index + 3] == 0x3A,
                let hours = digits(index + 1, 2), let minutes = digits(index + 4, 2),
                hours < 24, minutes < 60
            else { return nil }
            offsetMinutes = (bytes[index] == 0x2B ? 1 : -1) * (hours * 60 + minutes)
        default:
            return nil
        }

        let minutes =
            Self.daysSinceEpoch(year: year, month: month, day: day) * 1_440 + hour * 60 + minute
            - offsetMinutes
        let instant = Instant(
            microseconds: (Int64(minutes) * 60 + Int64(second)) * 1_000_000 + fraction)
        // An offset, or a leap second, may lead beyond what could be written again.
        guard Self.writable.contains(instant) else { return nil }
        self = instant
    }

    /// RFC 3339 in UTC with six fraction digits, 27 bytes: `2026-11-20T14:00:05.123456Z`.
    ///
    /// Years outside 0000 through 9999 cannot be written so; they show the nearest year that can.
    public var rfc3339: String {
        String(unsafeUninitializedCapacity: 27) { buffer in
            writeRFC3339(into: buffer)
            return 27
        }
    }

    /// Writes the 27 bytes of ``rfc3339`` to the start of a buffer that holds at least as many.
    public func writeRFC3339(into buffer: UnsafeMutableBufferPointer<UInt8>) {
        let clamped = min(
            max(microseconds, Self.writable.lowerBound.microseconds),
            Self.writable.upperBound.microseconds)
        var seconds = clamped / 1_000_000
        var fraction = clamped % 1_000_000
        if fraction < 0 {
            fraction += 1_000_000
            seconds -= 1
        }
        var days = seconds / 86_400
        var rest = seconds % 86_400
        if rest < 0 {
            rest += 86_400
            days -= 1
        }
        let (year, month, day) = Self.civil(daysSinceEpoch: Int(days))

        func put(_ value: Int, _ count: Int, at start: Int) {
            var value = value
            for index in stride(from: start + count - 1, through: start, by: -1) {
                buffer[index] = UInt8(0x30 + value % 10)
                value /= 10
            }
        }
        put(year, 4, at: 0)
        buffer[4] = 0x2D
        put(month, 2, at: 5)
        buffer[7] = 0x2D
        put(day, 2, at: 8)
        buffer[10] = 0x54
        put(Int(rest / 3_600), 2, at: 11)
        buffer[13] = 0x3A
        put(Int(rest / 60 % 60), 2, at: 14)
        buffer[16] = 0x3A
        put(Int(rest % 60), 2, at: 17)
        buffer[19] = 0x2E
        put(Int(fraction), 6, at: 20)
        buffer[26] = 0x5A
    }

    private static func days(inMonth month: Int, ofYear year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days from 1970-01-01 in the proleptic Gregorian calendar. Years begin in March here, so that
    /// the leap day ends one; an era is 400 years, 146,097 days.
    private static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 719_468
    }

    private static func civil(daysSinceEpoch days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
            dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        )
    }
}
