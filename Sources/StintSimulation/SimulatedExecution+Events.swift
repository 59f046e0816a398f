public import StintModel

extension SimulatedExecution {
    /// Everything that is told of it, in the order in which it happened.
    public var events: [Event] {
        var told: [Event] = []
        told.reserveCapacity(16)
        for attempt in attempts { append(attempt, to: &told) }
        // By insertion: nearly everything is in order already, and what happened at the same moment
        // stays as it was written.
        for index in told.indices.dropFirst() {
            var place = index
            while place > 0, told[place - 1].at > told[place].at {
                told.swapAt(place - 1, place)
                place -= 1
            }
        }
        return told
    }

    private func append(_ attempt: Attempt, to told: inout [Event]) {
        func event(_ kind: EventKind, _ at: Instant, _ facts: [Fact] = []) -> Event {
            var event = Event(kind, execution: id, at: at, attempt: attempt.number)
            event.facts = facts
            return event
        }
        if let queuedAt = attempt.queuedAt {
            let place = [Fact(.priority, .integer(priority)), Fact(.queue, .string(queue))]
            var queued = event(.executionQueued, queuedAt, identity + place)
            queued.attributes = attributes
            told.append(queued)
        }
        if let startedAt = attempt.startedAt {
            var started = event(.executionStarted, startedAt, [Fact(.agent, .string(agent))])
            if attempt.queuedAt == nil {
                started.facts = identity
                started.attributes = attributes
            }
            told.append(started)
        }
        for call in attempt.calls { told.append(self.event(call, attempt.number)) }
        for step in attempt.steps { append(step, attempt.number, to: &told) }
        for pause in attempt.pauses {
            told.append(
                event(.executionWaiting, pause.from, [Fact(.waitingFor, .string(pause.reason))]))
            if let to = pause.to { told.append(event(.executionResumed, to)) }
        }
        for beat in attempt.heartbeats { told.append(event(.executionHeartbeat, beat)) }
        guard let ending = attempt.ending else { return }
        var finished = event(.executionFinished, ending.at)
        finished.outcome = ending.outcome
        finished.failure = ending.failure
        if attempt.number == current.number {
            if let goalMet { finished.facts.append(Fact(.goalMet, .boolean(goalMet))) }
            if let summary { finished.facts.append(Fact(.summary, .string(summary))) }
            if let turns { finished.facts.append(Fact(.turns, .integer(turns))) }
        }
        told.append(finished)
    }

    /// What the first word of an attempt says about the whole.
    private var identity: [Fact] {
        var facts = [
            Fact(.agent, .string(agent)), Fact(.name, .string(name)), Fact(.user, .string(user)),
            Fact(.correlation, .string(correlation)), Fact(.source, .string("simulation")),
        ]
        if let parent { facts.append(Fact(.parent, .string(parent.rawValue))) }
        if let environment { facts.append(Fact(.environment, .string(environment))) }
        if let plan { facts.append(Fact(.steps, .list(plan))) }
        if let timeout { facts.append(Fact(.timeoutSeconds, timeout.wholeSeconds)) }
        if let heartbeat { facts.append(Fact(.heartbeatSeconds, heartbeat.wholeSeconds)) }
        return facts
    }

    private func append(_ step: Step, _ attempt: UInt16, to told: inout [Event]) {
        func event(_ kind: EventKind, _ at: Instant) -> Event {
            var event = Event(kind, execution: id, at: at, attempt: attempt)
            event.step = step.key
            event.stepTry = step.number
            return event
        }
        if let startedAt = step.startedAt {
            var started = event(.stepStarted, startedAt)
            started.facts = [
                Fact(.kind, .string(step.kind)), Fact(.activity, .string(step.activity)),
            ]
            told.append(started)
        }
        if let half = step.toldHalf {
            var updated = event(.stepUpdated, half.at)
            updated.tokens = half.tokens
            told.append(updated)
        }
        for call in step.calls {
            var called = self.event(call, attempt)
            called.step = step.key
            called.stepTry = step.number
            told.append(called)
        }
        guard let ending = step.ending else { return }
        var finished = event(.stepFinished, ending.at)
        finished.outcome = ending.outcome
        finished.failure = ending.failure
        finished.tokens = step.told
        if step.startedAt == nil {
            finished.facts = [
                Fact(.kind, .string(step.kind)), Fact(.activity, .string(step.activity)),
            ]
        }
        told.append(finished)
    }

    private func event(_ call: Call, _ attempt: UInt16) -> Event {
        var called = Event(.modelCalled, execution: id, at: call.at, attempt: attempt)
        called.call = ModelCall(
            id: call.id, model: call.model, latency: call.latency, costNanos: call.costNanos)
        called.tokens = call.tokens
        return called
    }
}

extension TimeSpan {
    fileprivate var wholeSeconds: Scalar { .integer(microseconds / 1_000_000) }
}
