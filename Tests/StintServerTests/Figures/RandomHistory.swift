import StintModel
import StintStorage
import StintStorageTesting

/// Executions of every kind there is, told in any order: redriven, corrected, contradictory, lost,
/// skewed, without a start, without an agent, of several models. The seed decides everything.
struct RandomHistory {
    static let agents = ["planner", "Planner", "re\u{301}sume\u{301}", "résumé", "writer/2"]
    static let models = ["large-2", "small-1", "Small-1"]

    /// When the history ends; nothing lies later.
    let end: Instant
    let days: Int
    /// Everything that was told, in an order and batches of its own.
    private(set) var batches: [[Event]] = []
    /// Executions to be erased when all has been told.
    private(set) var erased: [ExecutionID] = []
    /// Moments at which something happened: where windows that begin or end show a fault.
    private(set) var moments: [Instant] = []
    private var random: SeededGenerator
    private var callCount = 0

    init(seed: UInt64, executions: Int, days: Int, end: Instant = SampleFleet.noon) {
        self.end = end
        self.days = days
        random = SeededGenerator(seed: seed)
        var events: [Event] = []
        let rushes = (0..<4).map { _ in instant(within: .days(Int64(days))) }
        for number in 0..<executions {
            let id = ExecutionID(rawValue: "ex-\(seed)-\(number)")!
            let begin =
                random.chance(50)
                ? random.pick(rushes) - span(600) : instant(within: .days(Int64(days)))
            var told = execution(id, from: begin)
            told.removeAll { $0.at > end }
            if random.chance(4) { erased.append(id) }
            events += told
        }
        moments = events.map(\.at)
        events += events.filter { _ in random.chance(6) }
        if random.chance(70) { events.shuffle(using: &random) }
        while !events.isEmpty {
            let count = min(events.count, 1 + random.below(random.pick([3, 60, 400])))
            batches.append(Array(events.prefix(count)))
            events.removeFirst(count)
        }
    }

    // MARK: Executions

    private mutating func execution(_ id: ExecutionID, from begin: Instant) -> [Event] {
        var at = begin
        var events: [Event] = []
        let agent = random.chance(3) ? nil : random.pick(Self.agents)
        let environment =
            random.chance(15) ? random.pick(["test", "mock", "staging", "Test"]) : nil
        for attempt in 1...UInt16(1 + random.pick([0, 0, 0, 0, 1, 2])) {
            func event(_ kind: EventKind) -> Event {
                Event(kind, execution: id, at: at, attempt: attempt)
            }
            var isBegun = false
            if random.chance(60) {
                var queued = event(.executionQueued)
                if random.chance(60) {
                    queued.facts = [Fact(.priority, .integer(Int64(random.below(5))))]
                }
                events.append(queued)
                // Now and then the start seems to come before the queueing.
                at = random.chance(4) ? at - span(3) : at + span(40)
                isBegun = true
            }
            if !isBegun || random.chance(93) {
                var started = event(.executionStarted)
                if let agent { started.facts.append(Fact(.agent, .string(agent))) }
                if let environment {
                    started.facts.append(Fact(.environment, .string(environment)))
                }
                if random.chance(50) { started.facts.append(Fact(.user, .string("user"))) }
                if random.chance(97) { events.append(started) }
            }
            appendWork(of: event(.modelCalled), &at, &events)
            appendEnd(of: event(.executionFinished), agent, &at, &events)
            at = at + span(3_000)
        }
        return events
    }

    /// Model calls, of the execution and of a step, and what the step says of itself.
    private mutating func appendWork(
        of sample: Event, _ at: inout Instant, _ events: inout [Event]
    ) {
        for _ in 0..<random.pick([0, 0, 1, 2, 4]) {
            at = at + span(random.pick([0, 1, 20, 90]))
            callCount += 1
            var called = sample
            called.at = at
            if random.chance(50) { called.step = "work" }
            called.call = ModelCall(
                id: "call-\(callCount)",
                model: random.chance(95) ? random.pick(Self.models) : nil,
                latency: random.chance(80) ? span(9) : nil,
                costNanos: random.chance(60) ? Int64(random.below(90_000_000)) : nil)
            called.tokens = Tokens(
                input: random.chance(80) ? Int64(random.below(9_000)) : nil,
                output: random.chance(80) ? Int64(random.below(3_000)) : nil)
            events.append(called)
        }
        guard random.chance(30) else { return }
        var finished = sample
        finished.kind = .stepFinished
        finished.at = at
        finished.step = "work"
        finished.outcome = .succeeded
        finished.tokens = Tokens(input: Int64(random.below(20_000)), output: 5)
        events.append(finished)
    }

    private mutating func appendEnd(
        of sample: Event, _ agent: String?, _ at: inout Instant, _ events: inout [Event]
    ) {
        at = at + span(random.pick([0, 1, 5, 30, 60, 400]))
        var finished = sample
        finished.at = at
        switch random.below(100) {
        case ..<82:
            finished.outcome = outcome()
            if random.chance(4), let agent {
                // It was another's all along.
                finished.facts = [
                    Fact(.agent, .string(random.pick(Self.agents.filter { $0 != agent })))
                ]
            }
            events.append(finished)
            if random.chance(8) {
                var other = finished
                other.at = at + span(200) - span(200)
                other.outcome = outcome()
                other.revision = UInt16(random.below(3))
                events.append(other)
            }
        case ..<90:
            guard let seen = events.map(\.at).max() else { return }
            var lost = sample
            lost.kind = .executionLost
            lost.at = seen + span(100)
            lost.authority = .inferred
            lost.lost = LostVerdict(seen: seen, rule: .heartbeat, limit: .seconds(60))
            events.append(lost)
            guard random.chance(25) else { return }
            // It was not dead after all.
            var sign = sample
            sign.kind = .executionHeartbeat
            sign.at = lost.at + span(100)
            events.append(sign)
        case ..<95:
            var waiting = sample
            waiting.kind = .executionWaiting
            waiting.at = at
            events.append(waiting)
        default:
            break
        }
    }

    private mutating func outcome() -> Outcome {
        random.pick([.succeeded, .succeeded, .succeeded, .failed, .timedOut, .aborted])
    }

    // MARK: Time

    /// Up to so many seconds, often whole ones.
    private mutating func span(_ seconds: Int) -> TimeSpan {
        guard seconds > 0 else { return .zero }
        let span = TimeSpan(microseconds: Int64(random.below(seconds * 1_000_000)))
        return random.chance(20) ? .seconds(span.microseconds / 1_000_000) : span
    }

    /// Before the end of the history, often at a round time.
    private mutating func instant(within length: TimeSpan) -> Instant {
        let back = Int64(random.below(Int(length.microseconds)))
        let round = random.pick([Int64(1), 1, 60_000_000, 300_000_000, 3_600_000_000])
        return Instant(microseconds: (end.microseconds - back) / round * round)
    }

    /// A window to ask about: of any length, from and to any time, often round ones, often those of
    /// an event or one microsecond beside it, now and then into the future.
    mutating func window() -> Range<Instant> {
        let bounds = [bound(), random.chance(10) ? end + span(90_000) : bound()].sorted()
        return bounds[0]..<max(bounds[1], bounds[0] + TimeSpan(microseconds: 1))
    }

    private mutating func bound() -> Instant {
        guard random.chance(40) else { return instant(within: .days(Int64(days))) }
        let beside = TimeSpan(microseconds: Int64(random.below(3) - 1))
        return min(random.pick(moments) + beside, end)
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element { random.pick(elements) }
}
