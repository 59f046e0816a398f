/// The sums of an hour's twelve buckets, as they are stored together.
public struct LoadHour: Hashable, Sendable {
    /// By place; `nil` where nothing was ever reported.
    private var buckets = [LoadSums?](repeating: nil, count: Int(LoadGrid.bucketsPerHour))

    public init() {}

    public subscript(place: Int) -> LoadSums? {
        get { buckets[place] }
        set { buckets[place] = newValue }
    }

    // MARK: Stored form: the version, then each bucket's place and nine numbers

    private static let version: UInt8 = 1
    /// A place and nine numbers.
    private static let longestBucket = 1 + 9 * longestVarint

    public var encoded: [UInt8] {
        let present = buckets.enumerated().compactMap { place, sums in sums.map { (place, $0) } }
        return [UInt8](unsafeUninitializedCapacity: 1 + present.count * Self.longestBucket) {
            buffer, count in
            guard let base = buffer.baseAddress else { return }
            var end = base
            end.pointee = Self.version
            end += 1
            for (place, sums) in present {
                end.pointee = UInt8(place)
                end += 1
                // 0 says that nobody told.
                end.write(varint: sums.largestTotal.map { UInt64(max($0, 0)) + 1 } ?? 0)
                for share in [sums.utilization, sums.cpu, sums.memory, sums.gpu] {
                    end.write(zigZag: share.sum)
                    end.write(zigZag: share.count)
                }
            }
            count = end - base
        }
    }

    /// - Returns: `nil` where the bytes are not what was written.
    public init?(encoded bytes: UnsafeRawBufferPointer) {
        var reader = ByteReader(bytes)
        guard reader.byte() == Self.version else { return nil }
        while !reader.isAtEnd {
            guard let place = reader.byte(), Int(place) < buckets.count,
                let total = reader.varint(), total <= UInt64(Int64.max) + 1,
                let utilization = Self.share(&reader), let cpu = Self.share(&reader),
                let memory = Self.share(&reader), let gpu = Self.share(&reader)
            else { return nil }
            var sums = LoadSums()
            sums.largestTotal = total == 0 ? nil : Int64(total - 1)
            (sums.utilization, sums.cpu, sums.memory, sums.gpu) = (utilization, cpu, memory, gpu)
            buckets[Int(place)] = sums
        }
    }

    private static func share(_ reader: inout ByteReader) -> ShareSum? {
        guard let sum = reader.zigZag(), let count = reader.zigZag() else { return nil }
        return ShareSum(sum: sum, count: count)
    }
}
