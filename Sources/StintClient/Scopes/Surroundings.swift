/// What the work of a task belongs to.
struct Surroundings: Sendable {
    @TaskLocal static var current: Surroundings?

    var execution: ExecutionScope
    var step: StepScope?
}
