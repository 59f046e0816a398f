import StintModel

/// Decides everything about one execution, in the order in which it happens.
struct ExecutionDraw {
    private let number: Int
    private let tag: String
    /// The execution that the same source message began first.
    private let message: Int
    private let incidents: [Incident]
    private let seed: UInt64
    var random: RandomSource

    /// The moment that has been reached.
    var clock: Instant
    private(set) var agent = AgentProfile.all[0]
    var callCount = 0
    /// Whether steps say what they used in all, beside their calls.
    private(set) var usesTotals = false

    init(
        seed: UInt64, number: Int, tag: String, message: Int, arrival: Instant,
        incidents: [Incident]
    ) {
        self.number = number
        self.tag = tag
        self.message = message
        self.incidents = incidents
        self.seed = seed
        random = RandomSource(seed: seed, .execution, part: number)
        clock = arrival
    }

    mutating func execution() -> SimulatedExecution {
        // What the message asked for is the same whichever execution it began. The first draw said
        // whether it was delivered twice.
        var asked = RandomSource(seed: seed, .message, part: message)
        _ = asked.next()
        agent = AgentProfile.all[asked.index(weighted: AgentProfile.all.lazy.map(\.weight))]
        let document = asked.below(5_000)
        let user = min(asked.below(40), asked.below(40))

        var fates = [fate()]
        // Whoever looks after a failure has it done again; mostly that helps.
        if case .ends(let outcome) = fates[0], outcome != .succeeded, random.chance(0.3) {
            fates.append(random.chance(0.75) ? .ends(.succeeded) : fate())
        }
        usesTotals = random.chance(0.3)
        let hasPlan = random.chance(0.6)
        let environment: String? =
            random.chance(0.03) ? random.pick(["test", "test", "mock"]) : nil
        let parent = number > 0 && random.chance(0.04) ? FleetTag.id(tag, number - 1) : nil
        let queue = agent.weight < 10 ? "batch" : "interactive"
        let priority = Int64(random.below(10))

        var attempts: [SimulatedExecution.Attempt] = []
        for (index, fate) in fates.enumerated() {
            if index > 0 { clock = clock + random.milliseconds(60_000...1_800_000) }
            attempts.append(attempt(UInt16(index + 1), fate))
        }
        var execution = SimulatedExecution(
            number: number, id: FleetTag.id(tag, number), fate: fates[fates.count - 1],
            agent: agent.name, name: "document \(document)",
            user: "user-\(user < 10 ? "0" : "")\(user)", correlation: "corr-\(tag)-\(number / 3)",
            parent: parent, environment: environment, priority: priority, queue: queue,
            plan: hasPlan ? agent.steps.map(\.key) : nil,
            attributes: [
                Attribute("documentId", .string("doc-\(document)")),
                Attribute("messageId", .string("msg-\(tag)-\(message)")),
                Attribute("model", .string(agent.model)),
                Attribute(FleetTag.attribute, .string(tag)),
            ], attempts: attempts)
        promise(&execution)
        settleSilence(&execution)
        if case .ends(.succeeded) = execution.fate {
            if random.chance(0.7) { execution.goalMet = random.chance(0.85) }
            execution.summary = agent.summary
        }
        if case .ends = execution.fate, agent.model != "small-1" {
            execution.turns = Int64(1 + random.below(6))
        }
        return execution
    }

    private func holds(_ kind: Incident.Kind) -> Bool {
        incidents.contains { $0.kind == kind && $0.holds(at: clock) }
    }

    private mutating func fate() -> SimulatedExecution.Fate {
        if holds(.failureSurge), random.chance(0.6) { return .ends(.failed) }
        switch random.index(weighted: [88, 5, 1.5, 1.5, 2, 0.7, 0.4]) {
        case 1: return .ends(.failed)
        case 2: return .ends(.timedOut)
        case 3: return .ends(.aborted)
        case 4: return .fallsSilent
        case 5: return .waits
        case 6: return .staysQueued
        default: return .ends(.succeeded)
        }
    }

    // MARK: Attempts

    private mutating func attempt(
        _ number: UInt16, _ fate: SimulatedExecution.Fate
    ) -> SimulatedExecution.Attempt {
        var attempt = SimulatedExecution.Attempt(number: number, lastSign: clock)
        if fate == .staysQueued || random.chance(0.75) {
            attempt.queuedAt = clock
            if fate == .staysQueued { return attempt }
            let wait = TimeSpan.milliseconds(holds(.rush) ? 20_000 : 800)
            clock = clock + random.span(median: wait, doublings: 1)
        }
        attempt.startedAt = clock
        var run = random.span(median: agent.median, doublings: agent.doublings)
        if holds(.slowDown) { run = run.share(4) }
        let unit = run.share(1 / agent.steps.reduce(0) { $0 + $1.weight })

        // The step that does not end well; what would have come after it never begins.
        let last = fate == .ends(.succeeded) ? nil : random.below(agent.steps.count)
        if random.chance(0.05) { attempt.calls.append(call(at: tick())) }
        for order in 0...(last ?? agent.steps.count - 1) {
            if order > 0, random.chance(0.04) { attempt.pauses.append(pause()) }
            let isLast = order == last
            let span = random.span(
                median: unit.share(agent.steps[order].weight), doublings: 0.2)
            if order > 0, !isLast, random.chance(0.03) {
                attempt.steps.append(skipped(order))
            } else {
                if !isLast, random.chance(0.05) {
                    let failure = Failure(type: "ToolTimeout", message: "no answer in time")
                    attempt.steps.append(
                        step(order, 1, span.share(0.3), ends: .failed, failure))
                    tick(500)
                    attempt.steps.append(step(order, 2, span, ends: .succeeded, nil))
                } else if !isLast {
                    attempt.steps.append(step(order, 1, span, ends: .succeeded, nil))
                } else {
                    end(&attempt, in: order, after: span, fate)
                }
            }
        }
        if last == nil {
            attempt.ending = .init(at: tick(), outcome: .succeeded, failure: nil)
        }
        attempt.lastSign = clock
        return attempt
    }

