public import StintModel
import StintWire

/// An execution as `DescribeExecution` and `ListExecutions` tell it; the second leaves most out.
public struct ExecutionDescription: Decodable, Hashable, Sendable {
    public var executionArn: String
    public var stateMachineArn: String
    public var name: String?
    public var status: String
    public var startDate: SecondsInstant
    public var stopDate: SecondsInstant?
    public var redriveCount: Int64?
    public var redriveDate: SecondsInstant?
    public var error: String?
    public var cause: String?
    public var input: String?
    public var output: String?
    public var stateMachineVersionArn: String?
    public var stateMachineAliasArn: String?
    public var mapRunArn: String?
    public var traceHeader: String?

    public init(execution: ExecutionID, status: String, startDate: Instant) {
        executionArn = execution.rawValue
        stateMachineArn = ExecutionARN(execution)?.stateMachine ?? ""
        self.status = status
        self.startDate = SecondsInstant(startDate)
    }

    public var id: ExecutionID? { ExecutionID(rawValue: executionArn) }

    /// Whether it has come to an end that only a redrive can undo.
    public var hasEnded: Bool { status != "RUNNING" && status != "PENDING_REDRIVE" }

    /// The same in the form of an EventBridge event's `detail`, which says it with the authority of
    /// the controller, whichever way it is sent.
    ///
    /// Outputs are left out: their text is not kept, and is mostly the larger part.
    ///
    /// - Parameters:
    ///   - tags: Those of the state machine. One called `agentName` names the agent.
    ///   - isWhole: Whether it comes from `DescribeExecution`, so that what is missing is not there.
    public func detail(tags: [String: String] = [:], isWhole: Bool) -> [UInt8] {
        var json = JSONWriter(capacity: 1_024 + (input?.utf8.count ?? 0))
        json.object { json in
            json.member("executionArn", executionArn)
            json.member("stateMachineArn", stateMachineArn)
            json.member("stateMachineVersionArn", stateMachineVersionArn)
            json.member("stateMachineAliasArn", stateMachineAliasArn)
            json.member("name", name)
            json.member("status", status)
            json.member("startDate", startDate.instant)
            json.member("stopDate", stopDate?.instant)
            json.member("redriveCount", redriveCount)
            json.member("redriveDate", redriveDate?.instant)
            json.member("error", error)
            json.member("cause", cause)
            json.member("input", input)
            json.member("mapRunArn", mapRunArn)
            json.member("traceHeader", traceHeader)
            json.member("agentName", tags[Self.agentTag])
            json.member("described", isWhole)
            json.key("tags")
            json.object { json in
                for (key, value) in tags.sorted(by: { $0.key < $1.key }) {
                    json.member(key, value)
                }
            }
        }
        return json.bytes
    }

    /// The tag of a state machine that names the agent it is.
    public static let agentTag = "agentName"
}

/// An instant as the API has it: a JSON number, seconds since 1970 with a fraction.
public struct SecondsInstant: Decodable, Hashable, Sendable, Comparable {
    public var instant: Instant

    public init(_ instant: Instant) {
        self.instant = instant
    }

    /// - Throws: Where the number is no instant that can be written.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let span = TimeSpan(seconds: try container.decode(Double.self)),
            case let instant = Instant(microseconds: span.microseconds),
            Instant.writable.contains(instant)
        else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "Seconds since 1970 are expected.")
        }
        self.instant = instant
    }

    public static func < (left: SecondsInstant, right: SecondsInstant) -> Bool {
        left.instant < right.instant
    }
}
