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
}
