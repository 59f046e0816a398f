import StintModel

/// A random history of one execution: redrives, contradictory ends, corrections, losses, waits, both
/// ways to tell tokens, clocks that disagree, and many statements of the same instant.
struct History {
    var events: [Event] = []

    private static let id = ExecutionID(rawValue: "run")
    private static let base = Instant(rfc3339: "2026-11-20T14:00:00Z")!

    init(events count: Int, using generator: inout SeededGenerator) {
        for _ in 0..<count { events.append(Self.event(using: &generator)) }
    }

    private static func event(using generator: inout SeededGenerator) -> Event {
        let kind = generator.pick(EventKind.allCases.filter { $0 != .workerReported })
        var event = Event(kind, execution: id, at: instant(using: &generator))
        // The current attempt is spoken of most.
        event.attempt = generator.pick([1, 2, 2, 2, 3])
        event.authority = generator.pick([.reported, .reported, .controller])
        if kind.isFinish || kind == .stepUpdated {
            event.revision = generator.pick([0, 0, 0, 1, 2])
        }
        switch kind {
        case .executionQueued, .executionStarted, .executionUpdated, .executionHeartbeat,
            .executionWaiting, .executionResumed:
            tell(&event, using: &generator)
        case .executionFinished:
            tell(&event, using: &generator)
            event.outcome = generator.pick([.succeeded, .failed, .timedOut, .aborted])
        case .executionLost:
            event.authority = .inferred
            event.lost = LostVerdict(
                seen: instant(using: &generator),
                rule: generator.pick([.deadline, .heartbeat, .origin]),
                limit: .seconds(Int64.random(in: 1...3, using: &generator)))
        case .stepStarted, .stepUpdated, .stepFinished:
            event.step = generator.pick(["fetch", "extract", "report"])
            event.stepTry = generator.pick([1, 1, 2])
            if generator.chance(0.5) { event.tokens = tokens(using: &generator) }
            if generator.chance(0.5) {
                event.facts.append(Fact(.activity, .string(generator.pick(["a", "b", "ab"]))))
            }
            if kind == .stepFinished { event.outcome = generator.pick(Outcome.allCases) }
            if generator.chance(0.3) { event.attributes = attributes(using: &generator) }
        case .modelCalled:
            if generator.chance(0.7) {
                event.step = generator.pick(["fetch", "extract", "report"])
                event.stepTry = generator.pick([1, 1, 2])
            }
            event.call = ModelCall(
                id: generator.pick(["c-1", "c-2", "c-3"]),
                model: generator.chance(0.7) ? generator.pick(["m-1", "m-2"]) : nil,
                latency: generator.chance(0.7)
                    ? .seconds(Int64.random(in: 0...3, using: &generator)) : nil,
                costNanos: generator.chance(0.5)
                    ? Int64.random(in: 0...3, using: &generator) : nil)
            if generator.chance(0.8) { event.tokens = tokens(using: &generator) }
        case .workerReported:
            break
        }
        if kind.isFinish || kind == .executionUpdated || kind == .stepUpdated, generator.chance(0.4)
        {
            event.failure = failure(using: &generator)
        }
        return event
    }

    private static func tell(_ event: inout Event, using generator: inout SeededGenerator) {
        if generator.chance(0.5) {
            event.facts.append(Fact(.agent, .string(generator.pick(["parser", "writer"]))))
        }
        if generator.chance(0.3) {
            event.facts.append(Fact(.goalMet, .boolean(generator.chance(0.5))))
        }
        if generator.chance(0.3) {
            let plan = generator.pick([["fetch", "report"], ["report", "check"], ["report"]])
            event.facts.append(Fact(.steps, .list(plan)))
        }
        if generator.chance(0.4) { event.attributes = attributes(using: &generator) }
    }

    private static func attributes(using generator: inout SeededGenerator) -> [Attribute] {
        let values: [Scalar] = [
            .integer(2), .integer(10), .double(0.5), .string("2"), .string("é"), .boolean(true),
        ]
        return (0..<Int.random(in: 1...3, using: &generator)).map { _ in
            Attribute(generator.pick(["model", "temperature", "region"]), generator.pick(values))
        }
    }

    private static func failure(using generator: inout SeededGenerator) -> Failure {
        Failure(
            type: generator.chance(0.7) ? generator.pick(["RateLimit", "Timeout"]) : nil,
            message: generator.chance(0.7) ? generator.pick(["no", "not yet"]) : nil,
            cause: generator.chance(0.2) ? "upstream" : nil,
            at: generator.chance(0.3) ? instant(using: &generator) : nil)
    }

    private static func tokens(using generator: inout SeededGenerator) -> Tokens {
        func bucket(_ generator: inout SeededGenerator) -> Int64? {
            generator.chance(0.5) ? Int64.random(in: 0...9, using: &generator) : nil
        }
        return Tokens(
            input: bucket(&generator), output: bucket(&generator), cachedInput: bucket(&generator),
            reasoning: bucket(&generator))
    }

    /// Few instants, so that equal ones are common.
    private static func instant(using generator: inout SeededGenerator) -> Instant {
        base + .seconds(Int64.random(in: 0...7, using: &generator))
    }
}
