public import StintModel
public import StintStorage

/// Executions as a busy team would have them: a few agents, steps with retries, model calls,
/// failures, redrives, some open, some waiting. The seed decides everything.
public struct SampleFleet: Sendable {
    private var random: SeededGenerator
    private var number = 0
    private let begin: Instant
    /// The time between two executions' starts.
    private let spacing: TimeSpan

    /// 2026-11-20T14:00:00Z, where samples begin unless told otherwise.
    public static let noon = Instant(microseconds: 1_795_183_200_000_000)

    public init(
        seed: UInt64, begin: Instant = SampleFleet.noon, spacing: TimeSpan = .seconds(1)
    ) {
        random = SeededGenerator(seed: seed)
        self.begin = begin
        self.spacing = spacing
    }

    public static let agents = [
        "portfolio-planner", "maze-experiment", "doc-summariser", "trade-matching",
        "support-triage",
    ]

    /// The events of the next execution, in the order they happened.
    public mutating func next() -> [Event] {
        number += 1
        let id = ExecutionID(rawValue: "ex_\(hex(16))")!
        var at = begin + TimeSpan(microseconds: spacing.microseconds * Int64(number))
        var events: [Event] = []
        let agent = random.pick(Self.agents)
        var attempt: UInt16 = 1

        func event(_ kind: EventKind) -> Event {
            Event(kind, execution: id, at: at, attempt: attempt)
        }

        if random.chance(70) {
            var queued = event(.executionQueued)
            queued.facts = [
                Fact(.agent, .string(agent)), Fact(.priority, .integer(Int64(random.below(10)))),
                Fact(.steps, .list(["prepare", "work", "report"])),
            ]
            events.append(queued)
            pass(&at, upTo: 2_000)
        }
        while true {
            var started = event(.executionStarted)
            started.facts = [
                Fact(.agent, .string(agent)), Fact(.name, .string("run \(number)")),
                Fact(.user, .string("user-\(random.below(20))")),
                Fact(.correlation, .string("corr-\(hex(8))")),
            ]
            if random.chance(3) { started.facts.append(Fact(.environment, .string("test"))) }
            started.attributes = [
                Attribute("model", .string(random.pick(["large-2", "small-1"]))),
                Attribute("temperature", random.pick([.integer(0), .double(0.2), .double(0.7)])),
            ]
            events.append(started)
            var failed = false
            for step in ["prepare", "work", "report"] where !failed {
                failed = appendStep(step, of: event(.stepStarted), at: &at, to: &events)
            }
            if random.chance(6) { return events }
            if random.chance(4) {
                var waiting = event(.executionWaiting)
                waiting.facts = [Fact(.waitingFor, .string("a person"))]
                events.append(waiting)
                return events
            }
            pass(&at, upTo: 500)
            var finished = event(.executionFinished)
            finished.outcome = failed ? random.pick([.failed, .timedOut, .aborted]) : .succeeded
            if failed {
                finished.failure = Failure(
                    type: random.pick(["RateLimitError", "ToolTimeout", "SchemaMismatch"]),
                    message: "Too many requests: limit \(random.below(100)) per minute reached")
            } else if random.chance(50) {
                finished.facts = [Fact(.goalMet, .boolean(random.chance(80)))]
            }
            events.append(finished)
            guard failed, random.chance(20) else { return events }
            attempt += 1
            pass(&at, upTo: 60_000)
        }
    }

    /// - Parameter sample: Tells the execution and the attempt.
    /// - Returns: Whether the step failed for good.
    private mutating func appendStep(
        _ step: String, of sample: Event, at: inout Instant, to events: inout [Event]
    ) -> Bool {
        for number in UInt16(1)...3 {
            func event(_ kind: EventKind) -> Event {
                var event = Event(
                    kind, execution: sample.execution, at: at, attempt: sample.attempt)
                event.step = step
                event.stepTry = number
                return event
            }
            var started = event(.stepStarted)
            started.facts = [Fact(.activity, .string("Working on \(step)"))]
            events.append(started)
            pass(&at, upTo: 20_000)
            if random.chance(60) {
                var called = event(.modelCalled)
                called.call = ModelCall(
                    id: "call-\(hex(8))", model: random.pick(["large-2", "small-1"]),
                    latency: TimeSpan(microseconds: Int64(random.below(5_000_000))),
                    costNanos: random.chance(50) ? Int64(random.below(50_000_000)) : nil)
                called.tokens = Tokens(
                    input: Int64(random.below(4_000)), output: Int64(random.below(1_000)))
                events.append(called)
                pass(&at, upTo: 1_000)
            }
            var finished = event(.stepFinished)
            let isFailure = random.chance(8)
            finished.outcome = isFailure ? .failed : .succeeded
            if isFailure { finished.failure = Failure(type: "ToolError", message: "no answer") }
            events.append(finished)
            if !isFailure { return false }
        }
        return true
    }

    private mutating func pass(_ at: inout Instant, upTo milliseconds: Int) {
        at = at + TimeSpan(microseconds: Int64(1 + random.below(milliseconds)) * 1_000)
    }

    private mutating func hex(_ digits: Int) -> String {
        let text = String(random.next(), radix: 16)
        return String((String(repeating: "0", count: 16) + text).suffix(digits))
    }
}

extension RecordingGroup {
    /// Events as one request would bring them.
    public init(
        _ events: [Event], in workspace: Workspace = .default,
        receivedAt: Instant = SampleFleet.noon
    ) {
        var recordings: [Recording] = []
        var places: [ExecutionID: Int] = [:]
        for event in events {
            guard let id = event.execution else { continue }
            if let place = places[id] {
                recordings[place].append(event)
            } else {
                places[id] = recordings.count
                recordings.append(Recording(workspace: workspace, id: id, first: event))
            }
        }
        self.init(recordings: recordings, receivedAt: receivedAt)
    }
}

extension Workspace {
    /// Another one than the default, for tests of what keeps them apart.
    public static let other = Workspace(rawValue: "other")!
}
