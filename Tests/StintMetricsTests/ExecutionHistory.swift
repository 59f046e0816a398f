import StintModel

/// A random history of a few executions whose every member that counts in the roll-up may change:
/// corrections, redrives, agents and environments told anew, losses taken back.
struct ExecutionHistory {
    var events: [Event] = []

    /// Ten to midnight, so that minutes, hours and days all change within a history.
    private static let base = Instant(rfc3339: "2026-11-20T23:50:00Z")!

    init(executions: Int, using generator: inout SeededGenerator) {
        for number in 0..<executions {
            guard let id = ExecutionID(rawValue: "run-\(number)") else { continue }
            for attempt in 1...UInt16.random(in: 1...3, using: &generator) {
                append(attempt, of: id, using: &generator)
            }
        }
    }

    private mutating func append(
        _ attempt: UInt16, of id: ExecutionID, using generator: inout SeededGenerator
    ) {
        var at = Self.base + TimeSpan(microseconds: Int64(attempt - 1) * 400_000_000)
        func pass(_ generator: inout SeededGenerator) {
            // Clocks disagree: now and then time runs backwards.
            at =
                at
                + TimeSpan(
                    microseconds: Int64.random(in: -5_000_000...70_000_000, using: &generator))
        }
        func event(_ kind: EventKind, _ generator: inout SeededGenerator) -> Event {
            pass(&generator)
            return Event(kind, execution: id, at: at, attempt: attempt)
        }
        if generator.chance(0.7) {
            var queued = event(.executionQueued, &generator)
            queued.facts = facts(using: &generator)
            events.append(queued)
        }
        if generator.chance(0.9) {
            var started = event(.executionStarted, &generator)
            started.facts = facts(using: &generator)
            events.append(started)
        }
        for call in 0..<Int.random(in: 0...3, using: &generator) {
            var called = event(.modelCalled, &generator)
            called.call = ModelCall(
                id: "call-\(attempt)-\(call)",
                model: generator.chance(0.8) ? generator.pick(["m-1", "m-2"]) : nil,
                latency: generator.chance(0.8)
                    ? TimeSpan(microseconds: Int64.random(in: 0...9_000_000, using: &generator))
                    : nil,
                costNanos: generator.chance(0.5)
                    ? Int64.random(in: 0...1_000_000, using: &generator) : nil)
            if generator.chance(0.8) { called.tokens = tokens(using: &generator) }
            if generator.chance(0.5) { called.step = generator.pick(["fetch", "report"]) }
            events.append(called)
        }
        if generator.chance(0.4) {
            var step = event(.stepFinished, &generator)
            step.step = "fetch"
            step.outcome = generator.pick(Outcome.allCases)
            step.tokens = tokens(using: &generator)
            events.append(step)
        }
        if generator.chance(0.4) {
            var lost = event(.executionLost, &generator)
            lost.authority = .inferred
            lost.lost = LostVerdict(
                seen: at + .seconds(Int64.random(in: -60...60, using: &generator)), rule: .heartbeat
            )
            events.append(lost)
        }
        if generator.chance(0.3) { events.append(event(.executionHeartbeat, &generator)) }
        for _ in 0..<Int.random(in: 0...2, using: &generator) {
            var finished = event(.executionFinished, &generator)
            finished.outcome = generator.pick([.succeeded, .aborted, .failed, .timedOut])
            finished.revision = generator.chance(0.2) ? 1 : 0
            finished.authority = generator.chance(0.2) ? .controller : .reported
            if generator.chance(0.4) {
                finished.facts.append(Fact(.goalMet, .boolean(generator.chance(0.5))))
            }
            finished.facts += facts(using: &generator)
            events.append(finished)
        }
    }

    private func facts(using generator: inout SeededGenerator) -> [Fact] {
        var facts: [Fact] = []
        if generator.chance(0.8) {
            // The last two are one text to Unicode and two to a store.
            let agent = generator.pick(["parser", "writer", "caf\u{E9}", "cafe\u{301}"])
            facts.append(Fact(.agent, .string(agent)))
        }
        if generator.chance(0.15) {
            let environment = generator.pick(["test", "mock", "production", "staging"])
            facts.append(Fact(.environment, .string(environment)))
        }
        return facts
    }

    private func tokens(using generator: inout SeededGenerator) -> Tokens {
        func bucket(_ generator: inout SeededGenerator) -> Int64? {
            generator.chance(0.6) ? Int64.random(in: 0...5_000, using: &generator) : nil
        }
        return Tokens(
            input: bucket(&generator), output: bucket(&generator), cachedInput: bucket(&generator),
            reasoning: bucket(&generator))
    }
}
