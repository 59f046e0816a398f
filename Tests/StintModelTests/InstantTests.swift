import StintModel
import Testing

@Suite struct InstantTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00.000001Z", 1),
        ("1969-12-31T23:59:59.999999Z", -1),
        ("2026-11-20T14:00:05.123456Z", 1_795_183_205_123_456),
        ("2026-11-20t14:00:05.123456z", 1_795_183_205_123_456),
        ("2026-11-20T15:30:05.123456+01:30", 1_795_183_205_123_456),
        ("2026-11-20T14:00:05.123456-00:00", 1_795_183_205_123_456),
        ("2026-11-19T14:01:05.123456-23:59", 1_795_183_205_123_456),
        ("2026-11-20T14:00:05.1Z", 1_795_183_205_100_000),
        ("2026-11-20T14:00:05.1234569999Z", 1_795_183_205_123_456),
        ("2026-11-20T14:00:05.00000099999999999999999999Z", 1_795_183_205_000_000),
        ("2016-12-31T23:59:60Z", 1_483_228_800_000_000),
        ("2016-12-31T23:59:60.5Z", 1_483_228_800_500_000),
        ("2024-02-29T00:00:00Z", 1_709_164_800_000_000),
        ("2000-02-29T00:00:00Z", 951_782_400_000_000),
        ("0000-01-01T00:00:00Z", -62_167_219_200_000_000),
        ("0000-02-29T00:00:00Z", -62_162_121_600_000_000),
        ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
    ])
    func `a time of RFC 3339 is read to the microsecond`(_ text: String, _ expected: Int64) {
        #expect(Instant(rfc3339: text)?.microseconds == expected)
    }

    @Test(arguments: [
        "", "2026", "2026-11-20", "2026-11-20T14:00:05", "2026-11-20T14:00:05.123456",
        "2026-11-20 14:00:05Z", "2026-11-20T14:00Z", "2026-11-20T14:00:05.Z",
        "2026-11-20T14:00:05,5Z",
        "2026-11-20T24:00:00Z", "2026-11-20T14:60:00Z", "2026-11-20T14:00:61Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z", "2026-11-31T00:00:00Z", "2026-11-00T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z", "2026-11-20T14:00:05+24:00", "2026-11-20T14:00:05+01:60",
        "2026-11-20T14:00:05+0100", "2026-11-20T14:00:05+01", "2026-11-20T14:00:05Zx",
        "2026-11-20T14:00:05Z ", " 2026-11-20T14:00:05Z", "-026-11-20T14:00:05Z",
        "2026-1a-20T14:00:05Z", "12026-11-20T14:00:05Z", "2026-11-20T14:00:05.1+",
        "２026-11-20T14:00:05Z",
    ])
    func `what is no time of RFC 3339 is refused`(_ text: String) {
        #expect(Instant(rfc3339: text) == nil)
    }

    @Test func `what is written is read back the same, from year 0000 through 9999`() {
        var generator = SeededGenerator(seed: 3)
        let range = -62_167_219_200_000_000...253_402_300_799_999_999 as ClosedRange<Int64>
        for _ in 0..<20_000 {
            let instant = Instant(microseconds: Int64.random(in: range, using: &generator))
            #expect(Instant(rfc3339: instant.rfc3339) == instant)
        }
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000000Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
        (1_709_251_199_000_000, "2024-02-29T23:59:59.000000Z"),
        (Int64.min, "0000-01-01T00:00:00.000000Z"),
        (Int64.max, "9999-12-31T23:59:59.999999Z"),
    ])
    func `an instant is written in UTC with six digits, or as the nearest that can be`(
        _ microseconds: Int64, _ expected: String
    ) {
        #expect(Instant(microseconds: microseconds).rfc3339 == expected)
    }

    @Test func `each day of four centuries follows the one before`() {
        let day = 86_400_000_000 as Int64
        var previous = "1599-12-31"
        let first = Instant(rfc3339: "1600-01-01T00:00:00Z")!.microseconds
        for number in 0..<146_097 as Range<Int64> where number % 7 == 0 || number % 365 > 355 {
            let instant = Instant(microseconds: first + number * day)
            let text = String(instant.rfc3339.prefix(10))
            #expect(text > previous)
            #expect(Instant(rfc3339: text + "T00:00:00Z") == instant)
            previous = text
        }
        #expect(Instant(microseconds: first + 146_097 * day).rfc3339.hasPrefix("2000-01-01"))
    }

    @Test(arguments: [
        (0.0, Int64(0)), (1.5, 1_500_000), (0.000_001, 1), (3.472, 3_472_000), (-2, -2_000_000),
    ])
    func `a span is read from seconds`(_ seconds: Double, _ expected: Int64) {
        #expect(TimeSpan(seconds: seconds)?.microseconds == expected)
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity, 1e13, -1e300])
    func `a span that does not fit is refused`(_ seconds: Double) {
        #expect(TimeSpan(seconds: seconds) == nil)
    }
}
