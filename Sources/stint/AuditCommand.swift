import ArgumentParser
import Foundation
import StintModel
import StintServer
import StintStorage
import StintStorageSQLite
import StintWire

/// `stint audit`: whether the books balance.
struct AuditCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Recompute what is stored from what it follows from, and tell the differences.",
        discussion: """
            Reads one snapshot of the store, also while a server writes it, and holds up nobody. \
            With --url a server does it, for the workspace of the admin key in STINT_KEY.

            Exits with 0 where every law holds, with 1 where one does not.
            """)

    @OptionGroup var store: StoreOptions

    @OptionGroup var server: ServerOptions

    @Option(
        help: ArgumentHelp("Look at this workspace alone (default: at all).", valueName: "name"))
    var workspace: String?

    @OptionGroup var output: OutputOptions

    func run(in console: Console) async throws -> ExitStatus {
        let report: Report
        if server.url != nil {
            report = try await ask(console)
        } else {
            report = try await look(console)
        }
        switch output.output {
        case .json, .jsonl:
            console.writeDocument(report.document)
        case .csv:
            console.writeLine(CSV.line(["law", "checked", "violations"]))
            for law in report.body.laws {
                console.writeLine(
                    CSV.line([law.law, String(law.checked), String(law.violations)]))
            }
        case .table:
            let style = output.style(console)
            for line in AuditText(body: report.body, style: style).lines {
                console.writeLine(line)
            }
        }
        return report.body.balanced ? .done : .found
    }

    private struct Report {
        var body: AuditBody
        var document: Data
    }

    private func ask(_ console: Console) async throws -> Report {
        guard workspace == nil, store.store == nil else {
            throw CommandFailure.wrongArguments(
                "--url goes neither with --store nor with --workspace",
                next: "A server audits the workspace of the key in STINT_KEY.")
        }
        let client = try server.client(console)
        let answer = try await client.get(["v1", "audit"])
        return Report(
            body: try answer.decoded(AuditBody.self, at: client.address), document: answer.body)
    }

    private func look(_ console: Console) async throws -> Report {
        let named = try workspace.map { name throws(CommandFailure) in
            guard let workspace = Workspace(rawValue: name) else {
                throw .wrongArguments("a workspace's name has 1 to \(Limits.nameBytes) bytes")
            }
            return workspace
        }
        let location = try await store.configuration(console).store
        guard location.exists else { throw CommandFailure(missing: location) }
        let start = console.uptime()
        let found: AuditReport
        do throws(StoreError) {
            found = try location.audit(named)
        } catch {
            let why = if case .unavailable(let reason) = error { reason } else { "\(error)" }
            throw CommandFailure(
                what: "the store cannot be audited", why: why,
                next: "Name another with --store sqlite:/path/file.", status: .unreachable)
        }
        if let named, !found.knows(named) {
            throw CommandFailure(
                what: "there is no workspace \(named.rawValue)", status: .notFound)
        }
        let passed = (console.uptime() - start).components
        var json = JSONWriter()
        found.writeJSON(
            to: &json, seconds: Double(passed.seconds) + Double(passed.attoseconds) / 1e18)
        let document = Data(json.bytes)
        return Report(
            body: try JSONDecoder().decode(AuditBody.self, from: document), document: document)
    }
}

extension StoreLocation {
    /// Reads the store beside whoever serves it.
    fileprivate func audit(_ workspace: Workspace?) throws(StoreError) -> AuditReport {
        switch self {
        case .sqlite(let path): try SQLiteAudit.run(path: path, workspace: workspace)
        }
    }
}

/// An audit as the terminal shows it.
private struct AuditText {
    var body: AuditBody
    var style: Style

    var lines: [String] {
        let rows: [[Cell]] = body.laws.map { law in
            let standing =
                law.violations > 0
                ? Cell("broken", color: .red) : Cell(law.checked > 0 ? "holds" : style.missing)
            return [
                standing, Cell(law.title),
                Cell(NumberFormat.count(law.checked, separator: style.thousands)),
                Cell(
                    law.violations > 0
                        ? NumberFormat.count(law.violations, separator: style.thousands) : ""),
            ]
        }
        let table = Table(
            columns: [
                .init(title: "STATE"), .init(title: "LAW"),
                .init(title: "CHECKED", alignment: .right),
                .init(title: "BROKEN", alignment: .right),
            ], rows: rows)
        var lines = table.lines(style)
        for difference in body.differences {
            let place = [difference.workspace, difference.agent, difference.execution]
                .compactMap(\.self).map(style.text).joined(separator: " / ")
            let time = difference.at.map { " at \(style.time.text($0))" } ?? ""
            lines.append("\(difference.law): \(place)\(time): \(style.text(difference.detail))")
        }
        let executions = NumberFormat.count(body.executions, separator: style.thousands)
        let took = DurationFormat.exact(TimeSpan(seconds: body.tookSeconds) ?? .zero)
        lines.append(
            body.balanced
                ? "The books of \(executions) executions balance (\(took))."
                : "The books of \(executions) executions do not balance (\(took)).")
        return lines
    }
}
