/// A sum of many sketches: one count for every bucket there is, so that adding a bucket costs a few
/// nanoseconds wherever it lies.
///
/// Takes 21 KB, whatever it holds. Where a sum is kept or stored, take its ``sketch``.
public struct SketchSum: Sendable {
    private var counts = [Int64](repeating: 0, count: Sketch.bucketCount)
    /// How many values it holds; wraps past `Int64`.
    public private(set) var count: Int64 = 0

    public init() {}

    /// Adds every count of a sketch.
    public mutating func add(_ sketch: Sketch) {
        for bucket in sketch.buckets {
            counts[Int(bucket.index)] &+= bucket.count
            count &+= bucket.count
        }
    }

    /// Adds every count of another sum.
    public mutating func add(_ other: SketchSum) {
        for index in counts.indices { counts[index] &+= other.counts[index] }
        count &+= other.count
    }

    /// Adds a sketch in its stored form, as ``Sketch/encoded`` writes it.
    ///
    /// - Returns: Whether the bytes are such a form; where they are not, nothing is added.
    public mutating func add(encoded bytes: UnsafeRawBufferPointer) -> Bool {
        let (buckets, isWhole) = add(encoded: bytes, buckets: .max, sign: 1)
        // What came before the damage is taken back: the same bytes, read the same way.
        if !isWhole { _ = add(encoded: bytes, buckets: buckets, sign: -1) }
        return isWhole
    }

    /// Adds buckets up to that many, to the end, or to the first that is damaged.
    ///
    /// - Returns: How many were added, and whether nothing damaged was met.
    private mutating func add(
        encoded bytes: UnsafeRawBufferPointer, buckets: Int, sign: Int64
    ) -> (buckets: Int, isWhole: Bool) {
        var reader = ByteReader(bytes)
        guard reader.byte() == Sketch.version else { return (0, false) }
        var index: UInt64 = 0
        var read = 0
        var sum: Int64 = 0
        defer { count &+= sum &* sign }
        return counts.withUnsafeMutableBufferPointer { counts in
            while !reader.isAtEnd, read < buckets {
                guard let gap = reader.varint(), gap > 0 || read == 0, gap < Sketch.bucketCount,
                    case let next = index + gap, next < Sketch.bucketCount,
                    let number = reader.zigZag(), number != 0
                else { return (read, false) }
                index = next
                counts[Int(next)] &+= number &* sign
                sum &+= number
                read += 1
            }
            return (read, true)
        }
    }
}

extension SketchSum {
    /// Whether every count is 0.
    public var isEmpty: Bool { !counts.contains { $0 != 0 } }

    /// As ``Sketch/quantile(_:)``, for any number of shares in one pass over the buckets.
    ///
    /// - Parameter shares: Each from 0 through 1, in any order.
    /// - Returns: One for each share, in microseconds; all `nil` where it holds nothing.
    public func quantiles(_ shares: [Double]) -> [Int64?] {
        var answers = [Int64?](repeating: nil, count: shares.count)
        guard count > 0 else { return answers }
        let ranks = shares.map { Sketch.rank($0, of: count) }
        var asked = ranks.indices.sorted { ranks[$0] < ranks[$1] }[...]
        var passed: Int64 = 0
        for index in counts.indices where counts[index] != 0 {
            passed &+= counts[index]
            while let next = asked.first, ranks[next] <= passed {
                answers[next] = Sketch.midpoint(of: index)
                asked = asked.dropFirst()
            }
            if asked.isEmpty { break }
        }
        return answers
    }

    /// As ``Sketch/minimum``.
    public var minimum: Int64? {
        counts.firstIndex { $0 != 0 }.map { Sketch.bounds(of: $0).lowerBound }
    }

    /// As ``Sketch/maximum``.
    public var maximum: Int64? {
        counts.lastIndex { $0 != 0 }.map { Sketch.bounds(of: $0).upperBound }
    }

    /// The same counts in the smaller form.
    public var sketch: Sketch {
        Sketch(
            ascending: counts.indices.compactMap { index in
                counts[index] == 0
                    ? nil
                    : Sketch.Bucket(index: UInt16(truncatingIfNeeded: index), count: counts[index])
            })
    }
}
