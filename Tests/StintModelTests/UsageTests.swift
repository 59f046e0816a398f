import StintModel
import Testing

@Suite struct UsageTests {
    typealias Tell = Telling

    @Test func `a try shows the larger of its running totals and the sum of its calls, by bucket`()
    {
        let shown = Tell.shown(
            Tell.step(
                .stepUpdated, "fetch", "14:00:00", tokens: Tokens(input: 100, output: 5)),
            Tell.called("a", "14:00:01", step: "fetch", tokens: Tokens(input: 40, output: 4)),
            Tell.called("b", "14:00:02", step: "fetch", tokens: Tokens(input: 40, output: 4)))
        #expect(shown.steps.map(\.tokens) == [Tokens(input: 100, output: 8)])
        #expect(shown.tokens == Tokens(input: 100, output: 8))
    }

    @Test func `of running totals the largest of each bucket counts`() {
        let shown = Tell.shown(
            Tell.step(.stepUpdated, "fetch", "14:00:09", tokens: Tokens(input: 10, output: 9)),
            Tell.step(.stepUpdated, "fetch", "14:00:00", tokens: Tokens(input: 30)))
        #expect(shown.tokens == Tokens(input: 30, output: 9))
    }

    @Test func `a corrected total alone counts, though it is smaller`() {
        let shown = Tell.shown(
            Tell.step(.stepUpdated, "fetch", "14:00:00", tokens: Tokens(input: 100, output: 5)),
            Tell.called("a", "14:00:01", step: "fetch", tokens: Tokens(input: 400)),
            Tell.step(.stepUpdated, "fetch", "14:00:00", revision: 1, tokens: Tokens(input: 7)))
        #expect(shown.tokens == Tokens(input: 7))
    }

    @Test func `a call counts once, the larger of each figure told of it`() {
        let shown = Tell.shown(
            Tell.called("a", "14:00:01", tokens: Tokens(input: 10), costNanos: 5),
            Tell.called("a", "14:00:00", tokens: Tokens(input: 8, output: 3), costNanos: 6),
            Tell.called("b", "14:00:03", tokens: Tokens(input: 1)))
        #expect(shown.tokens == Tokens(input: 11, output: 3))
        #expect(shown.costNanos == 6)
        #expect(shown.modelCalls.map(\.id) == ["a", "b"])
        #expect(shown.modelCalls.first?.at == Tell.at("14:00:00"))
    }

    @Test func `the execution sums its own calls and all steps of all attempts and tries`() {
        let shown = Tell.shown(
            Tell.called("own", "14:00:01", tokens: Tokens(input: 1)),
            Tell.step(.stepUpdated, "a", "14:00:01", tokens: Tokens(input: 10)),
            Tell.step(.stepUpdated, "a", "14:00:01", number: 2, tokens: Tokens(input: 100)),
            Tell.step(.stepUpdated, "a", "14:00:01", attempt: 2, tokens: Tokens(input: 1_000)))
        #expect(shown.tokens == Tokens(input: 1_111))
    }

    @Test func `what nobody reported is unknown, and zero is a report`() {
        #expect(Tell.shown(Tell.started("14:00:00")).tokens == nil)
        #expect(Tell.shown(Tell.called("a", "14:00:00")).tokens == nil)
        #expect(Tell.shown(Tell.called("a", "14:00:00")).costNanos == nil)
        let zero = Tell.shown(Tell.called("a", "14:00:00", tokens: Tokens(input: 0)))
        #expect(zero.tokens == Tokens(input: 0))
    }

    @Test func `a sum stops at the largest number`() {
        let sum = Tokens(input: .max) + Tokens(input: 5, output: 1)
        #expect(sum == Tokens(input: .max, output: 1))
    }
}
