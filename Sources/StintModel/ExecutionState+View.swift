// What a state shows: pure functions of it, cheap enough to be asked one by one.

extension ExecutionState {
    /// The highest attempt there is any evidence of. A redrive therefore re-opens an ended
    /// execution, and a late event of an older attempt never does.
    public var currentAttempt: UInt16 { attempts.entries.last?.key ?? 1 }

    /// The state of ``currentAttempt``.
    public var current: Attempt { attempts.entries.last?.value ?? Attempt() }

    public var status: ExecutionStatus { current.status }

    /// When it started: the earliest start of any attempt.
    public var startedAt: Instant? { started }

    /// When it first queued.
    public var queuedAt: Instant? { queued }

    /// The stop of the current attempt; `nil` while it is open or lost.
    public var finishedAt: Instant? { current.run.end?.at }

    /// The key of the order by start: the start, else the queueing, else the first event.
    public var sortAt: Instant { started ?? queued ?? first }

    /// The key of the order by finish: the finish, or the last evidence where it is lost; `nil`
    /// where it is open.
    public var stopAt: Instant? {
        if let finishedAt { return finishedAt }
        guard status == .lost else { return nil }
        return current.run.seen ?? current.lost?.seen
    }

    /// How long the current attempt waited from its queueing to its start.
    public var queueWait: Clamped? { Clamped(from: current.run.queued, to: current.run.started) }

    /// How long the current attempt ran, from its start to its finish.
    public var duration: Clamped? { Clamped(from: current.run.started, to: finishedAt) }

    /// From the first queueing or start of all to the finish.
    public var total: Clamped? {
        let begin = [queued, started].compactMap(\.self).min()
        return Clamped(from: begin, to: finishedAt)
    }

    /// Whether the current attempt was told to have ended in more than one way.
    public var hasConflict: Bool { current.run.claimed.count > 1 }

    /// Whether clocks disagreed and a difference was clamped to 0.
    public var isSkewed: Bool {
        if [queueWait, duration, total].contains(where: { $0?.isClamped ?? false }) { return true }
        return steps.entries.contains { $0.value.duration?.isClamped ?? false }
    }

    /// The failure of the current attempt, with the instant it happened.
    public var failure: Failure? {
        status.isFailure ? current.run.shownFailure(datedFrom: true) : nil
    }

    /// Tokens of the execution's own calls and of all steps, all attempts and tries.
    ///
    /// A call has one owner, so what belongs to the execution itself is added to what its steps
    /// used; running totals of the execution, which speak of its steps too, are a lower bound of
    /// the sum, and a corrected one is final.
    public var tokens: Tokens? {
        if let cumulative = usage.cumulative, cumulative.revision > 0 { return cumulative.tokens }
        var sum = Tokens()
        for entry in usage.calls.entries { sum = sum + entry.value.tokens }
        for entry in steps.entries {
            if let tokens = entry.value.usage.tokens { sum = sum + tokens }
        }
        if let cumulative = usage.cumulative { sum = sum.maximum(cumulative.tokens) }
        return sum.isEmpty ? nil : sum
    }

    /// What all calls cost of which that is known; `nil` where of none it is.
    public func costNanos(by prices: PriceBook) -> Int64? {
        var sum = usage.costNanos(by: prices)
        for entry in steps.entries {
            guard let cost = entry.value.usage.costNanos(by: prices) else { continue }
            let (total, overflow) = (sum ?? 0).addingReportingOverflow(cost)
            sum = overflow ? .max : total
        }
        return sum
    }

    public func fact(_ name: FactName) -> Scalar? { facts[name]?.value }

    /// The agent's name; empty where nobody told it.
    public var agent: String { fact(.agent)?.string ?? "" }

    /// Where it runs: `production` unless told otherwise.
    public var environment: String { fact(.environment)?.string ?? "production" }

    /// Whether nobody told of it: what is known was concluded from silence.
    public var isInferred: Bool { attempts.entries.allSatisfy { $0.value.run.seen == nil } }

    /// Whether it is part of statistics: all but what runs in `test` or `mock`.
    public var isCounted: Bool {
        let environment = environment
        return environment != "test" && environment != "mock"
    }

    /// The step of the current attempt that runs: of several the one that began last, which of nested
    /// ones is the innermost.
    public var runningStep: (id: StepID, step: Step)? {
        let attempt = currentAttempt
        var found: (id: StepID, step: Step)?
        // Those of the current attempt stand last.
        for entry in steps.entries.reversed() {
            if entry.key.attempt != attempt { break }
            let step = entry.value
            guard status(of: entry.key, step) == .running else { continue }
            let began = step.run.started ?? step.first
            if let found, began <= found.step.run.started ?? found.step.first { continue }
            found = (entry.key, step)
        }
        return found
    }

    /// The status of one of its steps' tries.
    public func status(of id: StepID, _ step: Step) -> StepStatus {
        if let end = step.run.end { return StepStatus(end.outcome) }
        guard step.run.phase == .running else { return .pending }
        return status == .lost && id.attempt == currentAttempt ? .lost : .running
    }
}

extension ExecutionState.Attempt {
    public var status: ExecutionStatus {
        if let end = run.end { return ExecutionStatus(end.outcome) }
        if let lost, lost.seen >= run.seen ?? lost.seen { return .lost }
        if wait?.isWaiting == true { return .waiting }
        switch run.phase {
        case .pending: return .pending
        case .queued: return .queued
        case .running: return .running
        }
    }
}

extension ExecutionState.Step {
    /// As it was told; its key where it was not.
    public func name(of id: ExecutionState.StepID) -> String {
        facts[.name]?.value.string ?? id.key
    }

    public var duration: Clamped? { Clamped(from: run.started, to: run.end?.at) }
}

extension RunState {
    /// The failure that came with the winning end, else the one told last.
    ///
    /// - Parameter datedFrom: Whether a failure that carries no instant takes that of the stop, or
    ///   of its own statement where it did not come with the end.
    func shownFailure(datedFrom: Bool) -> Failure? {
        var shown: Failure?
        var at: Instant?
        if let own = end?.failure {
            shown = own
            at = end?.at
        } else if let failure {
            shown = failure.failure
            at = failure.at
        }
        if datedFrom, shown?.at == nil { shown?.at = at }
        return shown
    }
}

/// A difference of two clocks, never below zero.
public struct Clamped: Hashable, Sendable {
    public let span: TimeSpan
    /// Whether the difference was negative, which only clocks that disagree can cause.
    public let isClamped: Bool

    /// - Returns: `nil` where a side is missing: unknown is not zero.
    public init?(from start: Instant?, to end: Instant?) {
        guard let start, let end else { return nil }
        let difference = end.since(start)
        isClamped = difference < .zero
        span = max(difference, .zero)
    }
}
