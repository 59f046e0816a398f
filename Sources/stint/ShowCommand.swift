import ArgumentParser
import StintModel
import StintWire

/// `stint show ID`: everything about one execution.
struct ShowCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show everything about one execution.")

    @Argument(
        help: ArgumentHelp(
            "Its id or the shortest beginning that no other has; @last, @last-failed.",
            valueName: "id"))
    var id: String

    @OptionGroup var output: OutputOptions
    @OptionGroup var server: ServerOptions

    func validate() throws {
        guard !id.isEmpty else { throw ValidationError("An id is not empty.") }
        guard id.utf8.count <= Limits.executionIDBytes else {
            throw ValidationError("An id has \(Limits.executionIDBytes) bytes at most.")
        }
    }

    func run(in console: Console) async throws -> ExitStatus {
        let client = try server.client(console)
        let answer = try await ExecutionLookup(client: client).document(id)
        switch output.output {
        case .json, .jsonl:
            console.writeDocument(answer.body)
        case .csv:
            let execution = try answer.decoded(ExecutionBody.self, at: client.address)
            for line in ExecutionsCSV(executions: [execution]).lines {
                console.writeLine(console.isTerminal ? line.plainLine() : line)
            }
        case .table:
            let execution = try answer.decoded(ExecutionBody.self, at: client.address)
            let style = output.style(console)
            for line in ExecutionReport(execution: execution, style: style).lines {
                console.writeLine(line)
            }
            let web = client.address.url(["executions", execution.id])
            if console.isTerminal { console.writeErrorLine("") }
            console.writeErrorLine("  web: \(web)   times \(style.time.zoneName)")
        }
        return .done
    }
}