    /// The step in which an attempt comes to its end, or to none.
    private mutating func end(
        _ attempt: inout SimulatedExecution.Attempt, in order: Int, after span: TimeSpan,
        _ fate: SimulatedExecution.Fate
    ) {
        switch fate {
        case .ends(.failed):
            let failure = failure()
            attempt.steps.append(step(order, 1, span, ends: .failed, failure))
            attempt.ending = .init(at: tick(), outcome: .failed, failure: failure)
        case .ends(.timedOut):
            // Half of those who end an execution leave its step as it is.
            let isLeftOpen = random.chance(0.5)
            attempt.steps.append(step(order, 1, span, ends: isLeftOpen ? nil : .timedOut, nil))
            let failure = Failure(type: "DeadlineExceeded", message: "stopped at the deadline")
            attempt.ending = .init(at: tick(), outcome: .timedOut, failure: failure)
        case .ends(let outcome):
            attempt.steps.append(step(order, 1, span, ends: outcome, nil))
            attempt.ending = .init(at: tick(), outcome: outcome, failure: nil)
        case .fallsSilent:
            attempt.steps.append(step(order, 1, span, ends: nil, nil))
        case .waits:
            attempt.steps.append(step(order, 1, span, ends: nil, nil))
            attempt.pauses.append(.init(from: tick(), to: nil, reason: Self.reason))
        case .staysQueued:
            break
        }
    }

    private static let reason = "approval by a person"

    private mutating func pause() -> SimulatedExecution.Pause {
        let from = tick()
        clock = clock + random.milliseconds(5_000...600_000)
        return .init(from: from, to: clock, reason: Self.reason)
    }

    private mutating func failure() -> Failure {
        if holds(.failureSurge) {
            return Failure(type: "ModelOverloaded", message: "The model is overloaded, try later")
        }
        switch random.below(4) {
        case 0:
            return Failure(
                type: "RateLimitError",
                message: "Too many requests: limit \(20 + random.below(5) * 20) per minute reached")
        case 1:
            return Failure(
                type: "SchemaMismatch", message: "The answer is no JSON of the schema asked for",
                cause: "unexpected end of text")
        case 2:
            return Failure(
                type: "ContextLengthExceeded",
                message: "\(100 + random.below(90)) 000 tokens are more than the model takes")
        default:
            return Failure(type: "ToolError", message: "The tool answered 502")
        }
    }

    // MARK: Promises

    /// What the execution promised when it began, and the heartbeats that keep it.
    ///
    /// Promises leave ample room, so that none who lives breaks one.
    private mutating func promise(_ execution: inout SimulatedExecution) {
        let lengths = execution.attempts.map { attempt in
            attempt.startedAt.map { attempt.lastSign.since($0) } ?? .zero
        }
        let longest = lengths.max() ?? .zero
        var (hasTimeout, hasHeartbeat) = (random.chance(0.3), random.chance(agent.heartbeats))
        switch execution.fate {
        case .fallsSilent:
            // Three in four had promised something; the others run for ever.
            let promised = random.index(weighted: [2, 1, 1, 1.3])
            hasHeartbeat = promised == 0 || promised == 2
            hasTimeout = promised == 1 || promised == 2
        case .waits: hasTimeout = false
        case .ends, .staysQueued: break
        }
        if hasTimeout {
            execution.timeout = .seconds(60 * (1 + 3 * longest.microseconds / 60_000_000))
        }
        guard hasHeartbeat else { return }
        let spans: [Int64] = [30, 60, 120, 300, 900]
        let wanted = longest.microseconds / 5_000_000
        let heartbeat = TimeSpan.seconds(spans.first { $0 >= wanted } ?? 3_600)
        execution.heartbeat = heartbeat
        let third = TimeSpan(microseconds: heartbeat.microseconds / 3)
        for index in execution.attempts.indices {
            guard var beat = execution.attempts[index].startedAt else { continue }
            let end = execution.attempts[index].lastSign
            while beat + third < end {
                beat = beat + third
                execution.attempts[index].heartbeats.append(beat)
            }
        }
    }

    /// Nobody hears of a death: the last sign is what came before it.
    private func settleSilence(_ execution: inout SimulatedExecution) {
        guard execution.fate == .fallsSilent else { return }
        let place = execution.attempts.count - 1
        let attempt = execution.attempts[place]
        var signs = [attempt.startedAt, attempt.heartbeats.last].compactMap(\.self)
        signs += attempt.calls.map(\.at)
        signs += attempt.pauses.compactMap(\.to)
        for step in attempt.steps {
            signs += [step.startedAt, step.toldHalf?.at, step.ending?.at].compactMap(\.self)
            signs += step.calls.map(\.at)
        }
        if let last = signs.max() { execution.attempts[place].lastSign = last }
    }
}
