public import StintModel

/// How many executions started, finished and failed in each slot of five minutes, one after the
/// other.
public struct SlotSeries: Sendable {
    /// Five minutes; slots are aligned to it in UTC.
    public static let span = SlotCounts.span

    /// The start of the first slot.
    public let start: Instant
    public let started: [Int64]
    public let finished: [Int64]
    /// Of those that finished: failed or timed out.
    public let failed: [Int64]
    /// The first instant of which there is any evidence; what lies before it is unknown, not zero.
    public let knownFrom: Instant

    /// - Precondition: `start` is aligned, and the three have one element for each slot.
    public init(
        start: Instant, started: [Int64], finished: [Int64], failed: [Int64], knownFrom: Instant
    ) {
        precondition(
            start.microseconds % Self.span.microseconds == 0, "A slot starts at a fifth minute.")
        precondition(
            started.count == finished.count && started.count == failed.count,
            "Each slot has all three counts.")
        self.start = start
        self.started = started
        self.finished = finished
        self.failed = failed
        self.knownFrom = knownFrom
    }

    public var count: Int { started.count }

    /// The end of the last slot.
    public var end: Instant { start(of: count) }

    /// Also of a slot beyond the series.
    public func start(of index: Int) -> Instant {
        Instant(microseconds: start.microseconds + Int64(index) * Self.span.microseconds)
    }

    /// The slot in which an instant lies, or would.
    func index(of instant: Instant) -> Int {
        Int(instant.since(start).microseconds.floored(by: Self.span.microseconds))
    }

    /// The first slot of which everything is known.
    var firstKnown: Int {
        min(count, max(0, index(of: knownFrom - TimeSpan(microseconds: 1)) + 1))
    }

    /// Slots in one, of the same hour shown by a clock: where it lies and what started.
    struct HourBlock {
        var slots: Range<Int>
        /// As ``ZoneRules/day(of:)`` counts.
        var day: Int
        var hour: Int
    }

    /// The known slots of a range cut at the hours of a zone, in order.
    ///
    /// - Parameter zone: Covers the series.
    func hourBlocks(_ range: Range<Int>, zone: ZoneRules) -> [HourBlock] {
        var blocks: [HourBlock] = []
        var next = max(range.lowerBound, firstKnown)
        while next < min(range.upperBound, count) {
            let instant = start(of: next)
            let shown = instant.microseconds + zone.offset(at: instant).microseconds
            let left = 3_600_000_000 - shown.flooredRemainder(3_600_000_000)
            let slots = max(1, Int((left + 299_999_999) / 300_000_000))
            let end = min(next + slots, range.upperBound, count)
            blocks.append(
                HourBlock(
                    slots: next..<end, day: zone.day(of: instant), hour: zone.hour(of: instant)))
            next = end
        }
        return blocks
    }
}
