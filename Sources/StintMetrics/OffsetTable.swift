import Foundation
import StintModel

/// The offsets from UTC in force over a range of time, in microseconds, as few spans.
struct OffsetTable: Sendable {
    static let day: Int64 = 86_400_000_000

    struct Span {
        /// It lasts until the next one starts.
        var start: Int64
        var offset: Int64
        /// The latest time shown before it started.
        var shownBefore: Int64
    }

    /// The instants it can be asked about.
    let range: Range<Int64>
    private let spans: [Span]

    init(around instant: Instant, in zone: TimeZone) {
        let next = Instant(microseconds: instant.microseconds + 1)
        self.init(over: instant..<next, in: zone)
    }

    /// The offset is asked for once a day, and where it differs from the day before, the change is
    /// sought by halving, to the second. No zone changes twice within a day.
    init(over asked: Range<Instant>, in zone: TimeZone) {
        func offset(_ second: Int64) -> Int64 {
            Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second)))) * 1_000_000
        }
        // A day may be 48 hours long, and the time shown 26 hours away.
        let margin = 4 * Self.day
        let low = asked.lowerBound.microseconds - margin
        let high = asked.upperBound.microseconds + margin
        range = low + margin / 2..<high - margin / 2
        var second = low.floored(by: 1_000_000)
        let last = high.floored(by: 1_000_000) + 1
        var spans = [Span(start: .min, offset: offset(second), shownBefore: .min)]
        while second < last {
            let next = min(second + 86_400, last)
            let before = spans[spans.count - 1]
            let after = offset(next)
            if after != before.offset {
                var old = second
                var new = next
                while new - old > 1 {
                    let middle = (old + new) / 2
                    if offset(middle) == before.offset { old = middle } else { new = middle }
                }
                let start = new * 1_000_000
                spans.append(
                    Span(
                        start: start, offset: after,
                        shownBefore: max(before.shownBefore, start + before.offset - 1)))
            }
            second = next
        }
        self.spans = spans
    }

    @inline(__always)
    func span(at instant: Int64) -> Span {
        var index = spans.count - 1
        while spans[index].start > instant { index -= 1 }
        return spans[index]
    }

    /// The latest time shown up to an instant: the time shown then, except after a clock was put
    /// back.
    func latestShown(at instant: Int64) -> Int64 {
        let span = span(at: instant)
        return max(instant + span.offset, span.shownBefore)
    }

    /// The first instant at which that time or a later one is shown.
    func first(showing shown: Int64) -> Int64 {
        for index in spans.indices {
            let first = max(spans[index].start, shown - spans[index].offset)
            if index + 1 == spans.count || first < spans[index + 1].start { return first }
        }
        return shown
    }
}

extension Int64 {
    /// Divided, and rounded down below zero too.
    @inline(__always)
    func floored(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// What ``floored(by:)`` leaves, never negative.
    @inline(__always)
    func flooredRemainder(_ divisor: Int64) -> Int64 {
        let remainder = self % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }
}
