/// All that is known of one execution, as joins of the statements about it: commutative,
/// associative and idempotent, so that the same statements in any order, grouping and number give
/// the same state. What readers see is a pure function of it.
///
/// Neither a clock nor a time of receipt nor chance ever enters a state.
public struct ExecutionState: Hashable, Sendable {
    /// One attempt: its course, whether it waits, and whether it was judged lost.
    public struct Attempt: Hashable, Sendable {
        public var run = RunState()
        public var wait: Wait?
        public var lost: LostVerdict?

        public init() {}

        mutating func join(_ other: Attempt) -> Bool {
            var changed = run.join(other.run)
            if let wait = other.wait { changed = join(wait) || changed }
            if let lost = other.lost { changed = join(lost) || changed }
            return changed
        }

        mutating func join(_ other: Wait) -> Bool {
            if let wait, !(wait < other) { return false }
            wait = other
            return true
        }

        mutating func join(_ other: LostVerdict) -> Bool {
            if let lost, !(lost < other) { return false }
            lost = other
            return true
        }
    }

    /// The newest word on whether an attempt waits; of the same instant, waiting wins.
    public struct Wait: Hashable, Sendable, Comparable {
        public var at: Instant
        public var isWaiting: Bool

        public init(at: Instant, isWaiting: Bool) {
            self.at = at
            self.isWaiting = isWaiting
        }

        public static func < (left: Wait, right: Wait) -> Bool {
            left.at != right.at ? left.at < right.at : !left.isWaiting && right.isWaiting
        }
    }

    /// One try of one step in one attempt.
    public struct StepID: SpelledKey {
        public var attempt: UInt16
        public var key: String
        public var number: UInt16

        public init(attempt: UInt16, key: String, number: UInt16) {
            self.attempt = attempt
            self.key = key
            self.number = number
        }

        public func isSame(as other: StepID) -> Bool {
            attempt == other.attempt && number == other.number && key.isSpelled(like: other.key)
        }

        public func isBefore(_ other: StepID) -> Bool {
            if attempt != other.attempt { return attempt < other.attempt }
            if !key.isSpelled(like: other.key) { return key.isSpelledBefore(other.key) }
            return number < other.number
        }
    }

    public struct Step: Hashable, Sendable {
        public var run = RunState()
        /// When it was first heard of: minimum over its events.
        public var first: Instant
        public var facts = Facts()
        public var attributes = Attributes()
        public var usage = UsageState()
        /// Whether attributes beyond ``Limits/attributesPerExecution`` were left out.
        public var isTruncated = false

        public init(first: Instant) {
            self.first = first
        }

        mutating func join(_ other: Step) -> Bool {
            var changed = run.join(other.run)
            if other.first < first {
                first = other.first
                changed = true
            }
            var cut = other.isTruncated
            changed = facts.join(other.facts, cut: &cut) { $0.join($1) } || changed
            changed =
                attributes.join(other.attributes, .attributes, cut: &cut) { $0.join($1) } || changed
            changed = raise(&isTruncated, cut) || changed
            return usage.join(other.usage) || changed
        }
    }

    /// When it was first heard of: minimum over all events.
    public var first: Instant
    /// The earliest queueing and start of all attempts.
    public var queued: Instant?
    public var started: Instant?
    public var facts = Facts()
    public var attributes = Attributes()
    public var attempts = SortedMap<UInt16, Attempt>()
    public var steps = SortedMap<StepID, Step>()
    /// What belongs to the execution itself rather than to a step.
    public var usage = UsageState()
    /// Whether something beyond ``Limits`` was left out: steps, attributes, attempts or
    /// spans.
    public var isTruncated = false

    /// Nothing known yet, but that something was heard of at `first`.
    init(first: Instant) {
        self.first = first
    }

    /// For stores, which read back what they wrote.
    public init(
        first: Instant, queued: Instant?, started: Instant?, facts: Facts, attributes: Attributes,
        attempts: SortedMap<UInt16, Attempt>, steps: SortedMap<StepID, Step>, usage: UsageState,
        isTruncated: Bool
    ) {
        self.first = first
        self.queued = queued
        self.started = started
        self.facts = facts
        self.attributes = attributes
        self.attempts = attempts
        self.steps = steps
        self.usage = usage
        self.isTruncated = isTruncated
    }

    /// Joins everything another state of the same execution knows.
    ///
    /// - Returns: Whether anything changed.
    @discardableResult
    public mutating func merge(_ other: ExecutionState) -> Bool {
        var changed = false
        if other.first < first {
            first = other.first
            changed = true
        }
        changed = RunState.joinMinimum(&queued, other.queued) || changed
        changed = RunState.joinMinimum(&started, other.started) || changed
        var cut = other.isTruncated
        changed = facts.join(other.facts, cut: &cut) { $0.join($1) } || changed
        changed =
            attributes.join(other.attributes, .attributes, cut: &cut) { $0.join($1) } || changed
        changed = attempts.join(other.attempts, .attempts, cut: &cut) { $0.join($1) } || changed
        changed = steps.join(other.steps, .steps, cut: &cut) { $0.join($1) } || changed
        changed = usage.join(other.usage) || changed
        return raise(&isTruncated, cut) || changed
    }
}

/// Joins into a flag that, once raised, stays so.
///
/// - Returns: Whether it changed.
func raise(_ flag: inout Bool, _ other: Bool) -> Bool {
    guard other, !flag else { return false }
    flag = true
    return true
}

extension SortedMap.Bound {
    static var attributes: Self { .smallest(Limits.attributesPerExecution) }
    static var steps: Self { .smallest(Limits.stepsPerExecution) }
    static var attempts: Self { .largest(Limits.attemptsPerExecution) }
    static var calls: Self { .smallest(Limits.callsPerScope) }
}
