import ArgumentParser
import StintModel

/// Which executions: the parameters of `GET /v1/executions` by the names of the command line.
struct FilterOptions: ParsableArguments {
    enum Goal: String, ExpressibleByArgument, CaseIterable, Sendable {
        case met, missed, `true`, `false`

        var isMet: Bool { self == .met || self == .true }
    }

    enum Moment: String, ExpressibleByArgument, CaseIterable, Sendable { case start, finish }

    enum Order: String, ExpressibleByArgument, CaseIterable, Sendable { case desc, asc }

    @Option(help: ArgumentHelp("Those of the last 24h, 90m, 7d.", valueName: "span"))
    var since: SpanArgument?

    @Option(help: ArgumentHelp("From this time on, with its zone.", valueName: "time"))
    var from: InstantArgument?

    @Option(help: ArgumentHelp("Before this time, with its zone.", valueName: "time"))
    var to: InstantArgument?

    @Option(help: ArgumentHelp("The agent or workflow that runs.", valueName: "name"))
    var agent: String?

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp("A status, or several with commas; repeatable.", valueName: "status"))
    var status: [String] = []

    @Option(help: ArgumentHelp("Who asked for it.", valueName: "name"))
    var user: String?

    @Option(help: ArgumentHelp("The correlation id.", valueName: "id"))
    var correlation: String?

    @Option(help: ArgumentHelp("The execution that began it.", valueName: "id"))
    var parent: String?

    @Option(help: ArgumentHelp("The type of the error.", valueName: "type"))
    var error: String?

    @Option(help: "Whether it achieved what it was for.")
    var goal: Goal?

    @Option(help: ArgumentHelp("Where it runs, as production or test.", valueName: "name"))
    var environment: String?

    @Option(
        help: ArgumentHelp(
            "Whether figures count it: not as test or mock.", valueName: "true|false"))
    var counted: Bool?

    @Option(help: ArgumentHelp("Those that ran at least 60s, 5m.", valueName: "span"))
    var minDuration: SpanArgument?

    @Option(help: ArgumentHelp("Those that ran less than 60s, 5m.", valueName: "span"))
    var maxDuration: SpanArgument?

    @Option(
        name: .customLong("attr"), parsing: .singleValue,
        help: ArgumentHelp("An attribute and its value; repeatable.", valueName: "key=value"))
    var attributes: [String] = []

    @Option(
        help: ArgumentHelp(
            "Words of id, name, agent or error, and field:value as in the filter of the web page.",
            valueName: "text"))
    var query: String?

    @Option(help: "What --since, --from, --to and the order go by.")
    var on: Moment?

    @Option(help: "Newest first or oldest first.")
    var order: Order?

    func validate() throws {
        if since != nil, from != nil { throw ValidationError("Give --since or --from, not both.") }
        _ = try statusWords()
        _ = try attributePairs()
        do {
            _ = try parameters(now: Instant(microseconds: 0))
        } catch let failure as CommandFailure {
            throw ValidationError(failure.what)
        }
    }

    /// The filter as the interface takes it.
    ///
    /// - Parameter now: From where `--since` counts.
    /// - Throws: ``CommandFailure`` where `--query` is no filter or repeats an option.
    func parameters(now: Instant) throws -> [QueryItem] {
        var items: [QueryItem] = []
        func add(_ name: String, _ value: String?) {
            if let value { items.append(QueryItem(name, value)) }
        }
        add("from", since.map { (now - $0.span).rfc3339 } ?? from?.text)
        add("to", to?.text)
        add("agent", agent)
        for word in try statusWords() { add("status", word) }
        add("user", user)
        add("correlation", correlation)
        add("parent", parent)
        add("errorType", error)
        add("goalMet", goal.map { String($0.isMet) })
        add("environment", environment)
        add("counted", counted.map(String.init))
        add("minDurationSeconds", minDuration?.secondsText)
        add("maxDurationSeconds", maxDuration?.secondsText)
        for (key, value) in try attributePairs() { add("attr.\(key)", value) }
        if let query { items += try FilterExpression.parameters(query) }
        add("on", on?.rawValue)
        add("order", order?.rawValue)

        var seen: Set<String> = []
        for item in items where item.name != "status" && !item.name.hasPrefix("attr.") {
            guard seen.insert(item.name).inserted else {
                throw CommandFailure.wrongArguments("\(item.name) is given twice")
            }
        }
        return items
    }

    /// The words of the interface for the words given; `cancelled` and other spellings are known.
    private func statusWords() throws -> [String] {
        try status.flatMap { $0.split(separator: ",") }.map { word in
            guard let status = ExecutionStatus(word: String(word)) else {
                throw ValidationError(
                    "No status is called '\(word)'; there are \(Self.allStatusWords).")
            }
            return status.word
        }
    }

    private static var allStatusWords: String {
        ExecutionStatus.allCases.map(\.word).joined(separator: ", ")
    }

    private func attributePairs() throws -> [(key: String, value: String)] {
        try attributes.map { pair in
            guard let equals = pair.firstIndex(of: "="), equals != pair.startIndex else {
                throw ValidationError("'\(pair)' is not key=value (--attr).")
            }
            return (String(pair[..<equals]), String(pair[pair.index(after: equals)...]))
        }
    }

    /// The options as they would be typed again, for a command that gives the same list.
    ///
    /// A span before now becomes a fixed time: a cursor holds for one `from` only.
    func arguments(now: Instant) -> [String] {
        var arguments: [String] = []
        func add(_ name: String, _ value: String?) {
            guard let value else { return }
            // A value that looks like an option has to be tied to its name.
            arguments += value.hasPrefix("-") ? ["--\(name)=\(value)"] : ["--\(name)", value]
        }
        add("from", since.map { (now - $0.span).rfc3339 } ?? from?.text)
        add("to", to?.text)
        add("agent", agent)
        for word in status { add("status", word) }
        add("user", user)
        add("correlation", correlation)
        add("parent", parent)
        add("error", error)
        add("goal", goal?.rawValue)
        add("environment", environment)
        add("counted", counted.map(String.init))
        add("min-duration", minDuration?.text)
        add("max-duration", maxDuration?.text)
        for pair in attributes { add("attr", pair) }
        add("query", query)
        add("on", on?.rawValue)
        add("order", order?.rawValue)
        return arguments
    }
}
