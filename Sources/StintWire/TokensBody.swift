/// Tokens as the interface sends them. A bucket that nobody reported is `nil`, never 0.
public struct TokensBody: Decodable, Hashable, Sendable {
    public var input: Int64?
    public var output: Int64?
    /// The part of `input` that was read from a cache.
    public var cachedInput: Int64?
    /// A part of `output`.
    public var reasoning: Int64?

    /// Input and output together, of those that were reported; `nil` where neither was.
    public var total: Int64? {
        guard input != nil || output != nil else { return nil }
        let (sum, overflow) = (input ?? 0).addingReportingOverflow(output ?? 0)
        return overflow ? .max : sum
    }

    /// The sum, bucket by bucket; a bucket that only one side reported is taken as it is.
    public static func + (left: TokensBody, right: TokensBody) -> TokensBody {
        func sum(_ one: Int64?, _ two: Int64?) -> Int64? {
            guard let one else { return two }
            guard let two else { return one }
            let (sum, overflow) = one.addingReportingOverflow(two)
            return overflow ? .max : sum
        }
        return TokensBody(
            input: sum(left.input, right.input), output: sum(left.output, right.output),
            cachedInput: sum(left.cachedInput, right.cachedInput),
            reasoning: sum(left.reasoning, right.reasoning))
    }
}
