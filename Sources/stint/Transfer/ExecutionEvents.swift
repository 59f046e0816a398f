import StintModel
import StintWire

/// The events that make the record of an execution again, as it was exported: attempts, steps and
/// their tries, model calls, and what is known of the whole.
///
/// What is said once and for all is dated to the last event of the record: what its sources say of
/// later goes before it, what they repeat of earlier does not. Of an execution that was lost it is
/// told when it was last heard of; the server then finds by its promises that it is.
struct ExecutionEvents {
    /// Why no record can be made of what was read.
    struct Unreadable: Error, Hashable {
        /// A member, as a JSON pointer.
        var pointer: String
        var detail: String
    }

    private let body: ExecutionBody
    private let id: ExecutionID
    /// When it was last heard of.
    private let moment: Instant
    private let current: UInt16
    private(set) var events: [Event] = []

    init(of body: ExecutionBody) throws(Unreadable) {
        guard let id = ExecutionID(rawValue: body.id) else {
            throw Unreadable(
                pointer: "/id",
                detail: "An execution has an id of 1 through \(Limits.executionIDBytes) bytes.")
        }
        guard
            let moment = body.lastEventAt ?? body.finishedAt ?? body.startedAt ?? body.queuedAt
        else {
            throw Unreadable(
                pointer: "/lastEventAt", detail: "Nothing says when it was heard of.")
        }
        self.body = body
        self.id = id
        self.moment = moment
        current = try Self.counter(body.attempt ?? 1, "/attempt")
        for attempt in body.attempts ?? [body.summedAttempt] { try append(attempt) }
        try appendSteps()
        try appendCalls()
        appendPromises()
        appendFacts()
    }

    // MARK: Attempts

    private mutating func append(_ attempt: ExecutionBody.Attempt) throws(Unreadable) {
        let number = try Self.counter(attempt.attempt ?? 1, "/attempts/attempt")
        guard let status = attempt.status.flatMap(ExecutionStatus.init(word:)) else {
            throw Unreadable(pointer: "/status", detail: "No status has this name.")
        }
        if let at = attempt.queuedAt { add(.executionQueued, at: at, number) }
        if let at = attempt.startedAt { add(.executionStarted, at: at, number) }
        if status == .waiting {
            let body = body
            add(.executionWaiting, at: moment, number) { event in
                if let text = body.waitingFor {
                    event.facts.append(Fact(.waitingFor, .string(text)))
                }
            }
        }
        guard let outcome = Outcome(word: status.word) else { return }
        add(.executionFinished, at: attempt.finishedAt ?? moment, number) { event in
            event.outcome = outcome
            event.failure = attempt.error.flatMap(Failure.init)
        }
    }

    // MARK: Steps

    private mutating func appendSteps() throws(Unreadable) {
        for step in body.steps ?? [] {
            guard let key = step.key ?? step.name else {
                throw Unreadable(pointer: "/steps/key", detail: "A step has a key.")
            }
            let attempt = try step.attempt.map { (number) throws(Unreadable) in
                try Self.counter(number, "/steps/attempt")
            }
            let number = try Self.counter(step.try ?? 1, "/steps/try")
            let told = StepTelling(
                key: key, attempt: attempt ?? current, number: number, body: step)
            if let at = step.startedAt { add(.stepStarted, told, at: at) }
            let open = told.attempt == current ? moment : step.startedAt ?? moment
            if let outcome = step.status.flatMap(Outcome.init(word:)) {
                let duration = step.durationSeconds.flatMap { TimeSpan(seconds: $0) }
                let stop = step.startedAt.flatMap { start in duration.map { start + $0 } }
                add(.stepFinished, told, at: step.finishedAt ?? stop ?? open, outcome)
            } else if told.saysMore {
                add(.stepUpdated, told, at: open)
            }
        }
    }

    private struct StepTelling {
        var key: String
        var attempt: UInt16
        var number: UInt16
        var body: StepBody

        /// Whether there is more to say than when it began, or that it is planned.
        var saysMore: Bool {
            body.kind != nil || body.parent != nil || body.activity != nil || body.tokens != nil
                || body.error != nil || !(body.attributes ?? [:]).isEmpty
                || (body.name ?? key) != key
        }
    }

