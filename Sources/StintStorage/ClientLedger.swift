public import StintModel

/// The books of one client: what became of the events that it made.
///
/// made = stored + rejected + dropped + in flight, where what is in flight may also be lost: in a
/// process that was killed, or in requests that were refused as a whole.
///
/// It does not matter in which order batches come and how often: one whose numbers came before is
/// a repetition, and is counted once. Of a batch of which a part came before the rest counts, as far
/// as can be told. A client sends again what it sent before, so the latter is for strange ones.
public struct ClientLedger: Hashable, Sendable {
    /// The server's clock when a batch of it came first, and last.
    public private(set) var firstSeenAt: Instant
    public private(set) var lastSeenAt: Instant
    /// The largest number that came.
    public private(set) var highest: Int64 = 0
    /// The numbers below it that did not come, in ascending order; between two there is one that did.
    public private(set) var gaps: [ClosedRange<Int64>] = []
    public private(set) var stored: Int64 = 0
    public private(set) var rejected: Int64 = 0
    /// The most that it said to have dropped.
    public private(set) var dropped: Int64 = 0
    /// How many numbers were in gaps that are no longer kept, as there were too many: of these some
    /// may have come since and count as in flight all the same.
    public private(set) var unknown: Int64 = 0

    /// How many gaps are kept; beyond, the smallest is forgotten.
    public static let mostGaps = 64
    /// How many clients are kept of a workspace; beyond, those are forgotten that were silent for the
    /// longest.
    public static let clientsPerWorkspace = 10_000

    public init(firstSeenAt: Instant) {
        self.firstSeenAt = firstSeenAt
        lastSeenAt = firstSeenAt
    }

    // MARK: What it comes to

    /// How many events came, each counted once.
    public var received: Int64 { stored + rejected }
    /// How many events it made, as far as is known here.
    public var made: Int64 { max(highest, received + dropped) }
    /// How many it made that neither came nor are said to be dropped.
    public var inFlight: Int64 { made - received - dropped }
    /// How many numbers came, with those of events that were dropped between others of a batch.
    var covered: Int64 { highest - gaps.reduce(0) { $0 + $1.length } }

    // MARK: What came

    /// Counts a batch of this client.
    public mutating func add(_ batch: ClientBatch, at now: Instant) {
        firstSeenAt = min(firstSeenAt, now)
        lastSeenAt = max(lastSeenAt, now)
        dropped = max(dropped, batch.dropped)
        let counted = min(batch.stored + batch.rejected, cover(batch.numbers))
        let refused = min(batch.rejected, counted)
        rejected += refused
        stored += counted - refused
        closeGaps()
    }

    /// - Returns: How many of the numbers are new.
    private mutating func cover(_ numbers: ClosedRange<Int64>) -> Int64 {
        var new: Int64 = 0
        if gaps.contains(where: numbers.overlaps) {
            gaps = gaps.flatMap { gap in
                guard gap.overlaps(numbers) else { return [gap] }
                let part = gap.clamped(to: numbers)
                new += part.length
                return [
                    Self.range(gap.lowerBound, part.lowerBound - 1),
                    Self.range(part.upperBound + 1, gap.upperBound),
                ].compactMap(\.self)
            }
        }
        guard numbers.upperBound > highest else { return new }
        if let gap = Self.range(highest + 1, numbers.lowerBound - 1) { gaps.append(gap) }
        new += numbers.upperBound - max(highest, numbers.lowerBound - 1)
        highest = numbers.upperBound
        return new
    }

    private mutating func closeGaps() {
        while gaps.count > Self.mostGaps {
            guard let place = gaps.indices.min(by: { gaps[$0].length < gaps[$1].length }) else {
                return
            }
            unknown += gaps.remove(at: place).length
        }
    }

    /// - Returns: `nil` where it would be empty.
    private static func range(_ first: Int64, _ last: Int64) -> ClosedRange<Int64>? {
        first <= last ? first...last : nil
    }
}

// MARK: Stored form

