public import StintModel

/// A column of executions as CSV: a member of a summary, a nested one as `tokens.input`.
///
/// Values are those of the interface: times in UTC, durations in seconds; unknown is empty.
public struct ExecutionColumn: Sendable {
    public let name: String
    /// The value of an execution; `nil` where it is not known.
    public let text: @Sendable (ExecutionBody) -> String?
    /// Gives an execution a value.
    ///
    /// - Returns: Whether the text is such a value.
    public let set: @Sendable (inout ExecutionBody, String) -> Bool

    private init<Value: ColumnValue>(
        _ name: String, _ member: any WritableKeyPath<ExecutionBody, Value?> & Sendable
    ) {
        self.name = name
        text = { $0[keyPath: member]?.columnText }
        set = { execution, text in
            guard let value = Value(columnText: text) else { return false }
            execution[keyPath: member] = value
            return true
        }
    }

    /// In the order in which they are written. Attributes come after them; lists are left out.
    public static let all: [ExecutionColumn] = [
        ExecutionColumn("id", \.ownID),
        ExecutionColumn("agent", \.agent),
        ExecutionColumn("name", \.name),
        ExecutionColumn("workspace", \.workspace),
        ExecutionColumn("parent", \.parent),
        ExecutionColumn("user", \.user),
        ExecutionColumn("correlation", \.correlation),
        ExecutionColumn("source", \.source),
        ExecutionColumn("environment", \.environment),
        ExecutionColumn("attempt", \.attempt),
        ExecutionColumn("status", \.status),
        ExecutionColumn("goalMet", \.goalMet),
        ExecutionColumn("summary", \.summary),
        ExecutionColumn("waitingFor", \.waitingFor),
        ExecutionColumn("priority", \.priority),
        ExecutionColumn("queue", \.queue),
        ExecutionColumn("estimatedStartAt", \.estimatedStartAt),
        ExecutionColumn("timeoutSeconds", \.timeoutSeconds),
        ExecutionColumn("heartbeatSeconds", \.heartbeatSeconds),
        ExecutionColumn("queuedAt", \.queuedAt),
        ExecutionColumn("startedAt", \.startedAt),
        ExecutionColumn("finishedAt", \.finishedAt),
        ExecutionColumn("lastEventAt", \.lastEventAt),
        ExecutionColumn("expiresAt", \.expiresAt),
        ExecutionColumn("queueWaitSeconds", \.queueWaitSeconds),
        ExecutionColumn("durationSeconds", \.durationSeconds),
        ExecutionColumn("totalSeconds", \.totalSeconds),
        ExecutionColumn("etaAt", \.etaAt),
        ExecutionColumn("overdue", \.overdue),
        ExecutionColumn("lostBecause.rule", \.ownLostBecause.rule),
        ExecutionColumn("lostBecause.limitSeconds", \.ownLostBecause.limitSeconds),
        ExecutionColumn("error.type", \.ownError.type),
        ExecutionColumn("error.message", \.ownError.message),
        ExecutionColumn("error.cause", \.ownError.cause),
        ExecutionColumn("error.stack", \.ownError.stack),
        ExecutionColumn("error.at", \.ownError.at),
        ExecutionColumn("conflict", \.conflict),
        ExecutionColumn("skew", \.skew),
        ExecutionColumn("truncated", \.truncated),
        ExecutionColumn("missingEvents", \.missingEvents),
        ExecutionColumn("tokens.input", \.ownTokens.input),
        ExecutionColumn("tokens.output", \.ownTokens.output),
        ExecutionColumn("tokens.cachedInput", \.ownTokens.cachedInput),
        ExecutionColumn("tokens.reasoning", \.ownTokens.reasoning),
        ExecutionColumn("costUsd", \.costUsd),
        ExecutionColumn("turns", \.turns),
        ExecutionColumn("inputBytes", \.inputBytes),
        ExecutionColumn("outputBytes", \.outputBytes),
    ]
}

extension ExecutionBody {
    /// An id is always there; as a column it may be missing.
    fileprivate var ownID: String? {
        get { id }
        set { id = newValue ?? "" }
    }

    fileprivate var ownError: FailureBody {
        get { error ?? FailureBody() }
        set { error = newValue }
    }

    fileprivate var ownTokens: TokensBody {
        get { tokens ?? TokensBody() }
        set { tokens = newValue }
    }

    fileprivate var ownLostBecause: LostBecause {
        get { lostBecause ?? LostBecause() }
        set { lostBecause = newValue }
    }
}

/// What stands in a column.
private protocol ColumnValue: Sendable {
    init?(columnText: String)
    var columnText: String { get }
}

extension String: ColumnValue {
    fileprivate init?(columnText: String) { self = columnText }
    fileprivate var columnText: String { self }
}

extension Int: ColumnValue {
    fileprivate init?(columnText: String) { self.init(columnText) }
    fileprivate var columnText: String { String(self) }
}

extension Int64: ColumnValue {
    fileprivate init?(columnText: String) { self.init(columnText) }
    fileprivate var columnText: String { String(self) }
}

extension Double: ColumnValue {
    fileprivate init?(columnText: String) {
        guard let value = Double(columnText), value.isFinite else { return nil }
        self = value
    }
    fileprivate var columnText: String {
        String(decoding: Scalar(number: self).canonicalJSON, as: UTF8.self)
    }
}

extension Bool: ColumnValue {
    fileprivate init?(columnText: String) { self.init(columnText.lowercased()) }
    fileprivate var columnText: String { String(self) }
}

extension Instant: ColumnValue {
    fileprivate init?(columnText: String) { self.init(rfc3339: columnText) }
    fileprivate var columnText: String { rfc3339 }
}
