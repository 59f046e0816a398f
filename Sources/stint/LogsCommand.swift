import ArgumentParser
import StintModel
import StintWire

/// `stint logs ID`: the links and commands that lead to the logs of an execution.
struct LogsCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Show where the logs of an execution are.",
        discussion: """
            Stint keeps no logs. The server is told where they are by the lists 'links' and \
            'commands' in its file of settings; those of Step Functions and CloudWatch it knows.
            """)

    @Argument(
        help: ArgumentHelp(
            "Its id or the shortest beginning that no other has; @last, @last-failed.",
            valueName: "id"))
    var id: String

    @OptionGroup var output: OutputOptions
    @OptionGroup var server: ServerOptions

    func validate() throws {
        guard !id.isEmpty else { throw ValidationError("An id is not empty.") }
    }

    func run(in console: Console) async throws -> ExitStatus {
        let client = try server.client(console)
        let found = try await ExecutionLookup(client: client).document(id)
        let execution = try found.decoded(ExecutionBody.self, at: client.address)
        let style = output.style(console)
        let places =
            (execution.links ?? []).map { ("link", $0.title, $0.href) }
            + (execution.commands ?? []).map { ("command", $0.title, $0.command) }
        guard !places.isEmpty else {
            throw CommandFailure(
                what: "nothing leads to the logs of \(execution.id)",
                why: "The server has neither a link nor a command for it.",
                next: "Set 'links' and 'commands' in the file that its --config names.",
                status: .notFound)
        }
        switch output.output {
        case .json, .jsonl:
            var json = JSONWriter()
            json.object { json in
                for kind in ["link", "command"] {
                    json.key("\(kind)s")
                    json.array(places.filter { $0.0 == kind }) { json, place in
                        json.object { json in
                            json.member("title", place.1)
                            json.member(kind == "link" ? "href" : "command", place.2)
                        }
                    }
                }
            }
            console.writeLine(String(decoding: json.bytes, as: UTF8.self))
        case .csv:
            for place in places { console.writeLine(CSV.line([place.0, place.1, place.2])) }
        case .table:
            for (_, title, target) in places {
                console.writeLine(style.painted(style.text(title), .dim))
                console.writeLine("  \(style.text(target))")
            }
        }
        return .done
    }
}
