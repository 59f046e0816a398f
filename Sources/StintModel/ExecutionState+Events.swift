// How an event becomes a state: the only place where a statement is given its meaning.

extension ExecutionState {
    /// The state that knows this one event and nothing else.
    public init(_ event: Event) {
        self.init(first: event.at)
        apply(event)
    }

    /// Joins one event; the same as merging ``init(_:)`` of it, without the detour.
    ///
    /// - Precondition: The event is about an execution.
    /// - Returns: Whether anything changed.
    @discardableResult
    public mutating func apply(_ event: Event) -> Bool {
        precondition(event.kind != .workerReported, "A worker's report is no part of an execution.")
        var changed = false
        if event.at < first {
            first = event.at
            changed = true
        }
        var cut = false
        changed =
            attempts.join(event.attempt, .attempts, cut: &cut, fresh: Attempt()) {
                $0.apply(event)
            } || changed
        switch event.kind {
        case .executionQueued:
            changed = RunState.joinMinimum(&queued, event.at) || changed
        case .executionStarted:
            changed = RunState.joinMinimum(&started, event.at) || changed
        case .stepStarted, .stepUpdated, .stepFinished:
            changed = join(step: event, cut: &cut) || changed
        case .modelCalled where event.step == nil:
            changed = usage.join(callOf: event) || changed
        case .modelCalled:
            changed = join(step: event, cut: &cut) || changed
        case .executionHeartbeat, .executionWaiting, .executionResumed, .executionUpdated,
            .executionFinished, .executionLost, .workerReported:
            break
        }
        if !event.kind.isAboutStep {
            changed = facts.join(factsOf: event) || changed
            changed = attributes.join(attributesOf: event, cut: &cut) || changed
        }
        return raise(&isTruncated, cut) || changed
    }

    private mutating func join(step event: Event, cut: inout Bool) -> Bool {
        let id = StepID(attempt: event.attempt, key: event.step ?? "", number: event.stepTry)
        return steps.join(id, .steps, cut: &cut, fresh: Step(first: event.at)) { $0.apply(event) }
    }
}

extension ExecutionState.Attempt {
    mutating func apply(_ event: Event) -> Bool {
        var changed = false
        if event.authority != .inferred {
            changed = RunState.joinMaximum(&run.seen, event.at)
        }
        switch event.kind {
        case .executionQueued:
            changed = run.raise(to: .queued) || changed
            changed = RunState.joinMinimum(&run.queued, event.at) || changed
        case .executionStarted:
            changed = run.raise(to: .running) || changed
            changed = RunState.joinMinimum(&run.started, event.at) || changed
        case .executionWaiting, .executionResumed:
            let waits = event.kind == .executionWaiting
            let word = ExecutionState.Wait(at: event.at, isWaiting: waits)
            changed = join(word) || changed
        case .executionFinished:
            changed = run.join(endOf: event) || changed
        case .executionUpdated:
            changed = run.join(failureOf: event) || changed
        case .executionLost:
            if let lost = event.lost { changed = join(lost) || changed }
        case .executionHeartbeat, .stepStarted, .stepUpdated, .stepFinished, .modelCalled,
            .workerReported:
            break
        }
        return changed
    }
}

extension ExecutionState.Step {
    mutating func apply(_ event: Event) -> Bool {
        var changed = false
        if event.at < first {
            first = event.at
            changed = true
        }
        changed = RunState.joinMaximum(&run.seen, event.at) || changed
        if event.kind == .modelCalled { return usage.join(callOf: event) || changed }
        switch event.kind {
        case .stepStarted:
            changed = run.raise(to: .running) || changed
            changed = RunState.joinMinimum(&run.started, event.at) || changed
        case .stepFinished:
            changed = run.join(endOf: event) || changed
        default:
            changed = run.join(failureOf: event) || changed
        }
        var cut = false
        changed = facts.join(factsOf: event) || changed
        changed = attributes.join(attributesOf: event, cut: &cut) || changed
        changed = raise(&isTruncated, cut) || changed
        if let tokens = event.tokens {
            let report = UsageState.Cumulative(revision: event.revision, tokens: tokens)
            changed = usage.join(report) || changed
        }
        return changed
    }
}

extension RunState {
    fileprivate mutating func join(endOf event: Event) -> Bool {
        guard let outcome = event.outcome else { return false }
        let end = End(
            revision: event.revision, authority: event.authority, at: event.at, outcome: outcome,
            failure: event.failure)
        var changed = join(end)
        changed = claimed.insert(outcome) || changed
        return join(failureOf: event) || changed
    }

    fileprivate mutating func join(failureOf event: Event) -> Bool {
        guard let failure = event.failure else { return false }
        return join(
            FailureRegister(
                revision: event.revision, authority: event.authority, at: event.at,
                failure: failure))
    }
}

extension UsageState {
    fileprivate mutating func join(callOf event: Event) -> Bool {
        guard let told = event.call else { return false }
        var call = Call(at: event.at)
        call.tokens = event.tokens ?? Tokens()
        call.latency = told.latency
        call.costNanos = told.costNanos
        call.model = told.model.map {
            Register(authority: event.authority, at: event.at, value: .string($0))
        }
        return join(call: told.id, call)
    }
}

extension SortedMap where Key == FactName, Value == Register {
    fileprivate mutating func join(factsOf event: Event) -> Bool {
        var changed = false
        var cut = false
        for fact in event.facts {
            let word = Register(authority: event.authority, at: event.at, value: fact.value)
            changed = join(fact.name, cut: &cut, fresh: word) { $0.join(word) } || changed
        }
        return changed
    }
}

extension SortedMap where Key == String, Value == Register {
    fileprivate mutating func join(attributesOf event: Event, cut: inout Bool) -> Bool {
        var changed = false
        for attribute in event.attributes {
            let word = Register(authority: event.authority, at: event.at, value: attribute.value)
            changed =
                join(attribute.key, .attributes, cut: &cut, fresh: word) { $0.join(word) }
                || changed
        }
        return changed
    }
}
