import Foundation
public import StintModel

/// An event of an execution's history, with what of its details is of use.
///
/// Its details stand in a member that is called after the type; whichever that is, the members read
/// of it have the same names.
public struct HistoryEvent: Decodable, Hashable, Sendable {
    public var id: Int64
    /// 0 for none.
    public var previousEventId: Int64
    public var type: String
    public var timestamp: Instant
    public var details: Details

    public struct Details: Decodable, Hashable, Sendable {
        /// Of a state, a map's iteration.
        public var name: String?
        public var error: String?
        public var cause: String?
        public var input: String?
        public var output: String?
        /// An ARN of plain tasks; of integrations what is done: `invoke`, `startExecution.sync:2`.
        public var resource: String?
        /// With whom a task is integrated: `lambda`, `states`.
        public var resourceType: String?
        /// What an integrated task was called with: JSON in a text.
        public var parameters: String?
        public var redriveCount: Int64?
        public var mapRunArn: String?

        public init() {}
    }

    public init(
        id: Int64, after previousEventId: Int64, _ type: String, at timestamp: Instant,
        _ details: Details = Details()
    ) {
        self.id = id
        self.previousEventId = previousEventId
        self.type = type
        self.timestamp = timestamp
        self.details = details
    }

    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        id = try container.decode(Int64.self, forKey: Key(stringValue: "id"))
        previousEventId =
            try container.decodeIfPresent(
                Int64.self, forKey: Key(stringValue: "previousEventId")) ?? 0
        type = try container.decode(String.self, forKey: Key(stringValue: "type"))
        timestamp =
            try container.decode(SecondsInstant.self, forKey: Key(stringValue: "timestamp")).instant
        let key = container.allKeys.first { $0.stringValue.hasSuffix("EventDetails") }
        details = try key.map { try container.decode(Details.self, forKey: $0) } ?? Details()
    }

    /// The kind of state that is entered or left: `Task` of `TaskStateEntered`.
    func stateKind(_ suffix: String) -> String? {
        type.hasSuffix(suffix) ? String(type.dropLast(suffix.count)) : nil
    }

    /// Whether a task is handed to whoever does it: the beginning of a try.
    var isScheduled: Bool {
        ["TaskScheduled", "LambdaFunctionScheduled", "ActivityScheduled"].contains(type)
    }

    /// How a try of a state ended badly; `nil` where this is no such event.
    ///
    /// A time-out is told by the sort of event, never by the name of an error.
    var badEnd: Outcome? {
        if type.hasPrefix("Execution") || type.hasPrefix("MapIteration") { return nil }
        if type.hasSuffix("TimedOut") { return .timedOut }
        if type.hasSuffix("Failed") { return .failed }
        return type.hasSuffix("Aborted") ? .aborted : nil
    }

    var failure: Failure? {
        let type = details.error.flatMap { $0.isEmpty ? nil : $0 }
        let message = details.cause.flatMap { $0.isEmpty ? nil : $0 }
        guard type != nil || message != nil else { return nil }
        return Failure(
            type: type?.cut(toBytes: Limits.nameBytes),
            message: message?.cut(toBytes: Limits.textBytes))
    }
}
