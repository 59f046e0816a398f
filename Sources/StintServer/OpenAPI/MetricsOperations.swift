import StintWire

extension Operation {
    static let metrics = Operation(
        id: "getMetrics", group: .metrics, summary: "The figures of a range of time",
        description: """
            Each figure belongs to the minute in which it became known: an arrival and its wait to \
            the start, results, durations, tokens and costs to the finish. Executions whose \
            environment is `test` or `mock` count in none.
            """,
        parameters: range,
        success: .tagged(.metrics, "The range, and all six blocks."))

    static let metricsBlock = Operation(
        id: "getMetricsBlock", group: .metrics, summary: "One block of the figures",
        parameters: [
            .path(
                "block", "Which block.", .words(MetricsBody.Block.allCases.map(\.rawValue)))
        ] + range,
        success: .tagged(.metrics, "The range, and the one block."))

    static let agents = Operation(
        id: "listAgents", group: .metrics,
        summary: "The agents that have executions, with their figures of the last 24 hours",
        parameters: [.limit, .cursor],
        success: .tagged(.agentPage, "One page of agents, by name."))

    private static let range: [Parameter] = [
        .query(
            "timeframe", .words(Timeframe.allCases.map(\.rawValue)).with("default", "1h"),
            "The range that ends now. Not together with `from` and `to`."),
        .query("from", .sentInstant, "The start of the range, with `to`."),
        .query(
            "to", .sentInstant,
            """
            The end of the range, which is not part of it, with `from`; \(AskedRange.mostDays) \
            days after it at the most.
            """),
        .query("agent", .string, "Of this agent alone."),
        .query(
            "compare", .words(MetricsBody.Comparison.allCases.map(\.rawValue)),
            "Adds `previous`: the same figures of the equal period just before."),
        .query(
            "tz", .string.with("default", "UTC"),
            "The zone of hours, days and the steps of series: a name of the tz database."),
    ]
}
