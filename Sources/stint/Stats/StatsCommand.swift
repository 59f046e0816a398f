import ArgumentParser
import StintModel
import StintWire

/// `stint stats`: the figures of a range of time.
struct StatsCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Show throughput, times, success, cost and what is unusual.",
        discussion: "Without --since or --from: the last hour.")

    @OptionGroup var range: RangeOptions

    @Flag(help: "Print the address of the same figures on the web, and ask nothing.")
    var web = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var server: ServerOptions

    func run(in console: Console) async throws -> ExitStatus {
        let client = try server.client(console)
        let style = output.style(console)
        let range = range.query(now: console.now())
        guard !web else {
            console.writeLine(client.address.url([""], range))
            return .done
        }
        let answer = try await client.get(
            ["v1", "metrics"], range + [QueryItem("tz", style.time.tz)])
        switch output.output {
        case .json, .jsonl:
            console.writeDocument(answer.body)
        case .csv:
            let figures = try answer.decoded(MetricsBody.self, at: client.address)
            for line in AgentsCSV(agents: figures.performance?.byAgent ?? []).lines {
                console.writeLine(console.isTerminal ? line.plainLine() : line)
            }
        case .table:
            let figures = try answer.decoded(MetricsBody.self, at: client.address)
            for line in StatsReport(figures: figures, style: style).lines {
                console.writeLine(line)
            }
            if console.isTerminal { console.writeErrorLine("") }
            let web = client.address.url([""], range)
            console.writeErrorLine("web: \(web)   times \(style.time.zoneName)")
        }
        return .done
    }
}
