import Testing

@testable import stint

@Suite struct NumberFormatTests {
    @Test(
        arguments: [
            (0, "0"), (999, "999"), (6_617, "6\u{202F}617"), (1_234_567, "1\u{202F}234\u{202F}567"),
            (-6_617, "-6\u{202F}617"),
        ] as [(Int64, String)])
    func `a count has a narrow space per thousand`(_ value: Int64, _ text: String) {
        #expect(NumberFormat.count(value) == text)
    }

    @Test(
        arguments: [
            (0, "0"), (200, "200"), (999, "999"), (1_000, "1.0 k"), (9_100, "9.1 k"),
            (14_210, "14.2 k"), (99_949, "99.9 k"), (99_950, "100 k"), (524_000, "524 k"),
            (999_499, "999 k"), (999_500, "1.00 M"), (53_510_000, "53.51 M"),
            (999_995_000, "1.00 G"), (1_240_000_000, "1.24 G"),
        ] as [(Int64, String)])
    func `tokens are compact`(_ value: Int64, _ text: String) {
        #expect(NumberFormat.compact(value) == text)
    }

    @Test(arguments: [
        (0, "$0.0000"), (0.1276, "$0.1276"), (0.99994, "$0.9999"), (0.99996, "$1.00"),
        (59.39, "$59.39"), (99.994, "$99.99"), (99.996, "$100"), (191.4, "$191"),
        (12_345, "$12\u{202F}345"), (-0.5, "-$0.5000"),
    ])
    func `money has as many decimals as matter`(_ usd: Double, _ text: String) {
        #expect(NumberFormat.cost(usd) == text)
    }

    @Test func `what is no amount has no text`() {
        #expect(NumberFormat.cost(.nan) == nil)
        #expect(NumberFormat.cost(.infinity) == nil)
    }

    @Test(arguments: [
        (98.0, "98.0 %"), (0, "0.0 %"), (0.01, "0.1 %"), (99.97, "99.9 %"), (100, "100.0 %"),
        (61.25, "61.3 %"), (-2, "-2.0 %"), (.nan, "?"),
    ])
    func `a share reads as all or nothing only where it is`(_ value: Double, _ text: String) {
        #expect(NumberFormat.percent(value) == text)
    }

    @Test(arguments: [
        (-1.9, "-1.9 pt"), (4.25, "+4.3 pt"), (0, "same"), (0.04, "same"), (-0.05, "-0.1 pt"),
        (171.4, "+171 pt"), (.infinity, "?"),
    ])
    func `a change has its sign`(_ value: Double, _ text: String) {
        #expect(NumberFormat.change(value, "pt") == text)
    }

    @Test(arguments: [
        (0.35, "0.35"), (8.4, "8.40"), (9.996, "10.0"), (12.54, "12.5"), (99.96, "100"),
        (1_840.2, "1840"), (-1, "?"), (.nan, "?"),
    ])
    func `a rate has three digits or more`(_ value: Double, _ text: String) {
        #expect(NumberFormat.rate(value) == text)
    }
}
