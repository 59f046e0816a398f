import StintModel
import StintWire

// What figures look like to their readers, as `StintWire/Metrics` writes them.

extension Schema {
    static let metrics = object([
        "workspace": string,
        "timeframe": words(Timeframe.allCases.map(\.rawValue)).optional.describing(
            "Null where the range was asked for by its ends."),
        "from": instant, "to": instant.describing("Not part of the range."),
        "tz": string, "agent": string.optional.describing("The one that counts; null for all."),
        "stepSeconds": seconds.describing(
            "Seconds that a step of each series takes; a day may be an hour longer or shorter."),
        "realtime": ref(.realtime).optional, "throughput": ref(.throughput).optional,
        "latency": ref(.latency).optional, "performance": ref(.performance).optional,
        "patterns": ref(.patterns).optional, "resources": ref(.resources).optional,
        "previous": object([
            "from": instant, "to": instant, "stepSeconds": seconds,
            "throughput": ref(.throughput).optional, "latency": ref(.latency).optional,
            "performance": ref(.performance).optional,
            "patterns": object(["timeline": timeline]).optional,
        ]).optional.describing(
            "The equal period just before, where asked for with `compare=previous`."),
    ])

    static let realtime = object([
        "timestamp": instant.describing("When all of this was so."),
        "currentlyRunning": count.describing("Running or waiting for something."),
        "queueDepth": count.describing("Queued."),
        "avgQueueWaitTime": seconds.optional.describing(
            "Mean seconds that what is queued now has waited so far."),
        "executionsInProgress": array(ref(.inProgress), atMost: 500).describing(
            "The newest first."),
        "queuedExecutions": array(ref(.queued), atMost: 500).describing(
            "By priority, then the oldest first."),
        "systemLoad": object([
            "cpu": percentage.optional.describing("The mean over workers and the server's host."),
            "memory": percentage.optional,
            "workers": object([
                "total": count.optional.describing("Slots."), "busy": count.optional,
                "idle": count.optional,
                "silent": count.optional.describing(
                    "Of the busy ones, those held by lost executions whose worker goes on reporting."
                ),
                "reporting": count.describing("Workers."),
            ]),
        ]).describing("As reported in the last 60 seconds."),
        "ingest": object([
            "eventsPerSecond": number.describing("Events and spans, the mean."),
            "lag": seconds.optional.describing(
                "From the time that an event names to its receipt, the median of the newest of each "
                    + "request and execution."),
        ]).optional.describing("What the answering server recorded in the last 60 seconds."),
    ]).describing("How things stand now, whatever the range.")

    static let inProgress = object([
        "runId": string, "agentId": string.optional, "agentName": string.optional,
        "userId": string.optional,
        "status": words([ExecutionStatus.running, .waiting].map(\.word)),
        "step": string.optional.describing("The one that runs; of several the last to begin."),
        "activity": string.optional.describing(
            "What the step does; where the execution waits, what it waits for."),
        "startedAt": instant.optional.describing("Of the current attempt."),
        "elapsedTime": seconds.optional.describing("Seconds since then."),
        "estimatedCompletion": instant.optional,
        "estimatedDuration": seconds.optional.describing(
            "Seconds: the median of its agent's that lasted as long as this already."),
        "estimatedRange": object(["p10": seconds, "p90": seconds]).optional,
        "basis": count.describing("Finished executions that the estimate rests on."),
        "overdue": boolean.optional.describing("Fewer than 1 in 100 of them lasted this long."),
    ])

    static let queued = object([
        "queueId": string, "agentId": string.optional, "priority": number.optional,
        "queuedAt": instant.optional, "estimatedStartTime": instant.optional,
    ])

    static let throughput = object([
        "n": count.describing("Executions that finished in the range."),
        "executionsPerMinute": rate.optional, "executionsPerHour": rate.optional,
        "executionsPerDay": rate.optional,
        "throughputTrend": series.describing("Executions a minute."),
        "peakThroughput": ref(.point).optional,
        "capacityUtilization": number.with("minimum", 0).optional.describing(
            "Percent: the mean of busy by all slots."),
        "maxCapacity": count.optional.describing("The most slots at once."),
    ])

    static let latency = object(
        percentileMembers + [
            ("queueLatency", ref(.latencyFigures).describing("Of what started in the range.")),
            ("executionLatency", ref(.latencyFigures).describing("Of what finished in it.")),
            ("endToEndLatency", ref(.latencyFigures).describing("Of what finished in it.")),
            (
                "latencyDistribution",
                array(
                    object([
                        "bucket": words(LatencyBody.buckets), "count": count,
                        "percentage": percentage.optional,
                    ]), atMost: LatencyBody.buckets.count
                ).describing("Of what `executionLatency` counts.")
            ),
            (
                "latencyTrend",
                array(
                    object([
                        "timestamp": instant, "n": population, "p50": seconds.optional,
                        "p95": seconds.optional,
                    ]), atMost: 400
                ).describing("Of what `executionLatency` counts.")
            ),
            (
                "latencyTrendStepSeconds",
                seconds.describing(
                    "Seconds that a step of the trend takes: 60, 900, 3,600 or 86,400.")
            ),
        ])

    static let latencyFigures = object([
        "avg": seconds.optional, "median": seconds.optional, "p50": seconds.optional,
        "p75": seconds.optional, "p90": seconds.optional, "p95": seconds.optional,
        "p99": seconds.optional, "n": population,
    ]).describing("Seconds; null where there is nothing to tell of.")

