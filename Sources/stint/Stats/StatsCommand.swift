import ArgumentParser
import StintModel
import StintWire

/// `stint stats`: the figures of a range of time.
struct StatsCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Show throughput, times, success, cost and what is unusual.",
        discussion: "Without --since or --from: the last hour.")

    @Option(help: ArgumentHelp("The last 6h, 24h, 7d.", valueName: "span"))
    var since: SpanArgument?

    @Option(help: ArgumentHelp("From this time on, with its zone.", valueName: "time"))
    var from: InstantArgument?

    @Option(
        help: ArgumentHelp("Before this time, with its zone; now if not given.", valueName: "time"))
    var to: InstantArgument?

    @Option(help: ArgumentHelp("Of this agent alone.", valueName: "name"))
    var agent: String?

    @Flag(help: "Print the address of the same figures on the web, and ask nothing.")
    var web = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var server: ServerOptions

    func validate() throws {
        if since != nil, from != nil { throw ValidationError("Give --since or --from, not both.") }
        if to != nil, from == nil { throw ValidationError("--to takes a --from.") }
    }

    func run(in console: Console) async throws -> ExitStatus {
        let client = try server.client(console)
        let style = output.style(console)
        let range = range(now: console.now())
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

    /// Range and agent as the interface takes them. A span that it has a word for is asked for by
    /// that word, so that it ends at the server's own time.
    private func range(now: Instant) -> [QueryItem] {
        var items: [QueryItem] = []
        if let since {
            if let timeframe = Timeframe.allCases.first(where: { $0.span == since.span }) {
                items.append(QueryItem("timeframe", timeframe.rawValue))
            } else {
                items.append(QueryItem("from", (now - since.span).rfc3339))
                items.append(QueryItem("to", now.rfc3339))
            }
        }
        if let from {
            items.append(QueryItem("from", from.text))
            items.append(QueryItem("to", to?.text ?? now.rfc3339))
        }
        if let agent { items.append(QueryItem("agent", agent)) }
        return items
    }
}
