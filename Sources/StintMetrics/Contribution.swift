public import StintModel

/// What one execution counts for in the roll-up: a pure function of its state and of the prices.
///
/// Each measure belongs to the minute in which it became known: the arrival and the queue wait to
/// the start, the result, the times, tokens and costs to the finish, being lost to the last word. A
/// redrive that re-opens an execution takes its finish back, simply because the new state has none.
public struct Contribution: Sendable {
    /// In the minute of the earliest start of any attempt: one started.
    public struct Start: Hashable, Sendable {
        public var minute: Instant
        /// Of the current attempt, never negative; `nil` where a side is unknown.
        public var queueWait: TimeSpan?
    }

    /// In the minute of the current attempt's finish.
    public struct Finish: Hashable, Sendable {
        public var minute: Instant
        public var outcome: Outcome
        public var isRedriven: Bool
        public var hasConflict: Bool
        public var goalMet: Bool?
        public var duration: TimeSpan?
        public var total: TimeSpan?
        public var tokens: Tokens?
        /// Of the calls of which it is known.
        public var costNanos: Int64?
        /// Of all attempts and steps, each once.
        public var calls: [Call]
    }

    /// One model call of a finished execution.
    public struct Call: Hashable, Sendable {
        /// Empty where nobody told it.
        public var model: String
        public var tokens: Tokens
        public var latency: TimeSpan?
        /// As it reported, else by its price; `nil` where neither is known.
        public var costNanos: Int64?

        public static func == (left: Call, right: Call) -> Bool {
            left.tokens == right.tokens && left.latency == right.latency
                && left.costNanos == right.costNanos && left.model.isSpelled(like: right.model)
        }

        public func hash(into hasher: inout Hasher) {
            model.hashSpelling(into: &hasher)
            hasher.combine(tokens)
        }
    }

    public var agent: String
    public var start: Start?
    public var finish: Finish?
    /// The minute in which it was last heard of, where it is lost.
    public var lostMinute: Instant?

    /// - Parameter prices: What calls cost that do not report it.
    /// - Returns: `nil` for what counts for nothing: an execution that neither started, finished nor
    ///   was lost, or whose environment is `test` or `mock`.
    public init?(of state: ExecutionState, prices: PriceBook = PriceBook()) {
        guard state.isCounted else { return nil }
        let current = state.current
        if let end = current.run.end {
            finish = Finish(end, of: state, current: current, prices: prices)
        } else if current.status == .lost, let seen = current.run.seen ?? current.lost?.seen {
            lostMinute = RollUpLevel.minute.start(of: seen)
        }
        if let started = state.started {
            start = Start(
                minute: RollUpLevel.minute.start(of: started),
                queueWait: Clamped(from: current.run.queued, to: current.run.started)?.span)
        }
        if start == nil, finish == nil, lostMinute == nil { return nil }
        agent = state.agent
    }
}

extension Contribution: Equatable {
    public static func == (left: Contribution, right: Contribution) -> Bool {
        left.start == right.start && left.lostMinute == right.lostMinute
            && left.finish == right.finish && left.agent.isSpelled(like: right.agent)
    }
}

extension Contribution.Finish {
    init(
        _ end: End, of state: ExecutionState, current: ExecutionState.Attempt, prices: PriceBook
    ) {
        minute = RollUpLevel.minute.start(of: end.at)
        outcome = end.outcome
        isRedriven = state.currentAttempt > 1
        hasConflict = current.run.claimed.count > 1
        goalMet = state.fact(.goalMet)?.boolean
        duration = Clamped(from: current.run.started, to: end.at)?.span
        total = Clamped(from: state.begun, to: end.at)?.span
        tokens = state.tokens
        costNanos = state.costNanos(by: prices)
        calls = []
        append(state.usage.calls, prices)
        for step in state.steps.entries { append(step.value.usage.calls, prices) }
    }

    private mutating func append(
        _ told: SortedMap<String, UsageState.Call>, _ prices: PriceBook
    ) {
        for entry in told.entries {
            calls.append(
                Contribution.Call(
                    model: entry.value.model?.value.string ?? "", tokens: entry.value.tokens,
                    latency: entry.value.latency, costNanos: entry.value.costNanos(by: prices)))
        }
    }
}

extension ExecutionState {
    /// The first queueing or start of all attempts, whichever was earlier.
    fileprivate var begun: Instant? {
        guard let queued, let started else { return queued ?? started }
        return min(queued, started)
    }
}
