import StintModel
import StintSimulation
import StintStorage
import StintWire

/// What a server shows of one execution, beside what is true of it.
struct TruthComparison {
    let truth: SimulatedExecution
    let shown: ExecutionBody
    /// A line each: the member, what is shown, what is true.
    private(set) var differences: [String] = []

    init(_ truth: SimulatedExecution, _ shown: ExecutionBody) {
        self.truth = truth
        self.shown = shown
    }

    /// Whether it is shown as lost; whether it may be is ``SilenceJudgement``'s to say.
    private var isLost: Bool { truth.fate == .fallsSilent && shown.standing == .lost }

    /// Compares what lists and single executions have in common.
    mutating func compareMembers() {
        if truth.fate != .fallsSilent { expect("status", shown.status, truth.status.word) }
        expect("agent", shown.agent, truth.agent)
        expect("name", shown.name, truth.name)
        expect("user", shown.user, truth.user)
        expect("correlation", shown.correlation, truth.correlation)
        expect("parent", shown.parent, truth.parent?.rawValue)
        expect("source", shown.source, "simulation")
        expect("environment", shown.environment, truth.environment ?? "production")
        let isQueued = truth.firstQueuedAt != nil
        expect("priority", shown.priority, isQueued ? Double(truth.priority) : nil)
        expect("queue", shown.queue, isQueued ? truth.queue : nil)
        expect("timeoutSeconds", shown.timeoutSeconds, truth.timeout?.seconds)
        expect("heartbeatSeconds", shown.heartbeatSeconds, truth.heartbeat?.seconds)
        expect("goalMet", shown.goalMet, truth.goalMet)
        expect("summary", shown.summary, truth.summary)
        expect("turns", shown.turns.map(Int64.init), truth.turns)
        let pause = truth.fate == .waits ? truth.current.pauses.last?.reason : nil
        expect("waitingFor", shown.waitingFor, pause)
        let attributes = Dictionary(
            uniqueKeysWithValues: truth.attributes.map { ($0.key, $0.value) })
        expect("attributes", shown.attributes, attributes)
        compareTimes()
        let failure = truth.current.ending?.failure
        expect("error.type", shown.error?.type, failure?.type)
        expect("error.message", shown.error?.message, failure?.message)
        expect("error.cause", shown.error?.cause, failure?.cause)
        expect("error.at", shown.error?.at, failure == nil ? nil : truth.current.ending?.at)
        expect("conflict", shown.conflict, false)
        expect("skew", shown.skew, false)
        expect("tokens", shown.tokens.map(Tokens.init), truth.tokens)
        expect("costUsd", shown.costUsd.map(Self.nanos), truth.costNanos)
    }

    private mutating func compareTimes() {
        let current = truth.current
        let end = current.ending?.at
        expect("attempt", shown.attempt, Int(current.number))
        expect("queuedAt", shown.queuedAt, truth.firstQueuedAt)
        expect("startedAt", shown.startedAt, truth.firstStartedAt)
        expect("finishedAt", shown.finishedAt, end)
        expect("lastEventAt", shown.lastEventAt, current.lastSign)
        func span(from start: Instant?, to end: Instant?) -> TimeSpan? {
            start.flatMap { start in end?.since(start) }
        }
        let begin = [truth.firstQueuedAt, truth.firstStartedAt].compactMap(\.self).min()
        expect(
            "queueWaitSeconds", shown.queueWait,
            span(from: current.queuedAt, to: current.startedAt))
        expect("durationSeconds", shown.duration, span(from: current.startedAt, to: end))
        expect("totalSeconds", shown.total, span(from: begin, to: end))
    }

    /// Compares the steps of a list's item: of the current attempt each step's last try.
    mutating func compareLatestSteps() {
        var latest: [SimulatedExecution.ShownStep] = []
        for step in truth.shownSteps(isLost: isLost) where step.attempt == truth.current.number {
            if latest.last?.order == step.order { latest.removeLast() }
            latest.append(step)
        }
        let steps = shown.steps ?? []
        expect("steps", steps.map(\.name), latest.map(\.key))
        guard steps.count == latest.count else { return }
        for (shown, step) in zip(steps, latest) { compare(shown, step, isSummary: true) }
    }