    private mutating func add(
        _ kind: EventKind, _ step: StepTelling, at: Instant, _ outcome: Outcome? = nil
    ) {
        // Totals below the sum of their calls were corrected once, and stand corrected.
        let totals = step.body.tokens.map(Tokens.init)
        let isCorrected = totals.map { $0.maximum(callTokens(of: step)) != $0 } ?? false
        // An event holds so many attributes; there may be more.
        let parts = kind == .stepStarted ? [] : Self.attributes(step.body.attributes)
        add(kind, at: at, step.attempt) { event in
            event.step = step.key
            event.stepTry = step.number
            event.outcome = outcome
            guard kind != .stepStarted else { return }
            let body = step.body
            for (name, text) in [
                (FactName.name, body.name == step.key ? nil : body.name), (.kind, body.kind),
                (.parent, body.parent), (.activity, body.activity),
            ] {
                if let text { event.facts.append(Fact(name, .string(text))) }
            }
            event.attributes = parts.first ?? []
            if !isCorrected { event.tokens = totals }
            event.failure = body.error.flatMap(Failure.init)
        }
        if isCorrected, kind != .stepStarted {
            add(.stepUpdated, at: at, step.attempt) { event in
                event.step = step.key
                event.stepTry = step.number
                event.tokens = totals
                event.revision = 1
            }
        }
        for part in parts.dropFirst() {
            add(.stepUpdated, at: at, step.attempt) { event in
                event.step = step.key
                event.stepTry = step.number
                event.attributes = part
            }
        }
    }

    /// What the calls of one try of a step came to.
    private func callTokens(of step: StepTelling) -> Tokens {
        (body.modelCalls ?? []).reduce(into: Tokens()) { sum, call in
            guard call.step?.isSpelled(like: step.key) ?? false,
                call.attempt == Int(step.attempt), call.try == Int(step.number),
                let tokens = call.tokens
            else { return }
            sum = sum + Tokens(tokens)
        }
    }

    /// The keys of the current attempt's steps in their order, where their times alone would not
    /// give it.
    private var plan: [String]? {
        let steps = (body.steps ?? []).filter { $0.attempt.map { $0 == current } ?? true }
            .sorted { ($0.order ?? 0) < ($1.order ?? 0) }
        var keys: [String] = []
        var begins: [Instant] = []
        for step in steps {
            guard let key = step.key ?? step.name else { continue }
            if keys.last.map({ !$0.isSpelled(like: key) }) ?? true {
                keys.append(key)
                guard let start = step.startedAt else { return steps.keys }
                begins.append(start)
            }
        }
        let isNatural = zip(begins.indices.dropFirst(), begins.indices).allSatisfy {
            later, earlier in
            begins[earlier] != begins[later]
                ? begins[earlier] < begins[later]
                : keys[earlier].isSpelledBefore(keys[later])
        }
        return isNatural ? nil : keys
    }

    // MARK: Model calls

    private mutating func appendCalls() throws(Unreadable) {
        for call in body.modelCalls ?? [] {
            guard let name = call.call else {
                throw Unreadable(pointer: "/modelCalls/call", detail: "A model call has an id.")
            }
            let place = try place(of: call)
            let at = call.at ?? moment
            add(.modelCalled, at: at, place?.attempt ?? (at <= moment ? current : 1)) { event in
                event.step = call.step
                event.stepTry = place?.number ?? 1
                event.tokens = call.tokens.map(Tokens.init)
                event.call = ModelCall(
                    id: name, model: call.model,
                    latency: call.latencySeconds.flatMap { TimeSpan(seconds: $0) },
                    costNanos: Self.nanos(call.costUsd))
            }
        }
        // A summary has the sums alone: one call stands for all.
        guard body.modelCalls == nil, body.tokens != nil || body.costUsd != nil,
            !(body.steps ?? []).contains(where: { $0.tokens != nil })
        else { return }
        let body = body
        add(.modelCalled, at: moment, current) { event in
            event.tokens = body.tokens.map(Tokens.init)
            event.call = ModelCall(id: "imported", costNanos: Self.nanos(body.costUsd))
        }
    }

    /// Which try of its step a call belongs to: the last, where nothing says so. `nil` where it is
    /// the execution's own.
    private func place(
        of call: ExecutionBody.ModelCall
    ) throws(Unreadable) -> (attempt: UInt16, number: UInt16)? {
        guard let step = call.step else { return nil }
        let last = (body.steps ?? []).last { ($0.key ?? $0.name)?.isSpelled(like: step) ?? false }
        return (
            try Self.counter(
                call.attempt ?? last?.attempt ?? Int(current), "/modelCalls/attempt"),
            try Self.counter(call.try ?? last?.try ?? 1, "/modelCalls/try")
        )
    }

