// When silence means death: a pure function of the state and of when the server last heard of it.

extension ExecutionState {
    /// The instant up to which the execution may stay silent, and the rule that ends its time.
    ///
    /// Only what has started can be lost, and only by a promise it made: its deadline,
    /// `timeoutSeconds` from the start of the attempt (an event after that shows life, and the time
    /// counts anew from it), or, while it runs and does not wait, `heartbeatSeconds` from the last
    /// word. Of two the earlier counts.
    ///
    /// - Parameter receivedAt: The server's clock when it last heard of the execution; a sender
    ///   whose clock is behind is not taken for dead.
    /// - Returns: `nil` for what has ended, is lost already, or promised nothing.
    public func silence(receivedAt: Instant) -> Silence? {
        let current = current
        let status = current.status
        guard !status.isFinal, status != .lost, let started = current.run.started else {
            return nil
        }
        let seen = max(current.run.seen ?? started, started)
        var silence: Silence?
        if let limit = span(.timeoutSeconds), var end = started.adding(limit) {
            if seen > end {
                guard let renewed = seen.adding(limit) else { return nil }
                end = renewed
            }
            silence = Silence(
                until: end, verdict: LostVerdict(seen: seen, rule: .deadline, limit: limit))
        }
        if status == .running, let limit = span(.heartbeatSeconds),
            let end = max(seen, receivedAt).adding(limit), silence.map({ end < $0.until }) ?? true
        {
            silence = Silence(
                until: end, verdict: LostVerdict(seen: seen, rule: .heartbeat, limit: limit))
        }
        return silence
    }

    private func span(_ name: FactName) -> TimeSpan? {
        fact(name)?.number.flatMap(TimeSpan.init(seconds:))
    }
}

/// How long an execution may still be silent.
public struct Silence: Hashable, Sendable {
    /// It is lost from the first microsecond after this one on.
    public var until: Instant
    /// What is then to be said of it.
    public var verdict: LostVerdict

    /// The statement that it is lost, as a sweeper makes it.
    ///
    /// It says the same whoever makes it and whenever, so that any number of sweepers may.
    public func event(of execution: ExecutionID, attempt: UInt16) -> Event {
        var event = Event(
            .executionLost, execution: execution, at: until, attempt: attempt, authority: .inferred)
        event.lost = verdict
        return event
    }
}

extension Instant {
    /// - Returns: `nil` where no instant is that late: a span beyond every calendar.
    func adding(_ span: TimeSpan) -> Instant? {
        let (sum, overflow) = microseconds.addingReportingOverflow(span.microseconds)
        return overflow ? nil : Instant(microseconds: sum)
    }
}
