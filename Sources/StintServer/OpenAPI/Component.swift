import StintModel
import StintStorage
import StintWire

/// The schemas that have a name, each referred to by what it is.
enum Component: Hashable, Sendable {
    case execution, executionSummary, executionPage, executionStatus, lostBecause
    case step, stepSummary, stepOfStatus, attempt, modelCall
    case tokens, failure, attributes
    case event
    case eventOf(EventKind)
    case eventsAnswer, otlpExport, otlpAnswer, otlpRefusal, trailEntry, trailPage
    case metrics, realtime, inProgress, queued, throughput, latency, latencyFigures, performance
    case patterns, resources, agentFigures, agent, agentPage, point
    case diagnosis, link, command
    case findingOf(FindingBody.Kind)
    case audit, client, clientPage, health, key, keyList, keyOrder, newKey, session, sessionOrder,
        problem

    static let all: [Component] =
        [
            .execution, .executionSummary, .executionPage, .executionStatus, .lostBecause,
            .step, .stepSummary, .stepOfStatus, .attempt, .modelCall, .tokens, .failure,
            .attributes, .event,
        ] + EventKind.sent.map(Component.eventOf) + [
            .eventsAnswer, .otlpExport, .otlpAnswer, .otlpRefusal, .trailEntry, .trailPage, .audit,
            .client, .clientPage, .health, .key, .keyList, .keyOrder,
            .newKey, .session, .sessionOrder, .problem, .diagnosis, .link, .command,
        ] + FindingBody.Kind.allCases.map(Component.findingOf) + ofMetrics

    static let ofMetrics: [Component] = [
        .metrics, .realtime, .inProgress, .queued, .throughput, .latency, .latencyFigures,
        .performance, .patterns, .resources, .agentFigures, .agent, .agentPage, .point,
    ]

    /// `ExecutionSummary`; of a sort of event `ExecutionStarted`.
    var name: String {
        switch self {
        case .eventOf(let kind): kind.word.split(separator: ".").map(\.capitalized).joined()
        case .findingOf(let kind):
            (kind.rawValue.split(separator: "_") + ["finding"]).map(\.capitalized).joined()
        default: String(describing: self).capitalized
        }
    }

    var schema: Schema {
        switch self {
        case .execution: .execution
        case .executionSummary: .executionSummary
        case .executionPage: .page(of: .ref(.executionSummary))
        case .executionStatus: .executionStatus
        case .lostBecause: .lostBecause
        case .step: .step
        case .stepSummary: .stepSummary
        case .stepOfStatus: .stepOfStatus
        case .attempt: .attempt
        case .modelCall: .modelCall
        case .tokens: .tokens
        case .failure: .failure
        case .attributes: .attributes
        case .event: .event
        case .eventOf(let kind): .event(of: kind)
        case .eventsAnswer: .eventsAnswer
        case .otlpExport: .otlpExport
        case .otlpAnswer: .otlpAnswer
        case .otlpRefusal: .otlpRefusal
        case .trailEntry: .trailEntry
        case .trailPage: .page(of: .ref(.trailEntry))
        case .metrics: .metrics
        case .realtime: .realtime
        case .inProgress: .inProgress
        case .queued: .queued
        case .throughput: .throughput
        case .latency: .latency
        case .latencyFigures: .latencyFigures
        case .performance: .performance
        case .patterns: .patterns
        case .resources: .resources
        case .agentFigures: .agentFigures
        case .agent: .agent
        case .agentPage: .agentPage
        case .point: .point
        case .diagnosis: .diagnosis
        case .link: .link
        case .command: .command
        case .findingOf(let kind): .finding(of: kind)
        case .audit: .audit
        case .client: .client
        case .clientPage: .page(of: .ref(.client))
        case .health: .health
        case .key: .key
        case .keyList: .object(["items": .array(.ref(.key))])
        case .keyOrder: .keyOrder
        case .newKey: .newKey
        case .session: .session
        case .sessionOrder: .sessionOrder
        case .problem: .problem
        }
    }
}

extension StringProtocol {
    fileprivate var capitalized: String { prefix(1).uppercased() + dropFirst() }
}

extension Schema {
    static func page(of item: Schema) -> Schema {
        object([
            "items": array(item, atMost: 500),
            "nextCursor": string.optional.describing("Missing on the last page."),
        ])
    }

    static let problem = object([
        "type": string.describing("A URN that says the cause, the same for the same cause."),
        "title": string, "status": integer(in: 400...599), "detail": string,
        "requestId": string.describing("The same as the header X-Request-Id."),
        "errors": array(
            object([
                "pointer": string.describing(
                    "A JSON pointer into the body, or the name of a parameter."),
                "detail": string,
            ])
        ).optional,
    ]).describing("What is wrong: RFC 9457.")

    static let health = object([
        "status": words(["live", "ready"]), "version": string.optional,
        "store": map(string).optional,
    ])

    static let audit = object([
        "balanced": boolean, "executions": count, "tookSeconds": seconds,
        "laws": array(
            object([
                "law": words(AuditLaw.allCases.map(\.rawValue)), "title": string,
                "checked": count.describing("How often it was put to the test."),
                "violations": count,
            ])),
        "differences": array(
            object([
                "law": words(AuditLaw.allCases.map(\.rawValue)), "workspace": string.optional,
                "execution": string.optional, "agent": string.optional, "at": instant.optional,
                "detail": string,
            ])
        ).describing("Some of what is at odds."),
    ])

    static let client = object([
        "client": string.describing("As its requests name it."),
        "firstSeenAt": instant, "lastSeenAt": instant,
        "made": count.describing("How many events, as far as is known here."),
        "stored": count, "rejected": count,
        "dropped": count.describing("As it says itself."),
        "inFlight": count.describing(
            "Made, and neither here nor dropped: under way, lost, or refused as a whole request."),
        "unknown": count.describing(
            "Numbers of gaps that were too many to be kept: of `inFlight` so many may have come."),
        "gaps": array(
            array(integer(in: 1...Int(ClientBatch.largestNumber))).with("minItems", 2)
                .with("maxItems", 2), atMost: ClientLedger.mostGaps
        ).describing("The numbers below the largest that did not come, each gap as `[from, to]`."),
    ])

    // MARK: Keys

    static let key = object(keyMembers)
    static let newKey = object(
        keyMembers + [("key", string.describing("The secret, shown this once."))])

    private static let keyMembers: [(String, Schema)] = [
        ("id", string), ("name", string), ("workspace", string),
        ("scopes", array(words(AccessScopes.words.map(\.word)))),
        ("start", string.describing("The first characters of the secret.")),
        ("createdAt", instant), ("expiresAt", instant.optional),
        ("lastUsedAt", instant.optional.describing("To the hour.")),
        ("revokedAt", instant.optional),
    ]

    static let keyOrder = object([
        "name": string(1...Limits.nameBytes),
        "scopes": array(words(AccessScopes.words.map(\.word))).with("minItems", 1),
        "expiresAt": instant.optional.describing("A time to come; never, where it is missing."),
    ]).with("additionalProperties", false)
}
