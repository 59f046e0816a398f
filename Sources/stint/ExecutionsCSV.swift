import StintModel
import StintWire

/// Executions as RFC 4180 has it: the members of a summary as columns, nested ones as
/// `tokens.input`, each attribute that occurs as `attributes.<key>`. Lists are left out.
///
/// Values are those of the interface: times in UTC, durations in seconds, unknown empty.
struct ExecutionsCSV {
    var executions: [ExecutionBody]

    /// The header, then a line for each execution.
    var lines: [String] {
        let keys = Set(executions.flatMap { ($0.attributes ?? [:]).keys }).sorted()
        let header = Self.columns.map(\.name) + keys.map { "attributes.\($0)" }
        let rows = executions.map { execution in
            Self.columns.map { $0.value(execution) ?? "" }
                + keys.map { execution.attributes?[$0].map(Self.text) ?? "" }
        }
        return ([header] + rows).map { row in
            row.map(Self.field).joined(separator: ",")
        }
    }

    private struct Column: Sendable {
        var name: String
        var value: @Sendable (ExecutionBody) -> String?

        init(_ name: String, _ value: @escaping @Sendable (ExecutionBody) -> String?) {
            self.name = name
            self.value = value
        }
    }

    private static let columns: [Column] = [
        Column("id") { $0.id },
        Column("agent") { $0.agent },
        Column("name") { $0.name },
        Column("workspace") { $0.workspace },
        Column("parent") { $0.parent },
        Column("user") { $0.user },
        Column("correlation") { $0.correlation },
        Column("source") { $0.source },
        Column("environment") { $0.environment },
        Column("attempt") { $0.attempt.map(String.init) },
        Column("status") { $0.status },
        Column("goalMet") { $0.goalMet.map { String($0) } },
        Column("summary") { $0.summary },
        Column("waitingFor") { $0.waitingFor },
        Column("priority") { $0.priority.map(JSONNumber.text) },
        Column("queue") { $0.queue },
        Column("estimatedStartAt") { $0.estimatedStartAt?.rfc3339 },
        Column("timeoutSeconds") { $0.timeoutSeconds.map(JSONNumber.text) },
        Column("heartbeatSeconds") { $0.heartbeatSeconds.map(JSONNumber.text) },
        Column("queuedAt") { $0.queuedAt?.rfc3339 },
        Column("startedAt") { $0.startedAt?.rfc3339 },
        Column("finishedAt") { $0.finishedAt?.rfc3339 },
        Column("lastEventAt") { $0.lastEventAt?.rfc3339 },
        Column("expiresAt") { $0.expiresAt?.rfc3339 },
        Column("queueWaitSeconds") { $0.queueWaitSeconds.map(JSONNumber.text) },
        Column("durationSeconds") { $0.durationSeconds.map(JSONNumber.text) },
        Column("totalSeconds") { $0.totalSeconds.map(JSONNumber.text) },
        Column("etaAt") { $0.etaAt?.rfc3339 },
        Column("overdue") { $0.overdue.map { String($0) } },
        Column("lostBecause.rule") { $0.lostBecause?.rule },
        Column("lostBecause.limitSeconds") { $0.lostBecause?.limitSeconds.map(JSONNumber.text) },
        Column("error.type") { $0.error?.type },
        Column("error.message") { $0.error?.message },
        Column("error.cause") { $0.error?.cause },
        Column("error.stack") { $0.error?.stack },
        Column("error.at") { $0.error?.at?.rfc3339 },
        Column("conflict") { $0.conflict.map { String($0) } },
        Column("skew") { $0.skew.map { String($0) } },
        Column("truncated") { $0.truncated.map { String($0) } },
        Column("missingEvents") { $0.missingEvents.map(String.init) },
        Column("tokens.input") { $0.tokens?.input.map(String.init) },
        Column("tokens.output") { $0.tokens?.output.map(String.init) },
        Column("tokens.cachedInput") { $0.tokens?.cachedInput.map(String.init) },
        Column("tokens.reasoning") { $0.tokens?.reasoning.map(String.init) },
        Column("costUsd") { $0.costUsd.map(JSONNumber.text) },
        Column("turns") { $0.turns.map(String.init) },
        Column("inputBytes") { $0.inputBytes.map(String.init) },
        Column("outputBytes") { $0.outputBytes.map(String.init) },
    ]

    private static func text(_ value: Scalar) -> String {
        switch value {
        case .string(let text): text
        case .integer(let number): String(number)
        case .double(let number): JSONNumber.text(number)
        case .boolean(let flag): String(flag)
        case .list(let names): names.joined(separator: " ")
        }
    }

    /// A value as RFC 4180 writes it.
    static func field(_ text: String) -> String {
        let needsQuotes = text.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
        return needsQuotes ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
    }
}
