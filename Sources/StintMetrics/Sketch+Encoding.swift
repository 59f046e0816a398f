// The stored form: a version byte, then for each bucket in ascending order a varint of the gap to
// the index before it (the first: to 0) and a zig-zag varint of its count.

extension Sketch {
    static let version: UInt8 = 1

    /// Equal sketches have equal bytes.
    public var encoded: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: largestEncoding) { buffer, count in
            guard let start = buffer.baseAddress else { return }
            var end = start
            write(to: &end)
            count = end - start
        }
    }

    /// Enough bytes for the stored form: an index takes two at most.
    var largestEncoding: Int { 1 + buckets.count * (2 + longestVarint) }

    /// Writes the stored form and moves past it.
    func write(to end: inout UnsafeMutablePointer<UInt8>) {
        end.pointee = Self.version
        end += 1
        var previous: UInt16 = 0
        buckets.withUnsafeBufferPointer { buckets in
            for bucket in buckets {
                end.write(varint: UInt64(bucket.index &- previous))
                end.write(zigZag: bucket.count)
                previous = bucket.index
            }
        }
    }

    /// Reads the stored form.
    ///
    /// - Returns: `nil` unless the bytes are exactly what ``encoded`` writes for some sketch.
    public init?(encoded bytes: [UInt8]) {
        guard let sketch = bytes.withUnsafeBytes(Sketch.init(encoded:)) else { return nil }
        self = sketch
    }

    /// As ``init(encoded:)-([UInt8])``, without a copy.
    public init?(encoded bytes: UnsafeRawBufferPointer) {
        var reader = ByteReader(bytes)
        guard reader.byte() == Self.version else { return nil }
        var index: UInt64 = 0
        var isDamaged = false
        // A bucket takes two bytes at least.
        let most = reader.remaining / 2
        let read = [Bucket](unsafeUninitializedCapacity: most) { buffer, count in
            while !reader.isAtEnd {
                guard let gap = reader.varint(), gap > 0 || count == 0,
                    gap < Self.bucketCount, case let next = index + gap, next < Self.bucketCount,
                    let number = reader.zigZag(), number != 0
                else {
                    isDamaged = true
                    return
                }
                index = next
                buffer.initializeElement(
                    at: count,
                    to: Bucket(index: UInt16(truncatingIfNeeded: next), count: number))
                count += 1
            }
        }
        if isDamaged { return nil }
        buckets = read
    }
}
