import StintModel
import Testing

@Suite struct CanonicalJSONTests {
    private func text(_ value: Scalar) -> String {
        String(decoding: value.canonicalJSON, as: UTF8.self)
    }

    @Test(arguments: [
        (333333333.33333329, "333333333.3333333"), (1E30, "1e+30"), (4.50, "4.5"), (2e-3, "0.002"),
        (0.000000000000000000000000001, "1e-27"), (0.0, "0"), (-0.0, "0"),
        (.leastNonzeroMagnitude, "5e-324"),
        (-.leastNonzeroMagnitude, "-5e-324"), (1.7976931348623157e308, "1.7976931348623157e+308"),
        (-1.7976931348623157e308, "-1.7976931348623157e+308"),
        (9_007_199_254_740_991, "9007199254740991"), (-9_007_199_254_740_991, "-9007199254740991"),
        (9_007_199_254_740_992, "9007199254740992"),
        (2.9514790517935283e20, "295147905179352830000"),
        (9.999999999999997e22, "9.999999999999997e+22"), (1e23, "1e+23"),
        (1.0000000000000001e23, "1.0000000000000001e+23"),
        (9.999999999999997e20, "999999999999999700000"), (1e21, "1e+21"),
        (1e20, "100000000000000000000"),
        (9.999999999999997e-7, "9.999999999999997e-7"), (0.000001, "0.000001"), (1e-7, "1e-7"),
        (333333333.3333332, "333333333.3333332"), (333333333.33333325, "333333333.33333325"),
        (333333333.3333334, "333333333.3333334"), (333333333.33333343, "333333333.33333343"),
        (-0.0000033333333333333333, "-0.0000033333333333333333"),
        (1424953923781206.2, "1424953923781206.2"), (0.1, "0.1"), (123.456, "123.456"), (10, "10"),
        (-1.5, "-1.5"), (1e16, "10000000000000000"),
    ])
    func `a number is written as ECMAScript writes it`(_ number: Double, _ expected: String) {
        #expect(text(Scalar(number: number)) == expected)
        #expect(text(.double(number)) == expected)
    }

    @Test(arguments: [
        (Int64(0), "0"), (-1, "-1"), (9, "9"), (10, "10"), (.max, "9223372036854775807"),
        (.min, "-9223372036854775808"),
    ])
    func `an integer keeps every digit`(_ integer: Int64, _ expected: String) {
        #expect(text(.integer(integer)) == expected)
    }

    @Test func `any number reads back as itself`() {
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<20_000 {
            let number = Double(bitPattern: generator.next())
            guard number.isFinite else { continue }
            #expect(Double(text(.double(number))) == number)
        }
    }

    @Test(arguments: [
        ("\u{20AC}$\u{F}\nA'B\"\\\\\"/", #""€$\u000f\nA'B\"\\\\\"/""#),
        ("\u{8}\t\n\u{C}\r", #""\b\t\n\f\r""#),
        ("\u{0}\u{1F}\u{7F}", "\"\\u0000\\u001f\u{7F}\""),
        ("", "\"\""), ("é😂", "\"é😂\""),
    ])
    func `a string escapes what it must and nothing else`(_ string: String, _ expected: String) {
        #expect(text(.string(string)) == expected)
    }

    @Test func `the other scalars are written as JSON has them`() {
        #expect(text(.boolean(true)) == "true")
        #expect(text(.boolean(false)) == "false")
        #expect(text(.list(["a", "b\""])) == #"["a","b\""]"#)
        #expect(text(.list([])) == "[]")
    }

    @Test func `a whole number is the same value however it was written`() {
        #expect(Scalar(number: 1.0) == .integer(1))
        #expect(Scalar(number: -0.0) == .integer(0))
        #expect(Scalar(number: 0.5) == .double(0.5))
    }

    @Test func `a failure has its members by name, absent ones left out`() {
        let failure = Failure(
            type: "T", message: "m", at: Instant(rfc3339: "2026-11-20T14:00:05Z"))
        #expect(
            String(decoding: failure.canonicalJSON, as: UTF8.self)
                == #"{"at":"2026-11-20T14:00:05.000000Z","message":"m","type":"T"}"#)
        #expect(String(decoding: Failure().canonicalJSON, as: UTF8.self) == "{}")
    }
}
