package import StintModel
import Synchronization

/// An execution that is under way, as its own program tells of it.
///
/// Every call returns at once, throws nothing and waits for nobody. What is told after the end is
/// told all the same; a second end is not.
public final class ExecutionScope: Sendable {
    /// Names it in its workspace.
    public let id: String

    let tracker: Tracker
    private let identity: ExecutionID
    private let attempt: UInt16
    private let deadline: Duration?
    /// Whether somebody else began it and will end it.
    private let isJoined: Bool
    /// Of the trace that it is a part of, or that is named as it is: 32 hex digits.
    package let traceID: String
    private let clock = ScopeClock()
    private let state = Mutex(State())

    private struct State {
        var places = StepPlaces()
        /// What was told of its result, said again at the end: an update may be dropped on the way.
        var conclusion: [Fact] = []
        var isFinished = false
        var heartbeat: Int?
    }

    init(
        tracker: Tracker, id: ExecutionID, attempt: UInt16, deadline: Duration?, isJoined: Bool,
        traceID: String?
    ) {
        self.tracker = tracker
        self.id = id.rawValue
        identity = id
        self.attempt = attempt
        self.deadline = deadline
        self.isJoined = isJoined
        self.traceID = traceID ?? (id.rawValue.isClientID ? id.rawValue : randomHex())
    }

    // Nobody is left who could end it: from here on it is silent.
    deinit {
        if let heartbeat = state.withLock(\.heartbeat) { tracker.forget(heartbeat) }
    }

    /// The one that this task works for.
    public static var current: ExecutionScope? { Surroundings.current?.execution }

    /// What a child process needs to report steps of its own to this execution.
    public var childEnvironment: [String: String] { ["STINT_EXECUTION": id] }

    /// Its trace, as a child process is told of it, whose spans are to meet in it.
    package var childTrace: TraceParent? {
        TraceParent(
            traceID: traceID, parentID: hex(.random(in: 1...UInt64.max)),
            isSampled: tracker.outerTrace?.isSampled ?? true)
    }

    package var isLate: Bool { deadline.map { clock.elapsed >= $0 } ?? false }

    // MARK: What is told

    /// Whether the work achieved what it was for, apart from whether it ran to its end.
    public func goal(met: Bool) { conclude(Fact(.goalMet, .boolean(met))) }

    /// The result in one line.
    public func summary(_ text: String) { conclude(Fact(.summary, .string(text.asText))) }

    /// Turns of an orchestrator so far.
    public func turns(_ count: Int) { conclude(Fact(.turns, .integer(Int64(count)))) }

    /// Sizes of what came in and what goes out, in bytes.
    public func sizes(input: Int? = nil, output: Int? = nil) {
        if let input { conclude(Fact(.inputBytes, .integer(Int64(input)))) }
        if let output { conclude(Fact(.outputBytes, .integer(Int64(output)))) }
    }

    /// Adds attributes, or states them anew.
    public func update(attributes: [String: AttributeValue]) {
        tell(.executionUpdated, .update) { $0.attributes = attributes.attributes }
    }

    /// It waits for something from outside: a person, another system, a slot.
    public func waiting(for what: String) {
        tell(.executionWaiting, .execution) {
            $0.facts = [Fact(.waitingFor, .string(what.asText))]
        }
    }

    /// It goes on after ``waiting(for:)``.
    public func resumed() { tell(.executionResumed, .execution) { _ in } }

    /// A call of a model that belongs to no step. See ``StepScope/modelCall(_:input:output:cachedInput:reasoning:latency:cost:id:)``.
    public func modelCall(
        _ model: String, input: Int? = nil, output: Int? = nil, cachedInput: Int? = nil,
        reasoning: Int? = nil, latency: Duration? = nil, cost: Double? = nil, id: String? = nil
    ) {
        tell(.modelCalled, .step) {
            $0.call = ModelCall(model: model, latency: latency, cost: cost, id: id)
            $0.tokens = Tokens(
                input: input, output: output, cachedInput: cachedInput, reasoning: reasoning)
        }
    }

    /// Ends an execution that was begun with ``Tracker/begin(_:id:attempt:name:user:correlation:source:environment:parent:attributes:steps:deadline:heartbeat:)``.
    public func finish(_ ending: Ending = .succeeded) { finish(ending) { _ in } }

    /// - Parameter complete: Is given what is told of the end, to add to it.
    func finish(_ ending: Ending, _ complete: (inout Event) -> Void) {
        let (isFirst, conclusion, heartbeat) = state.withLock { state in
            defer { state.isFinished = true }
            return (!state.isFinished, state.conclusion, state.heartbeat)
        }
        guard isFirst, !isJoined else { return }
        if let heartbeat { tracker.forget(heartbeat) }
        tell(.executionFinished, .execution) {
            $0.outcome = ending.outcome == .skipped ? .succeeded : ending.outcome
            $0.failure = ending.failure
            $0.facts = conclusion
            complete(&$0)
        }
    }

    // MARK: How it is told

    func start(_ facts: [Fact], attributes: [Attribute], heartbeat: Duration?) {
        if isJoined {
            guard !attributes.isEmpty else { return }
            return tell(.executionUpdated, .update) { $0.attributes = attributes }
        }
        if let heartbeat, tracker.isEnabled {
            let pulse = Pulse(execution: identity, attempt: attempt, every: heartbeat / 3)
            let number = tracker.keepHeard(pulse)
            state.withLock { $0.heartbeat = number }
        }
        tell(.executionStarted, .execution) {
            $0.facts = facts
            $0.attributes = attributes
        }
    }

    private func conclude(_ fact: Fact) {
        state.withLock { state in
            state.conclusion.removeAll { $0.name == fact.name }
            state.conclusion.append(fact)
        }
        tell(.executionUpdated, .update) { $0.facts = [fact] }
    }

    func tell(
        _ kind: EventKind, _ importance: Importance, _ complete: (inout Event) -> Void
    ) {
        guard tracker.isEnabled else { return }
        var event = Event(kind, execution: identity, at: clock.now, attempt: attempt)
        complete(&event)
        tracker.hand(consume event, importance)
    }

    func place(for name: String) -> StepPlaces.Place {
        state.withLock { $0.places.place(for: name) }
    }

    func noteFailure(of name: String, at place: StepPlaces.Place) {
        state.withLock { $0.places.noteFailure(of: name, at: place) }
    }
}

extension ModelCall {
    /// - Parameter cost: In US dollars.
    init(model: String, latency: Duration?, cost: Double?, id: String?) {
        let nanos = cost.map { ($0 * 1e9).rounded() }.flatMap { Int64(exactly: $0) }
        self.init(
            id: id?.asName ?? randomHex(), model: model.asName,
            latency: latency.map { TimeSpan(microseconds: max(0, $0.microseconds)) },
            costNanos: nanos.map { max(0, $0) })
    }
}

extension Tokens {
    /// What is negative was not counted.
    init(input: Int?, output: Int?, cachedInput: Int?, reasoning: Int?) {
        func count(_ value: Int?) -> Int64? { value.flatMap { $0 < 0 ? nil : Int64($0) } }
        self.init(
            input: count(input), output: count(output), cachedInput: count(cachedInput),
            reasoning: count(reasoning))
    }
}
