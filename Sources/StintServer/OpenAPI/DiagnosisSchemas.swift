import StintModel
import StintWire

extension Operation {
    static let diagnosis = Operation(
        id: "diagnose", group: .metrics, summary: "What is wrong, and what leads on",
        description: """
            Findings by kind. What finished, failed or was lost belongs to the range; what is open \
            (`overdue`, `never_started`) is judged as it stands now, whatever the range. The newest \
            10,000 failures of the range and of the one before are read, the newest 100,000 \
            executions with a `messageId`, and for `by` the newest 10,000 that finished; `truncated` \
            names the kinds of which there was more. Executions whose environment is `test` or \
            `mock` count in none.
            """,
        parameters: [
            .query(
                "timeframe", .words(Timeframe.allCases.map(\.rawValue)).with("default", "24h"),
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
                "by", .string,
                "`agent`, or the key of an attribute: adds rates of success by its values."),
        ],
        success: .tagged(.diagnosis, "What was found."))
}

extension Schema {
    static let diagnosis = object([
        "workspace": string, "timeframe": string.optional, "from": instant, "to": instant,
        "agent": string.optional,
        "findings": array(
            oneOf(FindingBody.Kind.allCases.map { .ref(.findingOf($0)) }).with(
                "discriminator",
                [
                    "propertyName": "kind",
                    "mapping": .object(
                        FindingBody.Kind.allCases.map { kind in
                            let name = Component.findingOf(kind).name
                            return (name: kind.rawValue, value: "#/components/schemas/\(name)")
                        }),
                ])),
        "truncated": array(words(FindingBody.Kind.allCases.map(\.rawValue))).describing(
            "The kinds of which there was more than was looked at."),
    ])

    static let link = object(["title": string, "href": string])
    static let command = object([
        "title": string, "command": string.describing("Ready to be pasted into a shell."),
    ])

    static func finding(of kind: FindingBody.Kind) -> Schema {
        object(
            [
                ("kind", constant(kind.rawValue)), ("title", string),
                ("count", count.describing("How many executions it is about.")),
                (
                    "executions",
                    array(string, atMost: 20).describing("The newest of them.")
                ), ("firstSeenAt", instant.optional), ("lastSeenAt", instant.optional),
                ("commands", array(.ref(.command))),
                (
                    "truncated",
                    boolean.describing("Whether there was more of its kind than was looked at.")
                ),
            ] + members(of: kind))
    }

    private static func members(of kind: FindingBody.Kind) -> [(String, Schema)] {
        switch kind {
        case .stuck: stuckMembers
        case .overdue:
            [
                ("agent", string.optional), ("step", string.optional),
                ("activity", string.optional), ("elapsedSeconds", seconds),
                ("p95", seconds.optional), ("p99", seconds.optional), ("lastEventAt", instant),
            ]
        case .neverStarted:
            [
                ("agent", string.optional), ("oldestQueuedAt", instant),
                (
                    "limitSeconds",
                    seconds.describing(
                        "What 99 of 100 waits of its agent did not exceed; an hour where few began."
                    )
                ),
            ]
        case .failures: failuresMembers
        case .duplicates: duplicatesMembers
        case .outcomes:
            [
                (
                    "rows",
                    array(
                        object([
                            "status": words(ends), "goalMet": boolean.optional, "count": count,
                        ]))
                )
            ]
        case .successBy: successMembers
        case .orphanSteps:
            [
                (
                    "steps",
                    array(
                        object([
                            "execution": string, "agent": string.optional, "step": string,
                            "status": words(StepStatus.allCases.map(\.word)),
                        ]), atMost: 100)
                )
            ]
        }
    }

    private static let ends = ExecutionStatus.allCases.filter(\.isFinal).map(\.word)

    private static let stuckMembers: [(String, Schema)] = [
        ("agent", string.optional), ("step", string.optional), ("activity", string.optional),
        ("rule", words(["deadline", "heartbeat", "origin"])), ("verdict", string),
        ("certainty", words(["certain", "likely"])),
        ("silentSeconds", seconds.describing("Since it was last heard of.")),
        ("limitSeconds", seconds.optional.describing("What it had promised.")),
        (
            "elapsedSeconds",
            seconds.optional.describing("Since its attempt began, the silence included.")
        ),
        (
            "p95",
            seconds.optional.describing(
                "Of its agent's successes; missing where fewer than 10 are known.")
        ), ("p99", seconds.optional), ("worker", string.optional),
        ("workerLastSeenAt", instant.optional),
        (
            "facts",
            array(object(["text": string, "decisive": boolean])).describing(
                "What the verdict rests on: the decisive ones first.")
        ), ("advice", string),
    ]

    private static let failuresMembers: [(String, Schema)] = [
        ("errorType", string.optional),
        (
            "message",
            string.optional.describing("With its varying parts as `{n}`, `{id}`, `{text}`, ….")
        ),
        (
            "agents",
            array(
                object(["agent": string.optional, "step": string.optional, "count": count]),
                atMost: 20)
        ), ("previous", count.describing("In the equal period before.")),
        ("isNew", boolean.describing("Whether there were none in the period before.")),
        ("trend", array(count, atMost: 24).describing("In each 24th of the range.")),
        ("example", string.describing("The id of the newest.")),
    ]

    private static let duplicatesMembers: [(String, Schema)] = [
        ("messageId", string), ("agents", array(string, atMost: 20)),
        ("overlapSeconds", seconds.describing("For how long more than one of them ran.")),
        ("costUsd", dollars.optional.describing("Of all but the first.")),
        (
            "runs",
            array(
                object([
                    "id": string, "agent": string.optional,
                    "status": words(ExecutionStatus.allCases.map(\.word)),
                    "startedAt": instant.optional, "finishedAt": instant.optional,
                    "costUsd": dollars.optional,
                ]), atMost: 20)
        ),
    ]

    private static let successMembers: [(String, Schema)] = [
        ("by", string),
        (
            "rows",
            array(
                object([
                    "value": string.optional.describing("Missing for those without it."),
                    "executions": count, "succeeded": count, "successRate": percentage,
                    "low": percentage.describing("Wilson's interval of 95 %."),
                    "high": percentage, "goalMet": count, "goalKnown": count,
                    "few": boolean.describing("Whether there are fewer than 30."),
                ]), atMost: 50)
        ),
    ]
}
