/// What one scope (a try of a step, or the execution itself) is known to have used. Every report is
/// a lower bound.
public struct UsageState: Hashable, Sendable {
    /// Running totals of the whole scope: the higher revision, and of equal ones the larger of each
    /// bucket.
    public struct Cumulative: Hashable, Sendable {
        public var revision: UInt16
        public var tokens: Tokens

        public init(revision: UInt16, tokens: Tokens) {
            self.revision = revision
            self.tokens = tokens
        }
    }

    /// One model call, the larger of each figure ever told of it.
    public struct Call: Hashable, Sendable {
        public var tokens = Tokens()
        public var latency: TimeSpan?
        public var costNanos: Int64?
        /// When it was first told.
        public var at: Instant
        public var model: Register?

        public init(at: Instant) {
            self.at = at
        }

        mutating func join(_ other: Call) -> Bool {
            let before = (tokens, latency, costNanos, at)
            tokens = tokens.maximum(other.tokens)
            latency = Self.larger(latency, other.latency)
            costNanos = Self.larger(costNanos, other.costNanos)
            at = min(at, other.at)
            let changed = before != (tokens, latency, costNanos, at)
            guard let model = other.model else { return changed }
            guard self.model != nil else {
                self.model = model
                return true
            }
            return (self.model?.join(model) ?? false) || changed
        }

        private static func larger<Value: Comparable>(_ left: Value?, _ right: Value?) -> Value? {
            guard let left else { return right }
            guard let right else { return left }
            return max(left, right)
        }
    }

    public var cumulative: Cumulative?
    /// By the call's id.
    public var calls = SortedMap<String, Call>()
    /// Whether calls beyond ``Limits/callsPerScope`` were left out.
    public var isTruncated = false

    public init() {}

    public var isEmpty: Bool { cumulative == nil && calls.isEmpty }

    mutating func join(_ other: UsageState) -> Bool {
        var changed = false
        if let report = other.cumulative { changed = join(report) || changed }
        var cut = other.isTruncated
        changed = calls.join(other.calls, .calls, cut: &cut) { $0.join($1) } || changed
        return raise(&isTruncated, cut) || changed
    }

    mutating func join(_ report: Cumulative) -> Bool {
        guard let held = cumulative else {
            cumulative = report
            return true
        }
        if report.revision > held.revision {
            cumulative = report
        } else if report.revision == held.revision {
            cumulative?.tokens = held.tokens.maximum(report.tokens)
        }
        return cumulative != held
    }

    mutating func join(call id: String, _ call: Call) -> Bool {
        var cut = false
        let changed = calls.join(id, .calls, cut: &cut, fresh: call) { $0.join(call) }
        return raise(&isTruncated, cut) || changed
    }

    /// What the scope shows: the larger of its running totals and the sum of its calls, bucket by
    /// bucket; a corrected total (revision 1 and up) alone counts. `nil` where nothing was told.
    public var tokens: Tokens? {
        if let cumulative, cumulative.revision > 0 { return cumulative.tokens }
        var sum = Tokens()
        for entry in calls.entries { sum = sum + entry.value.tokens }
        let shown = cumulative.map { sum.maximum($0.tokens) } ?? sum
        return shown.isEmpty ? nil : shown
    }

    /// The sum of what its calls cost, of those of which that is known; `nil` where of none it is.
    public func costNanos(by prices: PriceBook) -> Int64? {
        var sum: Int64?
        for entry in calls.entries {
            guard let cost = entry.value.costNanos(by: prices) else { continue }
            let (total, overflow) = (sum ?? 0).addingReportingOverflow(cost)
            sum = overflow ? .max : total
        }
        return sum
    }
}
