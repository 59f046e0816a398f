import StintClient
import StintModel
import Synchronization
public import Tracing

/// An execution or a step, told as a span.
public final class StintSpan: Span {
    public let context: ServiceContext
    /// `nil` where nothing is told.
    private let scope: (any TracedScope)?
    private let start: ContinuousClock.Instant
    private let state: Mutex<State>

    private struct State {
        var name: String
        var attributes = SpanAttributes()
        var status: SpanStatus?
        var error: (any Error)?
        var isEnded = false
    }

    init(
        _ name: String, of scope: (any TracedScope)?, _ context: ServiceContext,
        _ ago: TimeSpan = .zero
    ) {
        self.context = context
        self.scope = scope
        start = .now - .microseconds(ago.microseconds)
        state = Mutex(State(name: name))
    }

    public var operationName: String {
        get { state.withLock(\.name) }
        set {
            let isNew = state.withLock { state in
                defer { if !state.isEnded { state.name = newValue } }
                return !state.isEnded && state.name != newValue
            }
            if isNew { scope?.rename(newValue) }
        }
    }

    public var isRecording: Bool { scope != nil && state.withLock { !$0.isEnded } }

    public var attributes: SpanAttributes {
        get { state.withLock(\.attributes) }
        set { change { $0.attributes = newValue } }
    }

    public func setStatus(_ status: SpanStatus) { change { $0.status = status } }

    public func recordError<Instant: TracerInstant>(
        _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
    ) {
        change { $0.error = error }
    }

    public func addEvent(_ event: SpanEvent) {
        if isRecording { scope?.activity(event.name) }
    }

    public func addLink(_ link: SpanLink) {}

    private func change(_ change: (inout State) -> Void) {
        guard scope != nil else { return }
        state.withLock { if !$0.isEnded { change(&$0) } }
    }

    public func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        guard let scope else { return }
        let last = state.withLock { state -> State? in
            defer { state.isEnded = true }
            return state.isEnded ? nil : state
        }
        guard let last else { return }
        let ago = TimeSpan(before: instant)
        let meaning = SpanMeaning(of: last.attributes)
        if let call = meaning.call {
            scope.modelCall(
                call.model, input: call.input, output: call.output, cachedInput: call.cachedInput,
                reasoning: call.reasoning,
                latency: start.duration(to: .now) - .microseconds(ago.microseconds), cost: nil,
                id: context.place?.parent.parentID)
        }
        scope.finish(
            ending(last, meaning, isLate: scope.isLate), ago, kind: meaning.kind,
            attributes: meaning.attributes)
    }

    private func ending(_ last: State, _ meaning: SpanMeaning, isLate: Bool) -> Ending {
        switch (last.status?.code, last.error) {
        case (.ok, _), (nil, nil): .succeeded
        case (_, let error?): Ending(throwing: error, isLate: isLate)
        case (.error, nil):
            .failed(type: meaning.errorType ?? "Error", message: last.status?.message ?? "")
        }
    }
}
