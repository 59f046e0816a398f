/// One execution as readers see it: the view of an ``ExecutionState``.
///
/// Every member is a function of the state and of the prices alone; what depends on the clock of a
/// reader (elapsed time, say) is the reader's to compute.
public struct Execution: Hashable, Sendable {
    public struct Attempt: Hashable, Sendable {
        public var number: UInt16
        public var status: ExecutionStatus
        public var queuedAt: Instant?
        public var startedAt: Instant?
        public var finishedAt: Instant?
        public var failure: Failure?
    }

    /// One try of one step in one attempt.
    public struct Step: Hashable, Sendable {
        public var key: String
        public var name: String
        public var kind: String?
        public var parent: String?
        /// The position of its key in the attempt, from 0: planned keys as planned, then the others
        /// by first start (else first event), then key.
        public var order: Int
        public var attempt: UInt16
        public var number: UInt16
        public var status: StepStatus
        public var activity: String?
        public var startedAt: Instant?
        public var finishedAt: Instant?
        public var duration: TimeSpan?
        public var tokens: Tokens?
        public var costNanos: Int64?
        public var failure: Failure?
        public var attributes: [Attribute]
    }

    public struct ModelCall: Hashable, Sendable {
        public var id: String
        /// The key of the step it belongs to; `nil` where it is the execution's own.
        public var step: String?
        /// The attempt and the try of that step.
        public var attempt: UInt16?
        public var number: UInt16?
        public var model: String?
        public var tokens: Tokens?
        public var latency: TimeSpan?
        /// As it reported, else by the price in force at `at`; `nil` where neither is known.
        public var costNanos: Int64?
        public var at: Instant
    }

    public var id: ExecutionID
    public var workspace: Workspace
    public var attempt: UInt16
    public var status: ExecutionStatus
    /// Members told as facts, by name: agent, name, user, ….
    public var facts: Facts
    public var attributes: [Attribute]
    public var queuedAt: Instant?
    public var startedAt: Instant?
    public var finishedAt: Instant?
    /// The newest evidence of the current attempt; the newest of all where that has none.
    public var lastEventAt: Instant
    /// When retention removes it; `nil` while open.
    public var expiresAt: Instant?
    public var queueWait: TimeSpan?
    public var duration: TimeSpan?
    public var total: TimeSpan?
    public var failure: Failure?
    public var lost: LostVerdict?
    public var hasConflict: Bool
    public var isSkewed: Bool
    public var isTruncated: Bool
    public var attempts: [Attempt]
    /// By attempt, order, try.
    public var steps: [Step]
    public var modelCalls: [ModelCall]
    public var tokens: Tokens?
    /// Of the model calls of which it is known: ``costKnownRate`` tells how many those are.
    public var costNanos: Int64?
    /// When it is expected to end, and whether it has run for longer than nearly all of its agent's.
    /// No part of the state: of what runs, a reader who knows what is usual sets them.
    public var etaAt: Instant?
    public var isOverdue: Bool?

    public subscript(name: FactName) -> Scalar? { facts[name]?.value }

    /// The percentage of the model calls whose cost is known; `nil` where there are no calls.
    public var costKnownRate: Double? {
        if modelCalls.isEmpty { return nil }
        let known = modelCalls.count { $0.costNanos != nil }
        return Double(known) * 100 / Double(modelCalls.count)
    }
}

extension Execution {
    /// - Parameters:
    ///   - retention: How long it is kept after it ended, for `expiresAt`.
    ///   - prices: What calls cost that do not report it.
    public init(
        id: ExecutionID, workspace: Workspace, state: ExecutionState, retention: TimeSpan,
        prices: PriceBook = PriceBook()
    ) {
        self.id = id
        self.workspace = workspace
        attempt = state.currentAttempt
        status = state.status
        facts = state.facts
        attributes = state.attributes.entries.map { Attribute($0.key, $0.value.value) }
        queuedAt = state.queuedAt
        startedAt = state.startedAt
        finishedAt = state.finishedAt
        lastEventAt = state.lastEventAt
        expiresAt = state.expiresAt(retention: retention)
        queueWait = state.queueWait?.span
        duration = state.duration?.span
        total = state.total?.span
        failure = state.failure
        lost = state.status == .lost ? state.current.lost : nil
        hasConflict = state.hasConflict
        isSkewed = state.isSkewed
        isTruncated = state.isAnythingTruncated
        attempts = state.attempts.entries.map { Attempt(number: $0.key, state: $0.value) }
        steps = state.shownSteps(by: prices)
        modelCalls = state.shownCalls(by: prices)
        tokens = state.tokens
        costNanos = state.costNanos(by: prices)
    }
}

extension Execution.Attempt {
    init(number: UInt16, state: ExecutionState.Attempt) {
        self.number = number
        status = state.status
        queuedAt = state.run.queued
        startedAt = state.run.started
        finishedAt = state.run.end?.at
        failure = status.isFailure ? state.run.shownFailure(datedFrom: true) : nil
    }
}

