package import Instrumentation

/// What the work of a task belongs to: the scope or the span that it entered last.
///
/// Scopes are entered through a task-local value of their own, which costs less; spans through the
/// context that every library instrumented for tracing hands on. Whichever lies deeper is inside.
package struct Surroundings: Sendable {
    @TaskLocal static var ofScopes: Surroundings?

    package let execution: ExecutionScope
    package let step: StepScope?
    /// How many are around it.
    private let depth: Int

    package init(execution: ExecutionScope, step: StepScope? = nil, inside outer: Surroundings?) {
        self.execution = execution
        self.step = step
        depth = outer.map { $0.depth + 1 } ?? 0
    }

    package static var current: Surroundings? {
        guard let ofSpans = InstrumentationContext.current?.surroundings else { return ofScopes }
        guard let ofScopes, ofScopes.depth > ofSpans.depth else { return ofSpans }
        return ofScopes
    }

    /// What a span belongs to that is started in a context.
    ///
    /// - Parameter context: The task's own, or one that was kept from elsewhere, which then decides alone.
    package static func inside(_ context: InstrumentationContext) -> Surroundings? {
        let kept = context.surroundings
        let own = InstrumentationContext.current?.surroundings
        let isOwn = kept?.execution === own?.execution && kept?.step === own?.step
        return isOwn ? current : kept
    }
}

extension InstrumentationContext {
    private enum Key: InstrumentationContextKey {
        typealias Value = Surroundings
        static var nameOverride: String? { "stint" }
    }

    /// Of the span that is around in it.
    package var surroundings: Surroundings? {
        get { self[Key.self] }
        set { self[Key.self] = newValue }
    }
}
