/// Tokens of a model call, or of many. A bucket that nobody reported is `nil`, never 0.
///
/// `cachedInput` is the part of `input` that was read from a cache, `reasoning` a part of `output`;
/// the total is input + output.
public struct Tokens: Hashable, Sendable {
    public var input: Int64?
    public var output: Int64?
    public var cachedInput: Int64?
    public var reasoning: Int64?

    public init(
        input: Int64? = nil, output: Int64? = nil, cachedInput: Int64? = nil,
        reasoning: Int64? = nil
    ) {
        self.input = input
        self.output = output
        self.cachedInput = cachedInput
        self.reasoning = reasoning
    }

    public var isEmpty: Bool {
        input == nil && output == nil && cachedInput == nil && reasoning == nil
    }

    /// Combines bucket by bucket; a bucket that only one side reported is taken as it is.
    private func combined(_ other: Tokens, _ combine: (Int64, Int64) -> Int64) -> Tokens {
        func bucket(_ left: Int64?, _ right: Int64?) -> Int64? {
            guard let left else { return right }
            guard let right else { return left }
            return combine(left, right)
        }
        return Tokens(
            input: bucket(input, other.input), output: bucket(output, other.output),
            cachedInput: bucket(cachedInput, other.cachedInput),
            reasoning: bucket(reasoning, other.reasoning))
    }

    /// The larger of both, bucket by bucket: the join of two lower bounds.
    public func maximum(_ other: Tokens) -> Tokens { combined(other, max) }

    /// The sum, bucket by bucket; it stops at the largest number rather than wrap.
    public static func + (left: Tokens, right: Tokens) -> Tokens {
        left.combined(right) { one, two in
            let (sum, overflow) = one.addingReportingOverflow(two)
            return overflow ? .max : sum
        }
    }
}