    /// - Returns: `nil` for what is no cost that an event could tell.
    private static func nanos(_ dollars: Double?) -> Int64? {
        guard let dollars, (0...9e9).contains(dollars) else { return nil }
        return Int64((dollars * 1e9).rounded())
    }

    // MARK: What is known of the whole

    /// What a queueing or a start promises goes with the last there is of each.
    private mutating func appendPromises() {
        var promises: [Fact] = []
        if let plan { promises.append(Fact(.steps, .list(plan))) }
        for (name, seconds) in [
            (FactName.timeoutSeconds, body.timeoutSeconds),
            (.heartbeatSeconds, body.heartbeatSeconds),
        ] {
            if let seconds { promises.append(Fact(name, Scalar(number: seconds))) }
        }
        let begin = events.lastIndex { $0.kind == .executionQueued || $0.kind == .executionStarted }
        if let begin { events[begin].facts += promises }

        var queueing: [Fact] = []
        if let priority = body.priority {
            queueing.append(Fact(.priority, Scalar(number: priority)))
        }
        if let queue = body.queue { queueing.append(Fact(.queue, .string(queue))) }
        if let at = body.estimatedStartAt {
            queueing.append(Fact(.estimatedStartAt, .string(at.rfc3339)))
        }
        let queued = events.lastIndex { $0.kind == .executionQueued }
        if let queued { events[queued].facts += queueing }
    }

    private mutating func appendFacts() {
        var facts: [Fact] = []
        for (name, text) in [
            (FactName.agent, body.agent), (.name, body.name), (.parent, body.parent),
            (.user, body.user), (.correlation, body.correlation), (.source, body.source),
            (.environment, body.environment), (.summary, body.summary),
        ] {
            if let text { facts.append(Fact(name, .string(text))) }
        }
        for (name, count) in [
            (FactName.turns, body.turns.map(Int64.init)), (.inputBytes, body.inputBytes),
            (.outputBytes, body.outputBytes),
            (.missingEvents, body.missingEvents.map(Int64.init)),
        ] {
            if let count { facts.append(Fact(name, .integer(count))) }
        }
        if let goalMet = body.goalMet { facts.append(Fact(.goalMet, .boolean(goalMet))) }
        let parts = Self.attributes(body.attributes)
        for attributes in parts.isEmpty ? [[]] : parts {
            add(.executionUpdated, at: moment, current) { event in
                event.facts = facts
                event.attributes = attributes
            }
            facts = []
        }
    }

    // MARK: Parts

    private mutating func add(
        _ kind: EventKind, at: Instant, _ attempt: UInt16, _ fill: (inout Event) -> Void = { _ in }
    ) {
        var event = Event(kind, execution: id, at: at, attempt: attempt)
        fill(&event)
        events.append(event)
    }

    private static func counter(
        _ number: Int, _ pointer: String
    ) throws(Unreadable) -> UInt16 {
        guard (1...Limits.counter).contains(number) else {
            throw Unreadable(
                pointer: pointer, detail: "An integer from 1 through \(Limits.counter) is expected."
            )
        }
        return UInt16(number)
    }

    /// In parts that one event can hold.
    private static func attributes(_ told: [String: Scalar]?) -> [[Attribute]] {
        let all = (told ?? [:]).map { Attribute($0.key, $0.value) }
            .sorted { $0.key.isSpelledBefore($1.key) }
        return stride(from: 0, to: all.count, by: Limits.attributesPerEvent).map {
            Array(all[$0..<min($0 + Limits.attributesPerEvent, all.count)])
        }
    }
}

extension [StepBody] {
    /// The keys in order, each once.
    fileprivate var keys: [String] {
        var seen: Set<Spelling> = []
        return compactMap { $0.key ?? $0.name }.filter { seen.insert(Spelling($0)).inserted }
    }
}

extension Failure {
    /// - Returns: `nil` where it says neither its type nor its message.
    fileprivate init?(_ body: FailureBody) {
        guard body.type != nil || body.message != nil else { return nil }
        self.init(
            type: body.type, message: body.message, cause: body.cause, stack: body.stack,
            at: body.at)
    }
}

extension Tokens {
    fileprivate init(_ body: TokensBody) {
        self.init(
            input: body.input, output: body.output, cachedInput: body.cachedInput,
            reasoning: body.reasoning)
    }
}
