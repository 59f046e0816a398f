import StintModel
import StintWire

/// Executions as lines, and at the end a line that counts them: where that is missing, or says
/// another number, the lines were cut.
struct ExecutionLines {
    enum Form: String, CaseIterable, Sendable {
        /// Everything about one a line, as `GET /v1/executions/{id}` answers it, without links and
        /// commands. The last is `{"count": n}`.
        case ndjson
        /// A header, then the members of a summary, and the attributes as JSON (RFC 4180). The last
        /// is `# count n`.
        case csv

        var contentType: String {
            switch self {
            case .ndjson: "application/x-ndjson"
            case .csv: "text/csv; charset=utf-8; header=present"
            }
        }
    }

    private let form: Form
    private var count = 0
    /// What has not been taken yet.
    private var bytes: [UInt8] = []

    init(_ form: Form) {
        self.form = form
        if form == .csv {
            write(CSV.line(ExecutionColumn.all.map(\.name) + ["attributes"]))
        }
    }

    var waitingBytes: Int { bytes.count }

    mutating func append(_ execution: Execution) {
        count += 1
        switch form {
        case .ndjson:
            var json = JSONWriter(capacity: 4_096)
            execution.writeJSON(to: &json)
            bytes += json.bytes
            bytes.append(0x0A)
        case .csv:
            let body = ExecutionBody(execution)
            var json = JSONWriter()
            json.object { json in
                for attribute in execution.attributes {
                    json.member(attribute.key, attribute.value)
                }
            }
            let attributes =
                execution.attributes.isEmpty
                ? "" : String(decoding: json.bytes, as: UTF8.self)
            write(CSV.line(ExecutionColumn.all.map { $0.text(body) ?? "" } + [attributes]))
        }
    }

    mutating func finish() {
        switch form {
        case .ndjson: bytes += Array("{\"count\":\(count)}\n".utf8)
        case .csv: write("# count \(count)")
        }
    }

    /// Gives what waits, and forgets it.
    mutating func take() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }

    /// Lines of CSV end as RFC 4180 has it.
    private mutating func write(_ line: String) {
        bytes += Array(line.utf8)
        bytes += [0x0D, 0x0A]
    }
}
