import ArgumentParser
import Foundation
import StintClient
import StintModel

/// `stint run -- COMMAND`: a command as an execution.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a command and record it as an execution.",
        discussion: """
            The start is on disk or at the server before the command starts, and signs of life \
            follow while it lives, so that a machine that goes down is noticed. Its end is told as \
            it was: exit code, signal, killed for want of memory, past its deadline. The exit code \
            is the command's own, or 128 and the number of the signal that ended it.

            The command finds the execution in STINT_EXECUTION, and may report steps of its own. \
            It runs whether or not the server can be reached.
            """)

    @Option(help: ArgumentHelp("Whose execution it is.", valueName: "name"))
    var agent: String

    @Option(help: ArgumentHelp("The execution's id, instead of one made up.", valueName: "id"))
    var id: String?

    @Option(
        help: ArgumentHelp(
            "How long it may take: then it is sent SIGTERM, and SIGKILL after ten seconds.",
            valueName: "span"))
    var deadline: SpanArgument?

    @Option(
        help: ArgumentHelp(
            "How long a silence means that it is lost.", valueName: "span"))
    var heartbeat = SpanArgument(text: "60s", span: .seconds(60))

    @Option(
        name: .customLong("attribute"),
        help: ArgumentHelp("Something to know it by; may be repeated.", valueName: "key=value"))
    var attributes: [AttributeArgument] = []

    @Option(
        help: ArgumentHelp(
            "How many last lines of its standard error to record where it fails.",
            valueName: "count"))
    var stderrLines = 0

    @Option(
        help: ArgumentHelp(
            "The server (default: $STINT_URL, else \(ServerAddress.standard)).",
            valueName: "address"))
    var url: String?

    @Argument(
        parsing: .postTerminator, help: ArgumentHelp("What to run.", valueName: "command"))
    var command: [String]

    func validate() throws {
        guard !command.isEmpty else {
            throw ValidationError("Name a command after `--`.")
        }
        guard (0...1_000).contains(stderrLines) else {
            throw ValidationError("--stderr-lines is a number from 0 through 1000.")
        }
    }

    func run() async throws {
        var settings = TrackerSettings(environment: ProcessInfo.processInfo.environment)
        settings.url = url ?? settings.url
        settings.storesFirst = true
        let code = await TrackedCommand(
            command: command, deadline: deadline, stderrLines: stderrLines,
            tracker: Tracker(settings: settings)
        ).run { tracker in
            tracker.begin(
                agent, id: id ?? randomHex(), source: "run",
                attributes: Dictionary(
                    attributes.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 }
                ).merging([
                    "command": AttributeValue(URL(filePath: command[0]).lastPathComponent),
                    "host": AttributeValue(ProcessInfo.processInfo.hostName),
                ]) { own, _ in own },
                deadline: deadline.map { .microseconds($0.span.microseconds) },
                heartbeat: .microseconds(heartbeat.span.microseconds))
        }
        if code != 0 { throw ExitCode(code) }
    }
}

/// `key=value`. What reads as a number or a truth value is one.
struct AttributeArgument: ExpressibleByArgument {
    let key: String
    let value: AttributeValue

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else { return nil }
        key = String(parts[0])
        let text = String(parts[1])
        if let number = Int(text) {
            value = AttributeValue(number)
        } else if let number = Double(text), number.isFinite {
            value = AttributeValue(number)
        } else {
            value =
                ["true": AttributeValue(true), "false": AttributeValue(false)][text]
                ?? AttributeValue(text)
        }
    }
}