    /// Compares what only a single execution shows.
    mutating func compareParts() {
        let attempts = shown.attempts ?? []
        expect("attempts", attempts.map(\.attempt), truth.attempts.map { Int($0.number) })
        for (shown, attempt) in zip(attempts, truth.attempts) {
            let place = "attempts[\(attempt.number)]"
            if let ending = attempt.ending {
                expect("\(place).status", shown.status, ExecutionStatus(ending.outcome).word)
            }
            expect("\(place).queuedAt", shown.queuedAt, attempt.queuedAt)
            expect("\(place).startedAt", shown.startedAt, attempt.startedAt)
            expect("\(place).finishedAt", shown.finishedAt, attempt.ending?.at)
            expect("\(place).error.type", shown.error?.type, attempt.ending?.failure?.type)
        }
        let trueSteps = truth.shownSteps(isLost: isLost)
        let steps = shown.steps ?? []
        expect("steps", steps.map(\.key), trueSteps.map(\.key))
        if steps.count == trueSteps.count {
            for (shown, step) in zip(steps, trueSteps) { compare(shown, step, isSummary: false) }
        }
        compareCalls()
    }

    private mutating func compare(
        _ shown: StepBody, _ step: SimulatedExecution.ShownStep, isSummary: Bool
    ) {
        let place = "steps[\(step.key) \(step.attempt).\(step.number)]"
        expect("\(place).order", shown.order, step.order)
        expect("\(place).status", shown.status, step.status.word)
        expect("\(place).activity", shown.activity, step.activity)
        expect("\(place).startedAt", shown.startedAt, step.startedAt)
        let span = step.startedAt.flatMap { start in step.finishedAt?.since(start) }
        expect("\(place).durationSeconds", shown.duration, span)
        if isSummary { return }
        expect("\(place).attempt", shown.attempt, Int(step.attempt))
        expect("\(place).try", shown.try, Int(step.number))
        expect("\(place).finishedAt", shown.finishedAt, step.finishedAt)
        expect("\(place).tokens", shown.tokens.map(Tokens.init), step.tokens)
        expect("\(place).costUsd", shown.costUsd.map(Self.nanos), step.costNanos)
        expect("\(place).error.type", shown.error?.type, step.failure?.type)
        expect("\(place).error.message", shown.error?.message, step.failure?.message)
    }

    private mutating func compareCalls() {
        let calls = (shown.modelCalls ?? []).sorted { ($0.call ?? "") < ($1.call ?? "") }
        let trueCalls = truth.calls.sorted { $0.call.id < $1.call.id }
        expect("modelCalls", calls.map(\.call), trueCalls.map(\.call.id))
        guard calls.count == trueCalls.count else { return }
        for (shown, (step, call)) in zip(calls, trueCalls) {
            let place = "modelCalls[\(call.id)]"
            expect("\(place).step", shown.step, step)
            expect("\(place).model", shown.model, call.model)
            expect("\(place).at", shown.at, call.at)
            expect("\(place).tokens", shown.tokens.map(Tokens.init), call.tokens)
            let latency = shown.latencySeconds.flatMap { TimeSpan(seconds: $0) }
            expect("\(place).latencySeconds", latency, call.latency)
            expect("\(place).costUsd", shown.costUsd.map(Self.nanos), call.costNanos)
        }
    }

    private static func nanos(_ dollars: Double) -> Int64 { Int64((dollars * 1e9).rounded()) }

    private mutating func expect<Value: Equatable>(
        _ member: String, _ shown: Value?, _ wanted: Value?
    ) {
        guard shown != wanted else { return }
        differences.append("\(member) is \(Self.text(shown)), true is \(Self.text(wanted))")
    }

    private static func text(_ value: (some Any)?) -> String {
        switch value {
        case nil: "null"
        case let instant as Instant: instant.rfc3339
        case let span as TimeSpan: "\(JSONNumber.text(span.seconds)) s"
        case let names as [String?]: "[\(names.map { $0 ?? "null" }.joined(separator: ", "))]"
        case let attributes as [String: Scalar]:
            attributes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.text)" }
                .joined(separator: ", ")
        case let tokens as Tokens:
            [
                ("input", tokens.input), ("output", tokens.output),
                ("cachedInput", tokens.cachedInput), ("reasoning", tokens.reasoning),
            ].compactMap { name, count in count.map { "\(name) \($0)" } }.joined(separator: ", ")
        case let value?: "\(value)"
        }
    }
}

extension Tokens {
    fileprivate init(_ body: TokensBody) {
        self.init(
            input: body.input, output: body.output, cachedInput: body.cachedInput,
            reasoning: body.reasoning)
    }
}
