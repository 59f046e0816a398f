import ArgumentParser
import StintModel
import StintWire

/// `stint diagnose`: what is wrong, and what leads on.
struct DiagnoseCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "diagnose",
        abstract: "Show what is stuck, slow, failing or handled twice, and what to do about it.",
        discussion: "Without --since or --from: the last 24 hours.")

    @OptionGroup var range: RangeOptions

    @Option(
        help: ArgumentHelp(
            "Compare rates of success by this attribute, or by agent.", valueName: "attribute"))
    var by: String?

    @Flag(help: "Print the first line alone, and exit with 1 where something was found.")
    var check = false

    @Flag(help: "Print the address of the same findings on the web, and ask nothing.")
    var web = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var server: ServerOptions

    func run(in console: Console) async throws -> ExitStatus {
        let client = try server.client(console)
        let style = output.style(console)
        let query = range.query(now: console.now()) + (by.map { [QueryItem("by", $0)] } ?? [])
        let address = client.address.url(["diagnose"], query)
        guard !web else {
            console.writeLine(address)
            return .done
        }
        let answer = try await client.get(["v1", "diagnosis"], query)
        let diagnosis = try answer.decoded(DiagnosisBody.self, at: client.address)
        let summary = DiagnosisSummary(diagnosis)
        switch output.output {
        case .json, .jsonl:
            console.writeDocument(answer.body)
        case .csv:
            for line in FindingsCSV(findings: diagnosis.findings).lines {
                console.writeLine(console.isTerminal ? line.plainLine() : line)
            }
        case .table:
            console.writeLine(style.text(summary.line))
            if check { break }
            for line in DiagnosisReport(diagnosis: diagnosis, style: style).lines {
                console.writeLine(line)
            }
            if console.isTerminal { console.writeErrorLine("") }
            if !diagnosis.truncated.isEmpty {
                let kinds = diagnosis.truncated.joined(separator: ", ")
                console.writeErrorLine("There is more than was looked at: \(style.text(kinds))")
            }
            let more = by == nil ? "more: --by model   " : ""
            console.writeErrorLine("\(more)web: \(address)   times \(style.time.zoneName)")
        }
        return check && summary.hasFindings ? .found : .done
    }
}

/// What was found, in one line.
struct DiagnosisSummary {
    private var parts: [String] = []

    var hasFindings: Bool { !parts.isEmpty }
    var line: String { parts.isEmpty ? "nothing found" : parts.joined(separator: ", ") }

    init(_ diagnosis: DiagnosisBody) {
        var counts: [FindingBody.Kind: (findings: Int64, executions: Int64)] = [:]
        var missed: Int64 = 0
        var steps = 0
        for finding in diagnosis.findings {
            counts[finding.kind, default: (0, 0)].findings += 1
            counts[finding.kind, default: (0, 0)].executions += finding.count
            switch finding.detail {
            case .outcomes(let body):
                missed += body.rows.filter { $0.goalMet == false }.reduce(0) { $0 + $1.count }
            case .orphanSteps(let body): steps += body.steps.count
            default: break
            }
        }
        if let stuck = counts[.stuck] { parts.append("\(stuck.findings) stuck") }
        if let slow = counts[.overdue] { parts.append("\(slow.findings) slow") }
        if let late = counts[.neverStarted] { parts.append("\(late.executions) queued too long") }
        if let failed = counts[.failures] {
            let groups = failed.findings == 1 ? "1 group" : "\(failed.findings) groups"
            let failures = failed.executions == 1 ? "1 failure" : "\(failed.executions) failures"
            parts.append("\(failures) in \(groups)")
        }
        if let twice = counts[.duplicates] { parts.append("\(twice.findings) handled twice") }
        if missed > 0 { parts.append("\(missed) missed their goal") }
        if steps > 0 { parts.append("\(steps) \(steps == 1 ? "step" : "steps") left running") }
    }
}

/// The findings as RFC 4180 has it, one a line, with what all kinds have in common.
struct FindingsCSV {
    var findings: [FindingBody]

    var lines: [String] {
        let header = ["kind", "title", "count", "executions", "firstSeenAt", "lastSeenAt"]
        return
            ([header]
            + findings.map { finding in
                [
                    finding.kind.rawValue, finding.title, String(finding.count),
                    finding.executions.joined(separator: " "), finding.firstSeenAt?.rfc3339 ?? "",
                    finding.lastSeenAt?.rfc3339 ?? "",
                ]
            }).map(CSV.line)
    }
}
