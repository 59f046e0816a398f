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
        let header = ExecutionColumn.all.map(\.name) + keys.map { "attributes.\($0)" }
        let rows = executions.map { execution in
            ExecutionColumn.all.map { $0.text(execution) ?? "" }
                + keys.map { execution.attributes?[$0].map(Self.text) ?? "" }
        }
        return ([header] + rows).map(CSV.line)
    }

    private static func text(_ value: Scalar) -> String {
        switch value {
        case .string(let text): text
        case .integer(let number): String(number)
        case .double(let number): JSONNumber.text(number)
        case .boolean(let flag): String(flag)
        case .list(let names): names.joined(separator: " ")
        }
    }
}
