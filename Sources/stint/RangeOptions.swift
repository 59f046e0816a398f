import ArgumentParser
import StintModel
import StintWire

/// Of which time and which agent figures and findings are.
struct RangeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The last 6h, 24h, 7d.", valueName: "span"))
    var since: SpanArgument?

    @Option(help: ArgumentHelp("From this time on, with its zone.", valueName: "time"))
    var from: InstantArgument?

    @Option(
        help: ArgumentHelp("Before this time, with its zone; now if not given.", valueName: "time"))
    var to: InstantArgument?

    @Option(help: ArgumentHelp("Of this agent alone.", valueName: "name"))
    var agent: String?

    func validate() throws {
        if since != nil, from != nil { throw ValidationError("Give --since or --from, not both.") }
        if to != nil, from == nil { throw ValidationError("--to takes a --from.") }
    }

    /// Range and agent as the interface takes them. A span that it has a word for is asked for by
    /// that word, so that it ends at the server's own time.
    func query(now: Instant) -> [QueryItem] {
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
