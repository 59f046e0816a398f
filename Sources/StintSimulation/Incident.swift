public import StintModel

/// Something that goes wrong for a while, and that whoever reads the figures should notice.
public struct Incident: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Most of what starts then fails.
        case failureSurge = "failure surge"
        /// Everything takes four times as long.
        case slowDown = "slow-down"
        /// Six times as many executions as usual.
        case rush = "rush"
    }

    public let kind: Kind
    /// Half-open: `from` ≤ x < `to`.
    public let from: Instant
    public let to: Instant

    func holds(at instant: Instant) -> Bool { from <= instant && instant < to }

    /// One of each kind a week, and at least one of each, none in another's time.
    static func drawn(days: Int, until: Instant, _ random: inout RandomSource) -> [Incident] {
        var incidents: [Incident] = []
        let weeks = max(1, days / 7)
        let begin = until - .days(Int64(days))
        // Each kind has its own third of each week: they cannot meet.
        let part = days * 24 / (weeks * Kind.allCases.count)
        for week in 0..<weeks {
            for (place, kind) in Kind.allCases.enumerated() {
                let hours = kind == .slowDown ? 3 : kind == .failureSurge ? 2 : 1
                let first = (week * Kind.allCases.count + place) * part
                let start = first + random.below(part - hours + 1)
                let from = begin + .seconds(Int64(start) * 3_600)
                incidents.append(
                    Incident(kind: kind, from: from, to: from + .seconds(Int64(hours) * 3_600)))
            }
        }
        return incidents
    }
}
