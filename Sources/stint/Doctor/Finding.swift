import StintModel
import StintWire

/// One line of `stint doctor`: what is so, and whether that is well.
struct Finding: Hashable, Sendable {
    enum State: String, Comparable, Sendable {
        case ok, warning, problem

        static func < (left: State, right: State) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .ok: 0
            case .warning: 1
            case .problem: 2
            }
        }
    }

    enum Value: Hashable, Sendable {
        case text(String)
        case count(Int)
        case bytes(Int)
        case span(TimeSpan)
    }

    /// Of what it is a part: `store`, `clock`, ….
    var part: String
    var name: String
    var value: Value
    /// What stands where nothing was said; `nil` for what is not set but found.
    var standard: Value?
    var state = State.ok
    /// Why it is not well and what to do, or what is worth knowing of it.
    var remark: String?

    init(
        _ part: String, _ name: String, _ value: Value, standard: Value? = nil,
        _ state: State = .ok, _ remark: String? = nil
    ) {
        self.part = part
        self.name = name
        self.value = value
        self.standard = standard
        self.state = state
        self.remark = remark
    }
}

extension Finding.Value {
    /// As people read it.
    var text: String {
        switch self {
        case .text(let text): text
        case .count(let count):
            // Four digits, as a port has, are read at a glance.
            count < 10_000 ? String(count) : NumberFormat.count(Int64(count), separator: " ")
        case .bytes(let bytes): NumberFormat.bytes(Int64(bytes))
        case .span(let span): DurationFormat.exact(span)
        }
    }

    /// As programs read it.
    fileprivate var plain: String {
        switch self {
        case .text(let text): text
        case .count(let number), .bytes(let number): String(number)
        case .span(let span): JSONNumber.text(span.seconds)
        }
    }

    fileprivate var unit: String? {
        switch self {
        case .text, .count: nil
        case .bytes: "bytes"
        case .span: "seconds"
        }
    }

    fileprivate func write(to json: inout JSONWriter) {
        switch self {
        case .text(let text): json.string(text)
        case .count(let number), .bytes(let number): json.integer(Int64(number))
        case .span(let span): json.seconds(span)
        }
    }
}

/// All that was found.
struct Examination {
    var findings: [Finding]

    /// The worst of what was found.
    var state: Finding.State { findings.map(\.state).max() ?? .ok }

    func lines(_ style: Style) -> [String] {
        let hasStandards = findings.contains { $0.standard != nil }
        let rows = findings.map { finding in
            [
                Cell(finding.state.rawValue, color: finding.state.color), Cell(finding.part),
                Cell(finding.name), Cell(style.text(finding.value.text)),
                Cell(hasStandards ? finding.standard.map { style.text($0.text) } ?? "" : ""),
                Cell(style.text(finding.remark ?? "")),
            ]
        }
        return Table(columns: Self.columns, rows: rows).lines(style)
    }

    private static let columns: [Table.Column] = [
        .init(title: "STATE"),
        .init(title: "PART"),
        .init(title: "NAME"),
        .init(title: "VALUE", minimum: 20),
        .init(title: "DEFAULT", departure: .early(1), minimum: 10),
        .init(title: "REMARK", isFlexible: true),
    ]

    /// One document: the worst state, then every finding.
    var json: [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("status", state.rawValue)
            json.key("findings")
            json.array(findings) { $1.write(to: &$0) }
        }
        return json.bytes
    }

    /// Each finding as an object of its own.
    var jsonLines: [[UInt8]] {
        findings.map { finding in
            var json = JSONWriter()
            finding.write(to: &json)
            return json.bytes
        }
    }

    /// A header, then a line for each finding; sizes in bytes, spans in seconds.
    var csvLines: [String] {
        let rows = findings.map { finding in
            [
                finding.state.rawValue, finding.part, finding.name, finding.value.plain,
                finding.standard?.plain ?? "", finding.remark ?? "",
            ]
        }
        return ([["state", "part", "name", "value", "default", "remark"]] + rows)
            .map(CSV.line)
    }
}

extension Finding {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("part", part)
            json.member("name", name)
            json.key("value")
            value.write(to: &json)
            if let unit = value.unit { json.member("unit", unit) }
            if let standard {
                json.key("default")
                standard.write(to: &json)
            }
            json.member("state", state.rawValue)
            if let remark { json.member("remark", remark) }
        }
    }
}

extension Finding.State {
    fileprivate var color: Color {
        switch self {
        case .ok: .green
        case .warning: .yellow
        case .problem: .red
        }
    }
}
