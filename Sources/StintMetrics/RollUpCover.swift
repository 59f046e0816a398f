public import StintModel

/// The fewest cells that make a range of time: days where they fit, hours and minutes around them,
/// and at both ends what is no whole minute, which only the executions themselves can tell.
///
/// Of 30 days it takes at the most 29 days, 46 hours and 118 minutes.
public struct RollUpCover: Sendable {
    public enum Part: Hashable, Sendable {
        /// Cells of a level, of which the first starts at the lower bound.
        case cells(RollUpLevel, Range<Instant>)
        /// Less than two minutes.
        case rows(Range<Instant>)

        public var range: Range<Instant> {
            switch self {
            case .cells(_, let range), .rows(let range): range
            }
        }
    }

    /// In order of time, without gaps; empty for an empty range.
    public let parts: [Part]

    public init(from: Instant, to: Instant) {
        var parts: [Part] = []
        /// Cuts off what is no whole cell of a level at both ends; those of the shorter level, or
        /// rows, make that up.
        func cover(_ range: Range<Instant>, _ levels: ArraySlice<RollUpLevel>) {
            if range.isEmpty { return }
            guard let level = levels.last else {
                parts.append(.rows(range))
                return
            }
            let shorter = levels.dropLast()
            let first = level.end(of: range.lowerBound)
            let last = level.start(of: range.upperBound)
            guard first < last else {
                cover(range, shorter)
                return
            }
            cover(range.lowerBound..<first, shorter)
            parts.append(.cells(level, first..<last))
            cover(last..<range.upperBound, shorter)
        }
        if from < to { cover(from..<to, RollUpLevel.allCases[...]) }
        self.parts = parts
    }
}

extension RollUpLevel {
    /// The earliest start of a cell that is not before an instant.
    func end(of instant: Instant) -> Instant {
        let start = start(of: instant)
        return start == instant ? instant : start + span
    }
}
