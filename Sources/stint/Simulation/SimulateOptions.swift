import ArgumentParser
import StintModel
import StintSimulation
import StintWire

/// Which fleet, and what becomes of it.
struct SimulateOptions: ParsableArguments {
    /// Executions a minute of a live fleet.
    static let usualRate = 30.0

    @Option(help: ArgumentHelp("How many executions.", valueName: "count"))
    var executions = 1_000

    @Option(help: ArgumentHelp("How many days of history.", valueName: "count"))
    var days = 7

    @Option(help: ArgumentHelp("What decides everything.", valueName: "number"))
    var seed: UInt64 = 1

    @Option(
        help: ArgumentHelp(
            "When the history ends (default: the start of this day, UTC).", valueName: "time"))
    var until: InstantArgument?

    @Option(
        help: ArgumentHelp(
            "The server's; it refuses events older than that.", valueName: "span"))
    var retention = SpanArgument(text: "90d", span: .days(90))

    @Option(
        help: ArgumentHelp(
            "Write into this store, as sqlite:/path/file, instead of to a server.",
            valueName: "store"))
    var store: String?

    @Flag(help: "Compare what the server shows with what is true.")
    var check = false

    @Option(
        help: ArgumentHelp(
            "How many executions --check asks for one by one, beside the lists of all.",
            valueName: "count"))
    var inFull = 2_000

    @Option(
        help: ArgumentHelp(
            "How long the server may take to see that an execution is lost.", valueName: "span"))
    var grace = SpanArgument(text: "60s", span: .seconds(60))

    @Flag(help: "Go on in real time.")
    var live = false

    @Option(
        help: ArgumentHelp(
            "Executions a minute, live (default: \(Int(usualRate))).", valueName: "number"))
    var rate: Double?

    @Option(
        name: .customLong("for"), help: ArgumentHelp("How long, live.", valueName: "span"))
    var duration: SpanArgument?

    func validate() throws {
        guard (1...100_000_000).contains(executions) else {
            throw ValidationError("--executions is from 1 to 100000000.")
        }
        guard (1...36_500).contains(days) else {
            throw ValidationError("--days is from 1 to 36500.")
        }
        guard inFull >= 0 else { throw ValidationError("--in-full is 0 or more.") }
        if let rate, !(rate > 0 && rate <= 1_000_000) {
            throw ValidationError("--rate is more than 0, and a million at the most.")
        }
    }

    /// - Throws: ``CommandFailure`` where the history would not lie in what a server takes.
    func settings(now: Instant) throws -> Fleet.Settings {
        let day = TimeSpan.days(1).microseconds
        let today = Instant(microseconds: now.microseconds / day * day)
        let end = until?.instant ?? today
        guard end <= now else {
            throw CommandFailure.wrongArguments("--until lies ahead: a history has happened")
        }
        guard end - .days(Int64(days)) >= now - retention.span else {
            throw CommandFailure.wrongArguments(
                "the history would begin before what the server keeps (\(retention.text))",
                next: "Choose fewer --days, or say its --retention if that is longer.")
        }
        return Fleet.Settings(executions: executions, days: days, seed: seed, until: end)
    }

    /// The command that checks a fleet, whenever it is typed.
    func checkCommand(_ settings: Fleet.Settings, _ url: String?) -> String {
        var words = ["stint", "simulate"]
        words += ["--executions", String(executions), "--days", String(days)]
        words += ["--seed", String(seed), "--until", settings.until.rfc3339]
        if retention.text != "90d" { words += ["--retention", retention.text] }
        if let url { words += ["--url", url] }
        return (words + ["--check"]).map(\.shellQuoted).joined(separator: " ")
    }
}

extension InstantArgument {
    /// What the text says.
    fileprivate var instant: Instant? {
        Instant(rfc3339: text) ?? Int64(text).flatMap { Instant(milliseconds: $0) }
    }
}
