/// Every bound on what one sender may state, in one place. What lies beyond is refused or, where
/// said so, left out and flagged; nothing grows without end.
public enum Limits {
    /// UTF-8 bytes of an execution's id; an ARN fits.
    public static let executionIDBytes = 512
    /// UTF-8 bytes of every other name: agent, step, attribute key, model, worker, queue, user, …
    public static let nameBytes = 256
    /// UTF-8 bytes of a text: activity, summary, error message, cause, stack.
    public static let textBytes = 32 * 1_024
    /// UTF-8 bytes of one attribute's text.
    public static let attributeBytes = 8 * 1_024
    /// Attributes of one event.
    public static let attributesPerEvent = 128
    /// The highest `attempt`, `try` and `revision`.
    public static let counter = 65_535
    /// Names in the plan (`steps`) of one event.
    public static let plannedSteps = 2_000

    /// Steps (each try of each attempt counts) kept for one execution: the smallest by (attempt,
    /// key, try) stay, so that the order of arrival does not matter.
    public static let stepsPerExecution = 2_000
    /// Attempts kept for one execution: the highest stay.
    public static let attemptsPerExecution = 1_000
    /// Attributes kept for one execution or one step: the smallest by key stay.
    public static let attributesPerExecution = 1_024
    /// Model calls kept for one step, or for the execution itself: the smallest by id stay.
    public static let callsPerScope = 10_000
    /// Spans kept of one trace: the earliest by (start, id) stay. Executions of which a longer one tells
    /// are flagged.
    public static let spansPerTrace = 10_000

    /// Messages in messages of one OTLP export: spans, their attributes and the values of these.
    public static let partsPerExport = 500_000
    /// How deep messages stand in each other in an OTLP export.
    public static let exportDepth = 32

    /// How far ahead of the server's clock an event may lie.
    public static let eventsAhead = TimeSpan.seconds(24 * 3_600)

    /// All of them by name, for whoever shows what is in force. A span counts in seconds.
    public static let all: [(name: String, value: Int)] = [
        ("executionIDBytes", executionIDBytes), ("nameBytes", nameBytes),
        ("textBytes", textBytes), ("attributeBytes", attributeBytes),
        ("attributesPerEvent", attributesPerEvent), ("counter", counter),
        ("plannedSteps", plannedSteps), ("stepsPerExecution", stepsPerExecution),
        ("attemptsPerExecution", attemptsPerExecution),
        ("attributesPerExecution", attributesPerExecution), ("callsPerScope", callsPerScope),
        ("spansPerTrace", spansPerTrace), ("partsPerExport", partsPerExport),
        ("exportDepth", exportDepth),
        ("eventsAheadSeconds", Int(eventsAhead.seconds)),
    ]
}
