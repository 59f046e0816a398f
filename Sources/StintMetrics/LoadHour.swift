/// The sums of an hour's twelve buckets, as they are stored together.
public struct LoadHour: Hashable, Sendable {
    /// By place; `nil` where nothing was ever reported.
    private var buckets = [LoadSums?](repeating: nil, count: Int(LoadGrid.bucketsPerHour))

    public init() {}

    public subscript(place: Int) -> LoadSums? {
        get { buckets[place] }
        set { buckets[place] = newValue }
    }

    // MARK: Stored form

    // The version, then each bucket: its place, the largest total (-1 for none), and of each share its
    // sum and count. Of fixed width, little-endian: 90 days are read at once.
    private static let version: UInt8 = 1
    private static let bucketBytes = 1 + 8 + 4 * (8 + 4)

    public var encoded: [UInt8] {
        var bytes = [Self.version]
        for (place, sums) in buckets.enumerated() {
            guard let sums else { continue }
            bytes.append(UInt8(place))
            Self.append(sums.largestTotal ?? -1, to: &bytes)
            for share in [sums.utilization, sums.cpu, sums.memory, sums.gpu] {
                Self.append(share.sum, to: &bytes)
                Self.append(UInt32(clamping: share.count), to: &bytes)
            }
        }
        return bytes
    }

    private static func append(_ number: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// - Returns: `nil` where the bytes are not what was written.
    public init?(encoded bytes: UnsafeRawBufferPointer) {
        let isRead = Self.read(bytes) { place, sums in buckets[place] = sums }
        guard isRead else { return nil }
    }

    /// Reads the buckets that there are, without making an hour of them.
    ///
    /// - Returns: Whether the bytes are what was written.
    public static func read(
        _ bytes: UnsafeRawBufferPointer, each: (_ place: Int, _ sums: LoadSums) -> Void
    ) -> Bool {
        guard bytes.first == version, (bytes.count - 1) % bucketBytes == 0 else { return false }
        for start in stride(from: 1, to: bytes.count, by: bucketBytes) {
            let place = Int(bytes[start])
            guard place < LoadGrid.bucketsPerHour else { return false }
            func number(_ offset: Int) -> Int64 {
                Int64(
                    littleEndian: bytes.loadUnaligned(
                        fromByteOffset: start + offset, as: Int64.self))
            }
            func share(_ offset: Int) -> ShareSum {
                let count = bytes.loadUnaligned(fromByteOffset: start + offset + 8, as: UInt32.self)
                return ShareSum(sum: number(offset), count: Int64(UInt32(littleEndian: count)))
            }
            var sums = LoadSums()
            sums.largestTotal = number(1) < 0 ? nil : number(1)
            sums.utilization = share(9)
            sums.cpu = share(21)
            sums.memory = share(33)
            sums.gpu = share(45)
            each(place, sums)
        }
        return true
    }
}
