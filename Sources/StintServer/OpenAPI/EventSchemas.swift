import StintIngest
import StintModel

// What an event looks like. Which members a sort has, the decoder itself says.

extension EventKind {
    /// The sorts that are taken from outside.
    static let sent = allCases.filter { $0 != .executionLost }
}

extension Schema {
    static let event = oneOf(EventKind.sent.map { .ref(.eventOf($0)) }).with(
        "discriminator",
        [
            "propertyName": "type",
            "mapping": .object(
                EventKind.sent.map { kind in
                    let name = Component.eventOf(kind).name
                    return (name: kind.word, value: "#/components/schemas/\(name)")
                }),
        ])

    /// Unknown members, and those of another sort, are passed over.
    static func event(of kind: EventKind) -> Schema {
        object(
            NativeMember.all(of: kind).map { member in
                let schema = schema(of: member, in: kind)
                return (member.word, member.isRequired(in: kind) ? schema : schema.optional)
            })
    }

    /// An event as it is told again; what it does not say is missing.
    static let trailEntry = object(
        [
            ("type", words(EventKind.allCases.map(\.word))), ("at", instant),
            (
                "receivedAt",
                instant.optional.describing("The server's clock when it arrived.")
            ),
        ]
            + NativeMember.allCases.filter { $0 != .type && $0 != .at }.map {
                let schema = schema(of: $0, in: .executionStarted)
                return ($0.word, ($0 == .status ? outcome(isOfStep: true) : schema).optional)
            } + [("lostBecause", ref(.lostBecause).optional)])

    static let eventsAnswer = object([
        "accepted": count.describing("How many are stored, repetitions included."),
        "rejected": array(
            object([
                "index": count.describing("Its place in the request, from 0."),
                "pointer": string.describing("A JSON pointer into the event."),
                "detail": string,
            ])),
    ])

    private static func schema(of member: NativeMember, in kind: EventKind) -> Schema {
        switch member {
        case .type: constant(kind.word)
        case .at:
            sentInstant.describing("When it happened; the server's clock where it is missing.")
        case .execution: string(1...Limits.executionIDBytes)
        case .attempt, .try: integer(in: 1...Limits.counter)
        case .revision: integer(in: 0...Limits.counter)
        case .parent where !kind.isAboutStep: string(atMost: Limits.executionIDBytes)
        case .step, .call, .worker: string(1...Limits.nameBytes)
        case .id, .agent, .name, .parent, .user, .correlation, .source, .environment, .queue,
            .kind, .model:
            string(atMost: Limits.nameBytes)
        case .attributes: ref(.attributes)
        case .steps: array(string(1...Limits.nameBytes), atMost: Limits.plannedSteps)
        case .priority: number
        case .estimatedStartAt: sentInstant
        case .timeoutSeconds, .heartbeatSeconds:
            number.with("exclusiveMinimum", 0).describing("Seconds.")
        case .status: outcome(isOfStep: kind.isAboutStep)
        case .error: ref(.failure)
        case .goalMet: boolean
        case .summary, .waitingFor, .activity: string(atMost: Limits.textBytes)
        case .turns, .inputBytes, .outputBytes, .missingEvents, .capacity, .busy: count
        case .tokens: tokens(count)
        case .latencySeconds: seconds
        case .costUsd: dollars
        case .cpu, .memory, .gpu: percentage
        }
    }

    private static func outcome(isOfStep: Bool) -> Schema {
        words(Outcome.allCases.filter { isOfStep || $0 != .skipped }.map(\.word))
    }

    /// As senders may write it.
    static let sentInstant = oneOf([
        instant, integer.describing("Milliseconds since 1970."),
    ])
}

extension NativeMember {
    fileprivate func isRequired(in kind: EventKind) -> Bool {
        switch self {
        case .type, .execution, .worker: true
        case .step: kind.isAboutStep
        case .status: kind.isFinish
        case .call: true
        default: false
        }
    }
}
