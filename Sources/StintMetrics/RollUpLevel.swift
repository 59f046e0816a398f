public import StintModel

/// How long the cells of a roll-up are, in UTC. Raw values are stored; they never change their
/// meaning.
public enum RollUpLevel: UInt8, CaseIterable, Sendable {
    case minute = 0
    case hour = 1
    case day = 2

    public var span: TimeSpan {
        switch self {
        case .minute: .seconds(60)
        case .hour: .seconds(3_600)
        case .day: .days(1)
        }
    }

    /// The start of the cell an instant falls in: the latest whole minute, hour or day of UTC that
    /// is not after it, before 1970 too.
    public func start(of instant: Instant) -> Instant {
        let length = span.microseconds
        let past = instant.microseconds % length
        return Instant(microseconds: instant.microseconds &- (past < 0 ? past + length : past))
    }
}