extension ClientLedger {
    /// A ledger as a row of numbers, beside its gaps.
    public struct Row: Hashable, Sendable {
        public var firstSeenAt: Instant
        public var lastSeenAt: Instant
        public var highest: Int64
        public var received: Int64
        public var stored: Int64
        public var rejected: Int64
        public var dropped: Int64
        public var unknown: Int64
        /// Of each gap its distance from the one before, and its length.
        public var gaps: [UInt8]

        public init(
            firstSeenAt: Instant, lastSeenAt: Instant, highest: Int64, received: Int64,
            stored: Int64, rejected: Int64, dropped: Int64, unknown: Int64, gaps: [UInt8]
        ) {
            self.firstSeenAt = firstSeenAt
            self.lastSeenAt = lastSeenAt
            self.highest = highest
            self.received = received
            self.stored = stored
            self.rejected = rejected
            self.dropped = dropped
            self.unknown = unknown
            self.gaps = gaps
        }
    }

    public var row: Row {
        var writer = BinaryWriter()
        var end: Int64 = 0
        for gap in gaps {
            writer.varint(UInt64(gap.lowerBound - end))
            writer.varint(UInt64(gap.length))
            end = gap.upperBound
        }
        return Row(
            firstSeenAt: firstSeenAt, lastSeenAt: lastSeenAt, highest: highest,
            received: received, stored: stored, rejected: rejected, dropped: dropped,
            unknown: unknown, gaps: writer.bytes)
    }

    /// Reads back what ``row`` told.
    ///
    /// - Throws: Where it is no ledger: the counts do not come to what was received, more came than
    ///   was numbered, or the gaps are not between numbers that came.
    public init(_ row: Row) throws(DamagedBytes) {
        firstSeenAt = row.firstSeenAt
        lastSeenAt = row.lastSeenAt
        highest = row.highest
        gaps = try Self.gaps(row.gaps, below: row.highest)
        (stored, rejected, dropped) = (row.stored, row.rejected, row.dropped)
        unknown = row.unknown
        let counts = 0...ClientBatch.largestNumber
        guard [highest, stored, rejected, dropped, unknown].allSatisfy(counts.contains),
            received == row.received, received + unknown <= covered, firstSeenAt <= lastSeenAt
        else { throw DamagedBytes() }
    }

    private static func gaps(
        _ bytes: [UInt8], below highest: Int64
    ) throws(DamagedBytes) -> [ClosedRange<Int64>] {
        try bytes.withUnsafeBufferPointer { (bytes) throws(DamagedBytes) in
            var reader = BinaryReader(UnsafeRawBufferPointer(bytes))
            var gaps: [ClosedRange<Int64>] = []
            var end: Int64 = 0
            while !reader.isAtEnd {
                let (distance, length) = (try reader.varint(), try reader.varint())
                let most = UInt64(ClientBatch.largestNumber)
                // The first may begin with 1; between two there is a number that came.
                guard (gaps.isEmpty ? 1...most : 2...most).contains(distance),
                    (1...most).contains(length), gaps.count < mostGaps
                else { throw DamagedBytes() }
                let first = end + Int64(distance)
                end = first + Int64(length) - 1
                guard end < highest else { throw DamagedBytes() }
                gaps.append(first...end)
            }
            return gaps
        }
    }
}

// MARK: Many

/// A client as a store holds it.
public struct StoredClient: Hashable, Sendable {
    public let id: ClientID
    public let ledger: ClientLedger

    public init(id: ClientID, ledger: ClientLedger) {
        self.id = id
        self.ledger = ledger
    }
}

/// A page of the clients of a workspace.
public struct ClientPage: Hashable, Sendable {
    public let items: [StoredClient]
    /// Where the next page begins; `nil` on the last.
    public let next: PagePosition?

    public init(items: [StoredClient], next: PagePosition?) {
        self.items = items
        self.next = next
    }
}

/// What the clients of a workspace come to. All but the first and the last never fall.
public struct ClientTotals: Hashable, Sendable {
    /// How many are kept.
    public var clients: Int64 = 0
    /// Those forgotten included, as are the next three.
    public var received: Int64 = 0
    public var stored: Int64 = 0
    public var rejected: Int64 = 0
    public var dropped: Int64 = 0
    /// Of those that are kept: what is in flight, or lost.
    public var missing: Int64 = 0

    public init() {}
}
