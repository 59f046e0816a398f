/// The course of one attempt of an execution, or of one try of a step: how far it came, when, and
/// how it ended. Each field is a join of its own.
public struct RunState: Hashable, Sendable {
    /// How far it came. Only `queued` and `started` events raise it; raw values are stored.
    public enum Phase: UInt8, Sendable {
        case pending = 1
        case queued = 2
        case running = 3
    }

    /// Maximum.
    public var phase: Phase = .pending
    /// Minimum.
    public var queued: Instant?
    /// Minimum.
    public var started: Instant?
    /// Maximum over the events that were not inferred.
    public var seen: Instant?
    /// Maximum in the order of ``End``.
    public var end: End?
    /// Union: every outcome ever claimed. More than one is a conflict.
    public var claimed = OutcomeSet()
    /// Maximum: the failure told last, whether or not with an end.
    public var failure: FailureRegister?

    public init() {}

    /// - Returns: Whether anything changed.
    mutating func join(_ other: RunState) -> Bool {
        var changed = false
        if other.phase.rawValue > phase.rawValue {
            phase = other.phase
            changed = true
        }
        changed = Self.joinMinimum(&queued, other.queued) || changed
        changed = Self.joinMinimum(&started, other.started) || changed
        changed = Self.joinMaximum(&seen, other.seen) || changed
        if let end = other.end { changed = join(end) || changed }
        changed = claimed.join(other.claimed) || changed
        if let failure = other.failure { changed = join(failure) || changed }
        return changed
    }

    mutating func raise(to phase: Phase) -> Bool {
        guard phase.rawValue > self.phase.rawValue else { return false }
        self.phase = phase
        return true
    }

    mutating func join(_ other: End) -> Bool {
        if let end, !other.wins(over: end) { return false }
        end = other
        return true
    }

    mutating func join(_ other: FailureRegister) -> Bool {
        if let failure, !other.wins(over: failure) { return false }
        failure = other
        return true
    }

    static func joinMinimum(_ held: inout Instant?, _ other: Instant?) -> Bool {
        guard let other, held.map({ other < $0 }) ?? true else { return false }
        held = other
        return true
    }

    static func joinMaximum(_ held: inout Instant?, _ other: Instant?) -> Bool {
        guard let other, held.map({ other > $0 }) ?? true else { return false }
        held = other
        return true
    }
}

/// A claim that something ended.
///
/// Of contradictory claims the higher revision stands (an explicit correction), then the higher
/// authority, then the **earliest** stop, so that a finished row does not change when a zombie
/// reports late, then the graver outcome, then the larger canonical JSON of the failure.
public struct End: Hashable, Sendable {
    public var revision: UInt16
    public var authority: Authority
    public var at: Instant
    public var outcome: Outcome
    public var failure: Failure?

    public init(
        revision: UInt16, authority: Authority, at: Instant, outcome: Outcome, failure: Failure?
    ) {
        self.revision = revision
        self.authority = authority
        self.at = at
        self.outcome = outcome
        self.failure = failure
    }

    func wins(over held: End) -> Bool {
        if revision != held.revision { return revision > held.revision }
        if authority != held.authority { return authority > held.authority }
        if at != held.at { return at < held.at }
        if outcome != held.outcome { return outcome > held.outcome }
        if failure == nil, held.failure == nil { return false }
        return (held.failure?.canonicalJSON ?? [])
            .lexicographicallyPrecedes(failure?.canonicalJSON ?? [])
    }
}

/// The failure that was told last, of the highest revision and authority.
public struct FailureRegister: Hashable, Sendable {
    public var revision: UInt16
    public var authority: Authority
    public var at: Instant
    public var failure: Failure

    public init(revision: UInt16, authority: Authority, at: Instant, failure: Failure) {
        self.revision = revision
        self.authority = authority
        self.at = at
        self.failure = failure
    }

    func wins(over held: FailureRegister) -> Bool {
        if revision != held.revision { return revision > held.revision }
        if authority != held.authority { return authority > held.authority }
        if at != held.at { return at > held.at }
        return held.failure.canonicalJSON.lexicographicallyPrecedes(failure.canonicalJSON)
    }
}

/// Which outcomes were ever claimed, as bits.
public struct OutcomeSet: Hashable, Sendable {
    public var bits: UInt8

    public init(bits: UInt8 = 0) {
        self.bits = bits
    }

    public var count: Int { bits.nonzeroBitCount }

    public func contains(_ outcome: Outcome) -> Bool { bits & (1 << outcome.rawValue) != 0 }

    mutating func insert(_ outcome: Outcome) -> Bool {
        join(OutcomeSet(bits: 1 << outcome.rawValue))
    }

    mutating func join(_ other: OutcomeSet) -> Bool {
        guard bits | other.bits != bits else { return false }
        bits |= other.bits
        return true
    }
}
