public import StintClient
import StintModel
public import Tracing

/// Tells spans as executions and their steps, for whatever is instrumented with
/// swift-distributed-tracing.
///
/// ```swift
/// InstrumentationSystem.bootstrap(StintTracer())
/// ```
///
/// A span within an execution is a step of it, and one within that a step of that step, however scopes
/// and spans stand in each other. A span outside of any begins an execution, whose agent is named as the
/// span is; one that only calls another system (of kind `client` or `producer`) begins none.
///
/// An error that was recorded is how a span ended, unless its status says that all is well. Attributes
/// are told at the end, in the conventions for generative AI as kinds of steps and calls of models;
/// what people and models said to each other is left out. An event of a span is the activity of its
/// step. Links are not told.
public struct StintTracer: Tracer {
    private let tracker: Tracker
    private let isTold: @Sendable (String, SpanKind) -> Bool
    /// The execution that this process is a part of, where there is one.
    private let joined: ExecutionScope?

    /// - Parameters:
    ///   - tracker: Delivers what is told.
    ///   - isTold: Whether a span of this name and kind is to be told of. What is within one that is not
    ///     belongs to what is around that. A server keeps 2,000 steps of an execution.
    public init(
        tracker: Tracker = .shared,
        isTold: @escaping @Sendable (_ name: String, _ kind: SpanKind) -> Bool = { _, _ in true }
    ) {
        self.tracker = tracker
        self.isTold = isTold
        joined = tracker.settings.joins == nil ? nil : tracker.begin("")
    }

    public func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> StintSpan {
        var context = context()
        let around = Surroundings.inside(context)
        let outer = context.place
        guard tracker.isEnabled, isTold(operationName, kind) else {
            return StintSpan(operationName, of: nil, context)
        }
        let scope: any TracedScope
        if let execution = around?.execution ?? joined {
            let step = StepScope(operationName, of: execution, inside: around)
            context.surroundings = Surroundings(execution: execution, step: step, inside: .current)
            context.place = SpanPlace(inside: outer, trace: execution.traceID)
            scope = step
        } else if kind == .client || kind == .producer {
            return StintSpan(operationName, of: nil, context)
        } else {
            let execution = tracker.begin(
                operationName, attributes: outer?.parent.attributes ?? [:])
            context.surroundings = Surroundings(execution: execution, inside: .current)
            context.place = SpanPlace(inside: outer, trace: execution.traceID)
            scope = execution
        }
        let ago = TimeSpan(before: instant)
        if ago > .zero { scope.began(ago) }
        return StintSpan(operationName, of: scope, context, ago)
    }

    /// Does nothing: what was told is on its way. See `Tracker.flush(within:)`.
    public func forceFlush() {}
}

extension TimeSpan {
    /// How long ago an instant was; zero for one that is read only now, since the execution's own clock
    /// knows better, and for one that is to come.
    init(before instant: () -> some TracerInstant) {
        let asked = Instant.current
        let told = Instant(
            microseconds: Int64(clamping: instant().nanosecondsSinceEpoch / 1_000))
        self = told < asked ? asked.since(told) : .zero
    }
}