extension ExecutionState {
    /// The newest evidence of the current attempt, else of any, else the first event.
    public var lastEventAt: Instant {
        current.run.seen ?? attempts.entries.compactMap(\.value.run.seen).max() ?? first
    }

    /// A day after its day of start and the retention have passed; `nil` while it is open. A lost
    /// one is kept for seven days more, in case it is heard of again.
    public func expiresAt(retention: TimeSpan) -> Instant? {
        let status = status
        guard status.isFinal || status == .lost else { return nil }
        let day = TimeSpan.days(1).microseconds
        let startOfDay = sortAt.microseconds - ((sortAt.microseconds % day) + day) % day
        let expiry = Instant(microseconds: startOfDay) + retention + .days(1)
        guard status == .lost, let stopAt else { return expiry }
        return max(expiry, stopAt + .days(7))
    }

    /// Whether anything was left out, of the execution or of one of its steps.
    var isAnythingTruncated: Bool {
        isTruncated || usage.isTruncated
            || steps.entries.contains { $0.value.isTruncated || $0.value.usage.isTruncated }
    }

    /// Every try of every step, planned ones included, by attempt, order, try.
    func shownSteps(by prices: PriceBook) -> [Execution.Step] {
        let plan = fact(.steps)?.list ?? []
        var shown: [Execution.Step] = []
        shown.reserveCapacity(steps.count + plan.count)
        var entries = steps.entries[...]
        let current = currentAttempt
        while let attempt = entries.first?.key.attempt {
            let end = entries.firstIndex { $0.key.attempt != attempt } ?? entries.endIndex
            appendSteps(entries[..<end], attempt: attempt, plan: plan, by: prices, to: &shown)
            entries = entries[end...]
        }
        if shown.last?.attempt != current, !plan.isEmpty {
            appendSteps([], attempt: current, plan: plan, by: prices, to: &shown)
        }
        return shown
    }

    private static func isBefore(_ left: Execution.Step, _ right: Execution.Step) -> Bool {
        (left.attempt, left.order, left.number) < (right.attempt, right.order, right.number)
    }

    private func appendSteps(
        _ tries: ArraySlice<SortedMap<StepID, Step>.Entry>, attempt: UInt16, plan: [String],
        by prices: PriceBook, to shown: inout [Execution.Step]
    ) {
        // The order of keys: as planned, then by first start (else first event), then key.
        var begins: [Spelling: Instant] = [:]
        for entry in tries {
            let begin = entry.value.run.started ?? entry.value.first
            begins[Spelling(entry.key.key), default: begin] =
                min(begin, begins[Spelling(entry.key.key)] ?? begin)
        }
        var order: [Spelling: Int] = [:]
        for key in plan.map(Spelling.init) where order[key] == nil { order[key] = order.count }
        let unplanned = begins.filter { order[$0.key] == nil }.sorted {
            $0.value != $1.value
                ? $0.value < $1.value : $0.key.text.isSpelledBefore($1.key.text)
        }
        for (key, _) in unplanned { order[key] = order.count }

        let start = shown.count
        for entry in tries {
            shown.append(
                step(
                    entry.key, entry.value, order: order[Spelling(entry.key.key)] ?? 0, by: prices))
        }
        if attempt == currentAttempt {
            for (key, place) in order where begins[key] == nil {
                shown.append(
                    Execution.Step(
                        key: key.text, name: key.text, order: place, attempt: attempt, number: 1,
                        status: .pending, attributes: []))
            }
        }
        shown[start...].sort(by: Self.isBefore)
    }

    private func step(
        _ id: StepID, _ step: Step, order: Int, by prices: PriceBook
    ) -> Execution.Step {
        let status = status(of: id, step)
        return Execution.Step(
            key: id.key,
            name: step.name(of: id),
            kind: step.facts[.kind]?.value.string,
            parent: step.facts[.parent]?.value.string,
            order: order,
            attempt: id.attempt,
            number: id.number,
            status: status,
            activity: step.facts[.activity]?.value.string,
            startedAt: step.run.started,
            finishedAt: step.run.end?.at,
            duration: step.duration?.span,
            tokens: step.usage.tokens,
            costNanos: step.usage.costNanos(by: prices),
            failure: status.isFailure ? step.run.shownFailure(datedFrom: false) : nil,
            attributes: step.attributes.entries.map { Attribute($0.key, $0.value.value) })
    }

    /// Every model call once, by time, then id.
    func shownCalls(by prices: PriceBook) -> [Execution.ModelCall] {
        var calls: [Execution.ModelCall] = []
        func append(_ usage: UsageState, step: StepID?) {
            for entry in usage.calls.entries {
                let call = entry.value
                calls.append(
                    Execution.ModelCall(
                        id: entry.key, step: step?.key, attempt: step?.attempt,
                        number: step?.number, model: call.model?.value.string,
                        tokens: call.tokens.isEmpty ? nil : call.tokens, latency: call.latency,
                        costNanos: call.costNanos(by: prices), at: call.at))
            }
        }
        append(usage, step: nil)
        for entry in steps.entries { append(entry.value.usage, step: entry.key) }
        return calls.sorted { ($0.at, $0.id) < ($1.at, $1.id) }
    }
}
