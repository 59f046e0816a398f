import StintModel
import Testing

@Suite struct PriceBookTests {
    private static func at(_ day: String) -> Instant { Instant(rfc3339: day + "T00:00:00Z")! }

    /// A price told apart by its input alone.
    private static func price(_ input: UInt64) -> TokenPrice { TokenPrice(input: input, output: 0) }

    // MARK: Which price

    private static let entries = [
        PriceBook.Entry(model: "*", price: price(1)),
        PriceBook.Entry(model: "large-*", from: at("2026-02-01"), price: price(2)),
        PriceBook.Entry(model: "large-2*", from: at("2026-03-01"), price: price(3)),
        PriceBook.Entry(model: "large-2", from: at("2026-04-01"), price: price(4)),
        PriceBook.Entry(model: "large-2", from: at("2026-05-01"), price: price(5)),
        PriceBook.Entry(model: "caf\u{E9}", price: price(6)),
    ]

    @Test(arguments: [
        ("other", "2026-06-01", 1), ("", "2026-06-01", 1),
        ("large-1", "2026-06-01", 2), ("large-1", "2026-01-31", 1),
        // A more exact name counts from when it has a price.
        ("large-2", "2026-01-01", 1), ("large-2", "2026-02-01", 2), ("large-2", "2026-03-31", 3),
        ("large-2", "2026-04-01", 4), ("large-2", "2026-04-30", 4), ("large-2", "2026-05-01", 5),
        ("large-2-mini", "2026-06-01", 3), ("Large-2", "2026-06-01", 1), ("large", "2026-06-01", 1),
        // One text to Unicode, two to us.
        ("caf\u{E9}", "2026-01-01", 6), ("cafe\u{301}", "2026-01-01", 1),
    ])
    func `the most exact name with a price in force counts`(
        _ model: String, _ day: String, _ input: UInt64
    ) throws {
        let book = try PriceBook(Self.entries)
        #expect(book.price(of: model, at: Self.at(day))?.input == input)
    }

    @Test func `a price holds from its very instant on`() throws {
        let book = try PriceBook([Self.entries[1]])
        let start = Self.at("2026-02-01")
        #expect(book.price(of: "large-1", at: start) != nil)
        #expect(book.price(of: "large-1", at: start - TimeSpan(microseconds: 1)) == nil)
        #expect(book.price(of: "small-1", at: start) == nil)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `the order of entries says nothing`(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let book = try PriceBook(Self.entries)
        let other = try PriceBook(Self.entries.shuffled(using: &generator))
        #expect(other == book)
        #expect(other.hashValue == book.hashValue)
        for model in ["large-2", "large-1", "large-2x", "x"] {
            let instant =
                Self.at("2026-01-01") + .days(Int64.random(in: 0..<200, using: &generator))
            #expect(other.price(of: model, at: instant) == book.price(of: model, at: instant))
        }
    }

    @Test func `two prices of one model from one time on are refused`() {
        var entries = Self.entries
        entries.append(
            PriceBook.Entry(
                model: "large-*", from: Self.at("2026-02-01"), price: Self.price(9)))
        let refusal = #expect(throws: PriceBook.Ambiguity.self) { try PriceBook(entries) }
        #expect(refusal?.first == 1)
        #expect(refusal?.second == 6)
    }

    @Test func `of each name one price is in force`() throws {
        let book = try PriceBook(Self.entries)
        #expect(book.inForce(at: Self.at("2026-01-01")).map(\.price.input) == [1, 6])
        #expect(book.inForce(at: Self.at("2026-06-01")).map(\.price.input) == [1, 6, 2, 5, 3])
        #expect(PriceBook().inForce(at: Self.at("2026-06-01")).isEmpty)
    }

