import StintModel
import Synchronization

/// A step that is under way, as its own program tells of it.
///
/// Every call returns at once, throws nothing and waits for nobody.
public final class StepScope: Sendable {
    public let name: String
    /// Tells it from the other steps of the execution; the name, where that comes but once.
    public var key: String { place.key }
    public let execution: ExecutionScope

    private let identity: String
    let place: StepPlaces.Place
    private let state = Mutex(State())

    private struct State {
        var tokens: Tokens?
        var isSkipped = false
        var isFinished = false
    }

    /// The one that this task is in.
    public static var current: StepScope? { Surroundings.current?.step }

    /// - Parameter outer: Where it is begun; its parent is the step there, of the same execution.
    package init(
        _ name: String, of execution: ExecutionScope, inside outer: Surroundings?,
        key: String? = nil, kind: String? = nil, activity: String? = nil,
        attributes: [String: AttributeValue] = [:]
    ) {
        self.name = name.asName
        self.execution = execution
        identity = key?.asName ?? self.name
        guard execution.tracker.isEnabled else {
            place = StepPlaces.Place(key: identity, try: 1)
            return
        }
        place = execution.place(for: identity)
        let around = outer?.execution === execution ? outer?.step?.key : nil
        tell(.stepStarted, .step) {
            if self.name != place.key { $0.facts.append(Fact(.name, .string(self.name))) }
            if let kind { $0.facts.append(Fact(.kind, .string(kind.asName))) }
            if let around { $0.facts.append(Fact(.parent, .string(around))) }
            if let activity { $0.facts.append(Fact(.activity, .string(activity.asText))) }
            $0.attributes = attributes.attributes
        }
    }

    /// What it is doing, in one line.
    public func activity(_ text: String) {
        tell(.stepUpdated, .update) { $0.facts = [Fact(.activity, .string(text.asText))] }
    }

    /// Tokens used by it so far, calls told with `modelCall` included. A later call states a later
    /// total; the larger stands.
    public func tokens(
        input: Int? = nil, output: Int? = nil, cachedInput: Int? = nil, reasoning: Int? = nil
    ) {
        let told = Tokens(
            input: input, output: output, cachedInput: cachedInput, reasoning: reasoning)
        let total = state.withLock { state in
            let total = state.tokens.map { $0.maximum(told) } ?? told
            state.tokens = total
            return total
        }
        tell(.stepUpdated, .update) { $0.tokens = total.isEmpty ? nil : total }
    }

    /// Adds attributes, or states them anew.
    public func update(attributes: [String: AttributeValue]) {
        tell(.stepUpdated, .update) { $0.attributes = attributes.attributes }
    }

    /// A call of a model that it made.
    ///
    /// - Parameters:
    ///   - model: By the name that prices know it by.
    ///   - input: Tokens that went in, those read from a cache included.
    ///   - output: Tokens that came out, those of reasoning included.
    ///   - cachedInput: Of those that went in, how many were read from a cache.
    ///   - reasoning: Of those that came out, how many were reasoning.
    ///   - latency: From the request to the end of the answer.
    ///   - cost: In US dollars; it stands before any price that the server knows.
    ///   - id: Unique in the execution; a call told twice under one id counts once.
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

    /// It turned out not to be its turn: its end is told as skipped, unless it throws.
    public func skip() { state.withLock { $0.isSkipped = true } }

    /// Ends a step that was begun with ``ExecutionScope/beginStep(_:key:kind:activity:attributes:)``.
    public func finish(_ ending: Ending = .succeeded) { finish(ending) { _ in } }

    /// - Parameter complete: Is given what is told of the end, to add to it.
    func finish(_ ending: Ending, _ complete: (inout Event) -> Void) {
        let state = state.withLock { state in
            defer { state.isFinished = true }
            return state
        }
        guard !state.isFinished, execution.tracker.isEnabled else { return }
        let isSkipped = state.isSkipped && ending.outcome == .succeeded
        if ending.outcome == .failed { execution.noteFailure(of: identity, at: place) }
        tell(.stepFinished, .step) {
            $0.outcome = isSkipped ? .skipped : ending.outcome
            $0.failure = ending.failure
            $0.tokens = state.tokens
            complete(&$0)
        }
    }

    func tell(
        _ kind: EventKind, _ importance: Importance, _ complete: (inout Event) -> Void
    ) {
        execution.tell(kind, importance) { event in
            event.step = place.key
            event.stepTry = place.try
            complete(&event)
        }
    }
}
