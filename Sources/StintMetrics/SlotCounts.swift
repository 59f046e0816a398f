public import StintModel

/// What the executions of five minutes come to: the figures that charts and the search for patterns
/// need, without the distributions.
///
/// The cell of an hour holds twelve of them, so that a month of five-minute figures is 720 rows
/// rather than 43,200. Signed sums, as everything in a cell.
public struct SlotCounts: Hashable, Sendable {
    /// One lane for each ``Field``, by its raw value.
    private(set) var lanes: SIMD8<Int64>

    /// A sum. Raw values are stored; they never change their meaning.
    public enum Field: Int, CaseIterable, Sendable {
        /// Executions that started here.
        case started = 0
        /// Executions that ended here, by outcome.
        case succeeded = 1
        case failed = 2
        case timedOut = 3
        case aborted = 4
        /// Sum of the known durations of those that ended here, in microseconds.
        case durationSum = 5
        /// How many of those that ended here have a known duration.
        case durations = 6
        /// Executions lost now that were last heard of here.
        case lost = 7
    }

    public init() {
        lanes = .zero
    }

    /// What a cell counts of this, by its counters alone.
    public init(_ cell: RollUpCell) {
        self.init { cell[$0] }
    }

    /// What the sum of cells counts of this.
    public init(_ sum: RollUpSum) {
        self.init { sum[$0] }
    }

    private init(_ count: (RollUpCell.Counter) -> Int64) {
        // Each known duration is in one band.
        var durations: Int64 = 0
        for band in RollUpCell.okBands { durations &+= count(band) }
        for band in RollUpCell.notOKBands { durations &+= count(band) }
        lanes = SIMD8(
            count(.started), count(.succeeded), count(.failed), count(.timedOut),
            count(.aborted), count(.okDurationSum) &+ count(.notOKDurationSum), durations,
            count(.lost))
    }

    public subscript(field: Field) -> Int64 {
        get { lanes[field.rawValue] }
        set { lanes[field.rawValue] = newValue }
    }

    /// Executions that ended here, whatever their end.
    public var finished: Int64 {
        self[.succeeded] &+ self[.failed] &+ self[.timedOut] &+ self[.aborted]
    }

    public var isEmpty: Bool { lanes == .zero }

    public mutating func add(_ other: SlotCounts) { lanes &+= other.lanes }

    public mutating func subtract(_ other: SlotCounts) { lanes &-= other.lanes }
}

extension SlotCounts {
    /// How long one is.
    public static let span = TimeSpan.seconds(300)
    /// How many an hour has.
    public static let perHour = 12

    /// The start of the five minutes that an instant falls in.
    public static func start(of instant: Instant) -> Instant {
        let past = instant.microseconds % span.microseconds
        return Instant(
            microseconds: instant.microseconds &- (past < 0 ? past + span.microseconds : past))
    }

    /// Its place in the hour, from 0 through 11.
    static func place(of instant: Instant) -> Int {
        let past = instant.since(RollUpLevel.hour.start(of: instant)).microseconds
        return Int(past / span.microseconds)
    }
}

/// The stored form of an hour's slots: a version byte, then of each slot that counts something, in
/// their order, its place, one bit for each field that is not 0 from the lowest on, and these
/// fields as zig-zag varints.
public enum StoredSlots {
    private static let version: UInt8 = 1

    /// - Parameter slots: Of one hour; empty where nothing is counted.
    public static func encoded(_ slots: [SlotCounts]) -> [UInt8] {
        if slots.isEmpty { return [] }
        let most = 1 + slots.count * (2 + SlotCounts.Field.allCases.count * longestVarint)
        return [UInt8](unsafeUninitializedCapacity: most) { buffer, count in
            guard var end = buffer.baseAddress else { return }
            let start = end
            end.pointee = version
            end += 1
            for (place, slot) in slots.enumerated() where !slot.isEmpty {
                end.pointee = UInt8(place)
                let bits = end + 1
                bits.pointee = 0
                end += 2
                for field in SlotCounts.Field.allCases where slot[field] != 0 {
                    bits.pointee |= 1 << UInt8(field.rawValue)
                    end.write(zigZag: slot[field])
                }
            }
            count = end - start
        }
    }

    /// Adds each slot to the element of its place.
    ///
    /// - Parameter add: Is given places from 0 through 11.
    /// - Returns: Whether the bytes are what ``encoded(_:)`` writes; what was read before the damage
    ///   has been added.
    public static func read(
        _ bytes: UnsafeRawBufferPointer, add: (Int, SlotCounts) -> Void
    ) -> Bool {
        if bytes.isEmpty { return true }
        var reader = ByteReader(bytes)
        guard reader.byte() == version else { return false }
        while !reader.isAtEnd {
            guard let place = reader.byte(), place < SlotCounts.perHour, let bits = reader.byte(),
                bits >> UInt8(SlotCounts.Field.allCases.count) == 0
            else { return false }
            var slot = SlotCounts()
            for field in SlotCounts.Field.allCases where bits & (1 << UInt8(field.rawValue)) != 0 {
                guard let value = reader.zigZag() else { return false }
                slot[field] = value
            }
            add(Int(place), slot)
        }
        return true
    }
}
