// Which values share a bucket. Integers alone: an index computed here, in SQL or by any other
// program must be the same bit for bit, or taking a value back would not cancel it.

extension Sketch {
    /// The highest value told apart, 2^46 µs (2.2 years); what is longer counts as this.
    public static let cap: Int64 = 1 << 46

    /// Every index lies below this.
    public static let bucketCount = 2_688

    /// The bucket a value falls in: with `e = max(0, bitlength(x) − 7)`, `(e << 6) + (x >> e)`.
    ///
    /// Values below 128 have a bucket each; above, every power of two is cut into 64 equal buckets.
    ///
    /// - Parameter microseconds: Taken as 0 where negative and as ``cap`` where longer.
    /// - Returns: 0 through 2,624, ascending with the value.
    public static func bucket(of microseconds: Int64) -> Int {
        let value = Int(min(max(microseconds, 0), cap))
        let shift = max(0, Int.bitWidth - value.leadingZeroBitCount - 7)
        return (shift << 6) + (value >> shift)
    }

    /// The values of a bucket, in microseconds.
    ///
    /// - Precondition: `0 ≤ bucket < 2,688`.
    public static func bounds(of bucket: Int) -> ClosedRange<Int64> {
        precondition((0..<bucketCount).contains(bucket), "There is no bucket \(bucket).")
        let shift = max(0, (bucket >> 6) - 1)
        let low = Int64(bucket - (shift << 6)) << Int64(shift)
        return low...(low + (1 << Int64(shift)) - 1)
    }

    /// The value shown for a bucket, in microseconds: its low bound and half its width, so that no
    /// value of it is off by more than 1/128 (0.78 %), and none below 128 at all.
    ///
    /// - Precondition: `0 ≤ bucket < 2,688`.
    public static func midpoint(of bucket: Int) -> Int64 {
        let bounds = bounds(of: bucket)
        return bounds.lowerBound + (bounds.upperBound - bounds.lowerBound + 1) / 2
    }
}
