import StintModel

/// How many lengths of time fell between powers of two of a microsecond, and how long all were.
///
/// A bound is the last microsecond before a power of two, from 1 ms to 6 days. Buckets of a sketch
/// end there too, so a count is exact, and the same as that of a stored sketch.
struct SpanHistogram: Sendable {
    /// In seconds: 0.001023, 0.002047, … 549,755.813887.
    static let bounds = (10...39).map { Double((Int64(1) << $0) - 1) / 1_000_000 }

    /// Of each bound, and of what is longer.
    private var counts = [Int](repeating: 0, count: bounds.count + 1)
    private var microseconds: Int64 = 0

    var isEmpty: Bool { counts.allSatisfy { $0 == 0 } }

    /// - Parameter span: Taken as nothing where negative.
    mutating func add(_ span: TimeSpan) {
        let value = max(0, span.microseconds)
        let bits = Int64.bitWidth - value.leadingZeroBitCount
        counts[min(max(0, bits - 10), Self.bounds.count)] += 1
        microseconds = microseconds.increased(by: value)
    }

    /// As the page writes it, in seconds.
    var distribution: Distribution {
        Distribution(
            bounds: Self.bounds, counts: counts, sum: TimeSpan(microseconds: microseconds).seconds)
    }
}

extension Int64 {
    /// The sum, or the largest number where that is more: what strangers report may be any number.
    func increased(by other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
