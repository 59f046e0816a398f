/// How many values fell into which bucket: the distribution of durations, small enough to keep one
/// a minute and exact enough to ask for a percentile.
///
/// A log-linear histogram with 64 buckets per power of two. Any quantile of any distribution is
/// shown within 1/128 (0.78 %). Two sketches are added bucket by bucket, and a count taken back is
/// gone for good: nothing else is remembered.
public struct Sketch: Hashable, Sendable {
    struct Bucket: Hashable, Sendable {
        var index: UInt16
        /// Never 0: a bucket that cancels is removed.
        var count: Int64
    }

    /// In order of their index.
    var buckets: [Bucket] = []

    public init() {}

    init(ascending buckets: [Bucket]) {
        self.buckets = buckets
    }

    /// Whether every count is 0.
    public var isEmpty: Bool { buckets.isEmpty }

    /// How many values it holds; wraps past `Int64`.
    public var count: Int64 { buckets.reduce(0) { $0 &+ $1.count } }

    /// How many buckets hold something.
    public var distinctBuckets: Int { buckets.count }

    /// Adds a value a number of times, or takes it back where that is negative.
    ///
    /// - Parameter microseconds: As ``bucket(of:)`` takes it.
    public mutating func add(_ microseconds: Int64, count: Int64 = 1) {
        guard count != 0 else { return }
        add(count, at: UInt16(truncatingIfNeeded: Self.bucket(of: microseconds)))
    }

    private mutating func add(_ count: Int64, at index: UInt16) {
        var low = 0
        var high = buckets.count
        while low < high {
            let middle = (low + high) / 2
            if buckets[middle].index < index { low = middle + 1 } else { high = middle }
        }
        guard low < buckets.count, buckets[low].index == index else {
            buckets.insert(Bucket(index: index, count: count), at: low)
            return
        }
        buckets[low].count &+= count
        if buckets[low].count == 0 { buckets.remove(at: low) }
    }

    /// Adds every count of another sketch.
    public mutating func add(_ other: Sketch) {
        combine(other) { $0 }
    }

    /// Takes back every count of another sketch, the exact inverse of adding it.
    public mutating func subtract(_ other: Sketch) {
        combine(other) { 0 &- $0 }
    }

    private mutating func combine(_ other: Sketch, signed: (Int64) -> Int64) {
        if other.buckets.isEmpty { return }
        // A few into many, the usual case, moves no more than it must.
        if other.buckets.count == 1 || other.buckets.count * 16 < buckets.count {
            for bucket in other.buckets { add(signed(bucket.count), at: bucket.index) }
            return
        }
        var sum: [Bucket] = []
        sum.reserveCapacity(buckets.count + other.buckets.count)
        var rest = buckets[...]
        for bucket in other.buckets {
            while let head = rest.first, head.index < bucket.index {
                sum.append(head)
                rest = rest.dropFirst()
            }
            var count = signed(bucket.count)
            if let head = rest.first, head.index == bucket.index {
                count &+= head.count
                rest = rest.dropFirst()
            }
            if count != 0 { sum.append(Bucket(index: bucket.index, count: count)) }
        }
        sum.append(contentsOf: rest)
        buckets = sum
    }
}

extension Sketch {
    /// The value that a given share of all values does not exceed, in microseconds, by nearest rank:
    /// of n values the ⌈share · n⌉-th smallest, as the midpoint of its bucket.
    ///
    /// - Parameter share: From 0 through 1, taken to the nearest millionth; 0.5 asks for the median.
    /// - Returns: `nil` where it holds nothing. Meaningless while counts are negative.
    public func quantile(_ share: Double) -> Int64? {
        let count = count
        guard count > 0 else { return nil }
        var left = Self.rank(share, of: count)
        for bucket in buckets {
            left &-= bucket.count
            if left <= 0 { return Self.midpoint(of: Int(bucket.index)) }
        }
        return nil
    }

    /// The nearest rank: ⌈share · n⌉, and at least 1. Answers from rows take the same.
    ///
    /// The share counts in whole millionths, since 0.07 · 100 in binary is more than 7.
    ///
    /// - Precondition: `0 ≤ share ≤ 1`, `count ≥ 1`.
    public static func rank(_ share: Double, of count: Int64) -> Int64 {
        precondition((0...1).contains(share), "A share lies from 0 through 1, not \(share).")
        precondition(count >= 1, "There is no rank among \(count).")
        let millionths = Int64((share * 1_000_000).rounded())
        let (whole, part) = count.quotientAndRemainder(dividingBy: 1_000_000)
        return max(1, whole * millionths + (part * millionths + 999_999) / 1_000_000)
    }

    /// The low bound of the lowest bucket, in microseconds; `nil` where it holds nothing.
    public var minimum: Int64? {
        buckets.first.map { Self.bounds(of: Int($0.index)).lowerBound }
    }

    /// The high bound of the highest bucket, in microseconds: the largest value that falls in it.
    /// `nil` where it holds nothing.
    public var maximum: Int64? {
        buckets.last.map { Self.bounds(of: Int($0.index)).upperBound }
    }
}
