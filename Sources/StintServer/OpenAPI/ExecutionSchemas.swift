import StintModel

// What an execution looks like to its readers, as `StintWire/Execution+JSON` writes it.

extension Schema {
    static let execution = object(
        executionMembers + [
            ("attempts", array(.ref(.attempt))),
            ("steps", array(.ref(.step)).describing("By attempt, order and try.")),
            ("modelCalls", array(.ref(.modelCall))),
            ("links", array(.ref(.link))),
            ("commands", array(.ref(.command))),
        ])

    static let executionSummary = object(
        executionMembers + [
            (
                "steps",
                array(.ref(.stepSummary), atMost: 50).describing(
                    "Of the current attempt each step's last try.")
            )
        ])

    private static let executionMembers: [(String, Schema)] = [
        ("id", string), ("agent", string.optional), ("name", string.optional),
        ("workspace", string), ("parent", string.optional), ("user", string.optional),
        ("correlation", string.optional), ("source", string.optional), ("environment", string),
        ("attempt", integer(in: 1...Limits.counter)),
        ("status", words(ExecutionStatus.allCases.map(\.word))),
        ("goalMet", boolean.optional.describing("Whether it achieved what it was for.")),
        ("summary", string.optional), ("waitingFor", string.optional),
        ("priority", number.optional.describing("Higher first.")), ("queue", string.optional),
        ("estimatedStartAt", instant.optional), ("timeoutSeconds", seconds.optional),
        ("heartbeatSeconds", seconds.optional), ("queuedAt", instant.optional),
        ("startedAt", instant.optional), ("finishedAt", instant.optional),
        ("lastEventAt", instant.optional),
        ("expiresAt", instant.optional.describing("Null while it is open.")),
        ("queueWaitSeconds", seconds.optional.describing("Seconds, of the current attempt.")),
        ("durationSeconds", seconds.optional.describing("Seconds, of the current attempt.")),
        (
            "totalSeconds",
            seconds.optional.describing("Seconds from the first queueing or start to the finish.")
        ),
        ("etaAt", instant.optional), ("overdue", boolean.optional),
        ("lostBecause", ref(.lostBecause).optional), ("error", ref(.failure).optional),
        (
            "conflict",
            boolean.describing("The current attempt was told to have ended in several ways.")
        ),
        ("skew", boolean.describing("Clocks disagreed; a difference was clamped to 0.")),
        ("truncated", boolean.describing("Parts beyond the limits were left out.")),
        ("missingEvents", count.optional), ("tokens", ref(.tokens).optional),
        (
            "costUsd",
            dollars.optional.describing("US dollars, of the model calls whose cost is known.")
        ),
        (
            "costKnownRate",
            percentage.optional.describing(
                "The percentage of its model calls whose cost is known; absent without any.")
        ), ("attributes", ref(.attributes)),
        ("turns", count.optional), ("inputBytes", count.optional),
        ("outputBytes", count.optional),
    ]

    static let executionStatus = object([
        "id": string, "status": words(ExecutionStatus.allCases.map(\.word)),
        "final": boolean.describing("Only a redrive or a correction changes it any more."),
        "lastEventAt": instant.optional, "steps": array(.ref(.stepOfStatus)),
        "tokens": ref(.tokens).optional, "costUsd": dollars.optional,
    ])

    static let attempt = object([
        "attempt": integer(in: 1...Limits.counter),
        "status": words(ExecutionStatus.allCases.map(\.word)), "queuedAt": instant.optional,
        "startedAt": instant.optional, "finishedAt": instant.optional,
        "error": ref(.failure).optional,
    ])

    static let step = object([
        "key": string, "name": string, "kind": string.optional, "parent": string.optional,
        "order": count, "status": words(StepStatus.allCases.map(\.word)),
        "activity": string.optional, "startedAt": instant.optional,
        "finishedAt": instant.optional, "durationSeconds": seconds.optional,
        "tokens": ref(.tokens).optional, "costUsd": dollars.optional,
        "error": object([
            "type": string.optional, "message": string.optional, "cause": string.optional,
            "stack": string.optional,
        ]).optional, "attributes": ref(.attributes), "attempt": integer(in: 1...Limits.counter),
        "try": integer(in: 1...Limits.counter),
    ]).describing("One try of one step in one attempt.")

    static let stepSummary = object([
        "key": string, "name": string, "order": count,
        "status": words(StepStatus.allCases.map(\.word)),
        "activity": string.optional, "startedAt": instant.optional,
        "durationSeconds": seconds.optional,
    ])

    static let stepOfStatus = object([
        "key": string, "name": string, "order": count,
        "status": words(StepStatus.allCases.map(\.word)), "activity": string.optional,
        "startedAt": instant.optional, "finishedAt": instant.optional,
        "durationSeconds": seconds.optional, "tokens": ref(.tokens).optional,
    ])

    static let modelCall = object([
        "call": string, "step": string.optional,
        "attempt": integer(in: 1...Limits.counter).optional.describing("Of the step."),
        "try": integer(in: 1...Limits.counter).optional.describing("Of the step."),
        "model": string.optional,
        "tokens": ref(.tokens).optional, "latencySeconds": seconds.optional,
        "costUsd": dollars.optional, "at": instant.optional,
    ])

    static let lostBecause = object([
        "rule": words([LostVerdict.Rule.deadline, .heartbeat, .origin].map(\.word)),
        "limitSeconds": seconds.optional,
    ]).describing("The rule by which it was taken to be dead.")

    static let tokens = tokens(total)

    /// - Parameter amount: Of one sort.
    static func tokens(_ amount: Schema) -> Schema {
        object([
            "input": amount.optional, "output": amount.optional,
            "cachedInput": amount.optional.describing("The part of `input` read from a cache."),
            "reasoning": amount.optional.describing("A part of `output`."),
        ])
    }

    static let failure = object([
        "type": string(atMost: Limits.nameBytes).optional,
        "message": string(atMost: Limits.textBytes).optional,
        "cause": string(atMost: Limits.textBytes).optional,
        "stack": string(atMost: Limits.textBytes).optional, "at": instant.optional,
    ])

    static let attributes = Schema.map(
        Schema.oneOf([.string(atMost: Limits.attributeBytes), .number, .boolean]))
}
