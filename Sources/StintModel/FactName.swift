/// The members of an event that say something about an execution or a step once and for all, until
/// a later statement says otherwise. One register each.
///
/// The raw values are stored; they never change their meaning.
public enum FactName: UInt8, CaseIterable, Sendable, Comparable {
    case agent = 1
    case name = 2
    case parent = 3
    case user = 4
    case correlation = 5
    case source = 6
    case environment = 7
    case priority = 8
    case queue = 9
    case estimatedStartAt = 10
    case timeoutSeconds = 11
    case heartbeatSeconds = 12
    case goalMet = 13
    case summary = 14
    case turns = 15
    case inputBytes = 16
    case outputBytes = 17
    case missingEvents = 18
    case waitingFor = 19
    /// The planned steps' names, in order.
    case steps = 20
    case kind = 21
    case activity = 22

    public static func < (left: FactName, right: FactName) -> Bool {
        left.rawValue < right.rawValue
    }

    /// The member's name on the wire.
    public var member: String {
        switch self {
        case .agent: "agent"
        case .name: "name"
        case .parent: "parent"
        case .user: "user"
        case .correlation: "correlation"
        case .source: "source"
        case .environment: "environment"
        case .priority: "priority"
        case .queue: "queue"
        case .estimatedStartAt: "estimatedStartAt"
        case .timeoutSeconds: "timeoutSeconds"
        case .heartbeatSeconds: "heartbeatSeconds"
        case .goalMet: "goalMet"
        case .summary: "summary"
        case .turns: "turns"
        case .inputBytes: "inputBytes"
        case .outputBytes: "outputBytes"
        case .missingEvents: "missingEvents"
        case .waitingFor: "waitingFor"
        case .steps: "steps"
        case .kind: "kind"
        case .activity: "activity"
        }
    }
}

/// One statement of a ``FactName``. An instant stands as its RFC 3339 text.
public struct Fact: Hashable, Sendable {
    public var name: FactName
    public var value: Scalar

    public init(_ name: FactName, _ value: Scalar) {
        self.name = name
        self.value = value
    }
}

/// One named value of the sender's own: model, temperature, documentId, ….
public struct Attribute: Hashable, Sendable {
    public var key: String
    public var value: Scalar

    public init(_ key: String, _ value: Scalar) {
        self.key = key
        self.value = value
    }
}
