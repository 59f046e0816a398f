import StintModel
import Testing

/// Says events of one execution, on one afternoon, in few words.
enum Telling {
    static let id = ExecutionID(rawValue: "run")!

    static func at(_ time: String) -> Instant { Instant(rfc3339: "2026-11-20T\(time)Z")! }

    static func event(
        _ kind: EventKind, _ time: String, attempt: UInt16 = 1, revision: UInt16 = 0,
        authority: Authority = .reported, _ change: (inout Event) -> Void = { _ in }
    ) -> Event {
        var event = Event(
            kind, execution: id, at: at(time), attempt: attempt, revision: revision,
            authority: authority)
        change(&event)
        return event
    }

    static func queued(_ time: String, attempt: UInt16 = 1) -> Event {
        event(.executionQueued, time, attempt: attempt)
    }

    static func started(_ time: String, attempt: UInt16 = 1) -> Event {
        event(.executionStarted, time, attempt: attempt)
    }

    static func finished(
        _ time: String, _ outcome: Outcome, attempt: UInt16 = 1, revision: UInt16 = 0,
        authority: Authority = .reported, failure: Failure? = nil
    ) -> Event {
        event(
            .executionFinished, time, attempt: attempt, revision: revision, authority: authority
        ) {
            $0.outcome = outcome
            $0.failure = failure
        }
    }

    static func lost(_ time: String, seen: String, attempt: UInt16 = 1) -> Event {
        event(.executionLost, time, attempt: attempt, authority: .inferred) {
            $0.lost = LostVerdict(seen: at(seen), rule: .heartbeat, limit: .seconds(60))
        }
    }

    static func step(
        _ kind: EventKind, _ key: String, _ time: String, attempt: UInt16 = 1, number: UInt16 = 1,
        revision: UInt16 = 0, outcome: Outcome? = nil, tokens: Tokens? = nil
    ) -> Event {
        event(kind, time, attempt: attempt, revision: revision) {
            $0.step = key
            $0.stepTry = number
            $0.outcome = outcome
            $0.tokens = tokens
        }
    }

    static func called(
        _ call: String, _ time: String, step: String? = nil, tokens: Tokens? = nil,
        costNanos: Int64? = nil
    ) -> Event {
        event(.modelCalled, time) {
            $0.call = ModelCall(id: call, costNanos: costNanos)
            $0.step = step
            $0.tokens = tokens
        }
    }

    /// What is shown of the events, in order and reversed.
    static func shown(_ events: Event...) -> Execution {
        shown(events)
    }

    static func shown(_ events: [Event]) -> Execution {
        let state = Law.record.fold(events)
        #expect(Law.record.fold(events.reversed()) == state)
        return Execution(id: id, workspace: .default, state: state, retention: .days(90))
    }
}
