import StintModel
import StintStorage

extension Operation {
    /// Which executions, and in which order.
    private static let filters: [Operation.Parameter] = [
        .query("agent", .string, "Of this agent."),
        .query(
            "status", .array(.words(ExecutionStatus.allCases.map(\.word))),
            "In one of these statuses. Synonyms in common use are understood."),
        .query("from", .sentInstant, "Not before this time; see `on`."),
        .query("to", .sentInstant, "Before this time; see `on`."),
        .query(
            "q", .string,
            """
            Each of its words, 32 at most, begins a word of id, name, agent, or the error's \
            type, message or cause. Case is ignored.
            """),
        .query("user", .string, "Asked for by this user."),
        .query("correlation", .string, "Of this correlation id."),
        .query("parent", .string, "Begun by the execution of this id."),
        .query("errorType", .string, "Failed with an error of this type."),
        .query("environment", .string, "Run in this environment."),
        .query(
            "counted", .boolean,
            "Whether figures count it: what ran as `test` or `mock` counts in none."),
        .query("goalMet", .boolean, "Whether it achieved what it was for."),
        .query("minDurationSeconds", .seconds, "At least so long; only what has finished."),
        .query("maxDurationSeconds", .seconds, "Less than so long; only what has finished."),
        .query(
            "attr", .attributeFilter,
            """
            `attr.KEY=VALUE`, repeatable: with this attribute. The members of this object are \
            parameters themselves, and begin with `attr.`.
            """),
        .query(
            "order", .words(ExecutionQuery.Order.allCases.map(\.rawValue)),
            "`desc` (default) or `asc`."),
        .query(
            "on", .words(ExecutionQuery.Key.allCases.map(\.rawValue)),
            "What range and order go by: the start (default) or the finish."),
    ]

    static let executions = Operation(
        id: "listExecutions", group: .executions, summary: "List executions, newest first",
        description: """
            Filters are joined by *and*, a repeated `status` by *or*. A page may hold fewer items \
            than were asked for, even none, and still have a `nextCursor`.
            """,
        parameters: filters + [.limit, .cursor],
        success: .tagged(.executionPage, "One page of executions."))

    static let exportExecutions = Operation(
        id: "exportExecutions", group: .executions, summary: "Executions, all there are",
        description: """
            Streamed: `ndjson` has everything about one a line (without links and commands), `csv` \
            a header, then the members of a summary and the attributes as JSON. The last line is \
            the count, `{"count": n}` or `# count n`: where it is missing the answer was cut. An \
            execution whose start (by `on`, its finish) does not change meanwhile is in it once.
            """,
        parameters: filters + [
            .query(
                "format", .words(ExecutionLines.Form.allCases.map(\.rawValue)),
                "`ndjson` (default) or `csv`.")
        ],
        success: Success(
            description: "Executions, a line each.",
            content: [
                Content(type: "application/x-ndjson", schema: .string),
                Content(type: "text/csv", schema: .string),
            ]))

    static let execution = Operation(
        id: "getExecution", group: .executions, summary: "Everything about one execution",
        parameters: [.execution], success: .tagged(.execution, "The execution."))

    static let status = Operation(
        id: "getExecutionStatus", group: .executions, summary: "Where an execution stands",
        description: "The small poll for a portal. An id not heard of yet is `pending`.",
        parameters: [
            .execution,
            .query(
                "wait", .integer(in: 0...60).with("default", 0),
                """
                Answer when something changes, or after so many seconds; at once where it is \
                final or differs from `If-None-Match`.
                """),
        ],
        success: .tagged(.executionStatus, "Its status and that of its steps."))

    static let trail = Operation(
        id: "listExecutionEvents", group: .executions,
        summary: "The events of an execution, as they arrived",
        parameters: [.execution, .limit, .cursor],
        success: .tagged(.trailPage, "One page of events, oldest first."))

    static let erase = Operation(
        id: "deleteExecution", group: .executions, summary: "Delete an execution for good",
        description: "It leaves the figures too. Later events of this id are refused.",
        parameters: [.execution], success: .noContent("It is gone."))
}

extension Operation.Parameter {
    fileprivate static let execution = path(
        "id", "The execution's id, percent-encoded.", .string(1...Limits.executionIDBytes))
}

extension Schema {
    fileprivate static let attributeFilter = Schema.map(.string)
        .with("patternProperties", ["^attr\\..+$": ["type": "string"]])
        .with("additionalProperties", false).with("maxProperties", 32)
}