    static let performance = object(
        [
            ("totalExecutions", count.describing("Whatever their end, without the lost.")),
            ("successfulExecutions", count), ("failedExecutions", count),
            ("cancelledExecutions", count), ("timedOutExecutions", count),
            ("lostExecutions", count.describing("Lost now, last heard of in the range.")),
            ("successRate", percentage.optional.describing("Percent of the total.")),
            ("failureRate", percentage.optional), ("cancellationRate", percentage.optional),
            (
                "failureRateWithLost",
                percentage.optional.describing(
                    "Failed, timed out and lost, in percent of the total and the lost.")
            ),
        ] + costMembers + percentileMembers + [
            ("byAgent", array(ref(.agentFigures)).describing("By name.")),
            (
                "byHour",
                array(
                    object([
                        "hour": integer(in: 0...23), "executions": count,
                        "successRate": percentage.optional, "avgLatency": seconds.optional,
                        "n": population,
                    ]), atMost: 24)
            ),
            (
                "vsLastPeriod",
                object([
                    "executionsChange": number.optional.describing("Percent."),
                    "successRateChange": number.optional.describing("Percentage points."),
                    "latencyChange": number.optional.describing("Percent, of the median."),
                    "n": count.describing("Executions of that period."),
                    "reason": string.optional.describing("Why a change is null."),
                ]).describing("Against the period just before, of the same length.")
            ),
        ])

    static let patterns = object([
        "timeline": timeline,
        "bursts": array(
            object([
                "startTime": instant, "endTime": instant,
                "peakExecutions": count.describing("The most in five minutes."),
                "totalExecutions": count, "impact": words(degrees),
            ])
        ).describing("Times in which clearly more arrived than was to be expected."),
        "patterns": object([
            "peakHours": hours, "quietHours": hours, "averageDaily": rate.optional,
            "weekdayAverage": rate.optional, "weekendAverage": rate.optional,
            "days": count.describing("Whole days that the averages are made of."),
        ]).describing("How arrivals spread over the day and the week."),
        "anomalies": array(
            object([
                "timestamp": instant, "endTime": instant,
                "type": words(["spike", "drop", "failure_surge"]), "severity": words(degrees),
                "description": string, "observed": count, "expected": rate,
            ])),
    ])

    static let resources = object([
        "compute": object([
            "cpuUsage": series.optional, "memoryUsage": series.optional,
            "gpuUsage": series.optional,
        ]).describing("Percent, the mean over workers and the server's host."),
        "modelUsage": map(
            object([
                "calls": count, "tokens": total.optional, "avgLatency": seconds.optional,
                "n": population, "cost": dollars.optional, "costKnownRate": percentage.optional,
            ])
        ).describing("By model."),
        "databaseLoad": object([
            "connections": count.optional,
            "queryRate": rate.optional.describing("Queries a second."),
            "avgQueryTime": seconds.optional, "n": count.optional.describing("Queries."),
        ]).describing("Of the server's own store, over the last minute."),
    ])

    static let agentFigures = object(agentMembers)

    static let agent = object(
        agentMembers + [
            ("p99", seconds.optional), ("lastSeenAt", instant.optional),
            ("currentlyRunning", count), ("queueDepth", count),
        ])

    static let agentPage = object(
        [
            ("items", array(.ref(.agent), atMost: 500)),
            ("nextCursor", string.optional.describing("Missing on the last page.")),
        ] + percentileMembers)

    static let point = object(["timestamp": instant, "value": rate.optional])

    // MARK: Parts

    private static let agentMembers: [(String, Schema)] =
        [
            ("agentId", string), ("agentName", string), ("executions", count),
            ("successRate", percentage.optional),
            ("avgRuntime", seconds.optional.describing("Mean seconds.")),
            ("errorRate", percentage.optional), ("p50", seconds.optional),
            ("p95", seconds.optional), ("n", population),
            (
                "trend",
                array(count, atMost: 24).describing(
                    """
                    How many finished in each 24th of the range, told apart at whole minutes, above \
                    6 hours at every fifth.
                    """)
            ),
        ] + costMembers

    private static let timeline = array(
        object([
            "timestamp": instant, "executions": count, "succeeded": count, "failed": count,
            "timedOut": count, "cancelled": count,
            "lost": count.describing("Lost now, last heard of in the step."),
            "successRate": percentage.optional, "avgDuration": seconds.optional, "n": population,
        ]), atMost: 400)

    private static let costMembers: [(String, Schema)] = [
        ("tokens", total.optional.describing("Input and output.")),
        ("costUsd", dollars.optional.describing("US dollars, of the costs that are known.")),
        (
            "costKnownRate",
            percentage.optional.describing("Percent of the model calls whose cost is known.")
        ),
    ]

    private static let percentileMembers: [(String, Schema)] = [
        ("method", words(PercentileMethod.allCases.map(\.rawValue))),
        ("bound", number.describing("The largest relative error of a percentile.")),
    ]

    private static let series = array(ref(.point), atMost: 400)
    private static let rate = number.with("minimum", 0)
    private static let population = count.describing("How many values the figures are made of.")
    private static let hours = array(integer(in: 0...23), atMost: 3)
    private static let degrees = ["low", "medium", "high"]
}