    @Test func `books differ where a byte, a time or a price does`() throws {
        let book = try PriceBook([PriceBook.Entry(model: "caf\u{E9}", price: Self.price(1))])
        for entry in [
            PriceBook.Entry(model: "cafe\u{301}", price: Self.price(1)),
            PriceBook.Entry(model: "caf\u{E9}", from: Self.at("2026-01-01"), price: Self.price(1)),
            PriceBook.Entry(model: "caf\u{E9}", price: Self.price(2)),
        ] { #expect(try PriceBook([entry]) != book) }
    }

    // MARK: What a call costs

    private static let dear = TokenPrice(
        input: 2_500_000_000, cachedInput: 1_250_000_000, output: 10_000_000_000,
        reasoning: 12_000_000_000)

    @Test(
        arguments: [
            (Tokens(input: 1_000, output: 100), 3_500_000),
            // What is cached is a part of the input, what is reasoned a part of the output.
            (Tokens(input: 1_000, output: 100, cachedInput: 400), 3_000_000),
            (Tokens(input: 1_000, output: 100, cachedInput: 400, reasoning: 50), 3_100_000),
            (Tokens(input: 0, output: 0), 0),
            // A part cannot exceed its whole.
            (Tokens(input: 100, output: 10, cachedInput: 400, reasoning: 50), 245_000),
            (Tokens(input: -5, output: -5, cachedInput: -7, reasoning: -7), 0),
            // Both sides are due.
            (Tokens(input: 1_000), nil), (Tokens(output: 100), nil), (Tokens(), nil),
            (Tokens(cachedInput: 5, reasoning: 5), nil),
            (Tokens(input: .max, output: .max), .max),
        ] as [(Tokens, Int64?)])
    func `a call costs its four parts`(_ tokens: Tokens, _ nanos: Int64?) {
        #expect(Self.dear.costNanos(of: tokens) == nanos)
    }

    @Test(
        arguments: [
            (1, 0), (499_999, 0), (500_000, 1), (1_499_999, 1), (1_500_000, 2),
        ] as [(UInt64, Int64)])
    func `a sum is rounded once, halves up`(_ price: UInt64, _ nanos: Int64) {
        let tokens = Tokens(input: 1, output: 0)
        #expect(TokenPrice(input: price, output: 0).costNanos(of: tokens) == nanos)
    }

    @Test func `two halves of two parts make a whole`() {
        let price = TokenPrice(input: 500_000, output: 500_000)
        #expect(price.costNanos(of: Tokens(input: 1, output: 1)) == 1)
    }

    @Test func `the largest prices and numbers do not overflow`() {
        let price = TokenPrice(input: .max, output: .max)
        let tokens = Tokens(input: .max, output: .max, cachedInput: 5, reasoning: .max)
        #expect(price.costNanos(of: tokens) == .max)
    }

    @Test func `a part without a price costs what its whole does`() {
        let price = TokenPrice(input: 3, output: 7)
        #expect(price.cachedInput == 3)
        #expect(price.reasoning == 7)
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func `a cost is the sum of its parts, and never negative`(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        // Whole thousand-millionths a token, of which nothing is rounded.
        let prices = (0..<4).map { _ in UInt64.random(in: 0...50_000, using: &generator) }
        func price(_ factors: [UInt64]) -> TokenPrice {
            let nanos = zip(prices, factors).map { $0 * $1 * 1_000_000 }
            return TokenPrice(
                input: nanos[0], cachedInput: nanos[1], output: nanos[2], reasoning: nanos[3])
        }
        let range = -1_000...1_000_000 as ClosedRange<Int64>
        let tokens = Tokens(
            input: .random(in: range, using: &generator),
            output: .random(in: range, using: &generator),
            cachedInput: generator.chance(0.3) ? nil : .random(in: range, using: &generator),
            reasoning: generator.chance(0.3) ? nil : .random(in: range, using: &generator))
        let whole = try #require(price([1, 1, 1, 1]).costNanos(of: tokens))
        let parts = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]] as [[UInt64]]
        let costs = try parts.map { try #require(price($0).costNanos(of: tokens)) }
        #expect(costs.allSatisfy { $0 >= 0 })
        #expect(whole == costs.reduce(0, +))
        // A higher price never costs less.
        #expect(try #require(price([2, 1, 1, 1]).costNanos(of: tokens)) >= whole)
    }

    // MARK: What is shown

    private static let book = try? PriceBook([
        PriceBook.Entry(
            model: "m", from: Telling.at("14:00:05"),
            price: TokenPrice(input: 1_000_000, output: 1_000_000)),
        PriceBook.Entry(
            model: "m", from: Telling.at("15:00:00"),
            price: TokenPrice(input: 5_000_000, output: 5_000_000)),
    ])

    private func called(
        _ id: String, _ time: String, model: String? = "m", step: String? = nil,
        _ tokens: Tokens? = Tokens(input: 3, output: 4), cost: Int64? = nil
    ) -> Event {
        var event = Telling.called(id, time, step: step, tokens: tokens, costNanos: cost)
        event.call?.model = model
        return event
    }

    private func shown(_ events: Event...) throws -> Execution {
        var state = ExecutionState(events[0])
        for event in events.dropFirst() { state.apply(event) }
        return Execution(
            id: Telling.id, workspace: .default, state: state, retention: .days(90),
            prices: try #require(Self.book))
    }

    @Test func `a call costs by the price in force when it was first told`() throws {
        let execution = try shown(
            called("a", "14:00:05"), called("b", "15:00:00"), called("c", "14:00:04"),
            called("a", "15:00:01"))
        #expect(execution.modelCalls.map(\.id) == ["c", "a", "b"])
        #expect(execution.modelCalls.map(\.costNanos) == [nil, 7, 35])
        #expect(execution.costNanos == 42)
        #expect(execution.costKnownRate == 200.0 / 3)
    }

    @Test func `a reported cost wins, zero too`() throws {
        let execution = try shown(
            called("a", "14:00:06", cost: 1_000), called("b", "14:00:07", cost: 0))
        #expect(execution.modelCalls.map(\.costNanos) == [1_000, 0])
        #expect(execution.costNanos == 1_000)
        #expect(execution.costKnownRate == 100)
    }

    @Test func `what is not known is null, and never zero`() throws {
        let execution = try shown(
            called("a", "14:00:06", model: nil), called("b", "14:00:07", model: "other"),
            called("c", "14:00:08", Tokens(input: 3)), called("d", "14:00:09", nil))
        #expect(execution.modelCalls.allSatisfy { $0.costNanos == nil })
        #expect(execution.costNanos == nil)
        #expect(execution.costKnownRate == 0)
    }

    @Test func `running totals without calls have no price`() throws {
        let execution = try shown(
            Telling.step(
                .stepUpdated, "fetch", "14:00:06", tokens: Tokens(input: 3, output: 4)))
        #expect(execution.tokens == Tokens(input: 3, output: 4))
        #expect(execution.costNanos == nil)
        #expect(execution.costKnownRate == nil)
    }

    @Test func `a step costs what its calls do, the execution what all do`() throws {
        let execution = try shown(
            called("a", "14:00:06", step: "fetch"), called("b", "14:00:07", step: "fetch"),
            called("c", "14:00:08"))
        #expect(execution.steps.map(\.costNanos) == [14])
        #expect(execution.costNanos == 21)
    }
}
