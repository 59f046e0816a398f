/// What the tokens of a model call cost, by the four disjoint parts of them: input that was not read
/// from a cache, input that was, output that was not reasoning, reasoning.
///
/// All in thousand-millionths of a US dollar for a million tokens, so that 2.50 dollars are
/// 2,500,000,000 and a price may have nine decimals.
public struct TokenPrice: Hashable, Sendable {
    public let input: UInt64
    public let cachedInput: UInt64
    public let output: UInt64
    public let reasoning: UInt64

    /// - Parameters:
    ///   - cachedInput: As `input` where it is not told.
    ///   - reasoning: As `output` where it is not told.
    public init(
        input: UInt64, cachedInput: UInt64? = nil, output: UInt64, reasoning: UInt64? = nil
    ) {
        self.input = input
        self.cachedInput = cachedInput ?? input
        self.output = output
        self.reasoning = reasoning ?? output
    }

    /// What a call with these tokens costs, in thousand-millionths of a US dollar.
    ///
    /// The four parts are multiplied and summed exactly; the sum is rounded once, to the nearest,
    /// halves up, and stops at the largest number. A part that exceeds its whole, as more cached
    /// input than input, counts as the whole; a part that nobody reported counts as none.
    ///
    /// - Returns: `nil` unless both input and output are reported, zero included.
    public func costNanos(of tokens: Tokens) -> Int64? {
        guard let input = tokens.input, let output = tokens.output else { return nil }
        let cached = Self.part(tokens.cachedInput, of: input)
        let reasoning = Self.part(tokens.reasoning, of: output)
        // Two whole numbers of 63 bits, each times at most 64 bits: it fits into 128.
        let sum =
            UInt128(cached.rest) * UInt128(self.input)
            + UInt128(cached.part) * UInt128(cachedInput)
            + UInt128(reasoning.rest) * UInt128(self.output)
            + UInt128(reasoning.part) * UInt128(self.reasoning)
        return Int64(exactly: (sum + 500_000) / 1_000_000) ?? .max
    }

    private static func part(_ part: Int64?, of whole: Int64) -> (part: Int64, rest: Int64) {
        let whole = max(0, whole)
        let part = min(max(0, part ?? 0), whole)
        return (part, whole - part)
    }
}
