import ArgumentParser
import NIOHTTP1
import StintModel
import StintWire

/// `stint close ID`: says of an execution that it has ended.
struct CloseCommand: ConsoleCommand {
    enum End: String, ExpressibleByArgument, CaseIterable, Sendable {
        case failed, aborted, succeeded
        case timedOut = "timed_out"
    }

    static let configuration = CommandConfiguration(
        commandName: "close",
        abstract: "Say of an execution that it has ended.",
        discussion: """
            Sends an execution.finished like any other: nothing is stopped by it. What really ended \
            earlier is shown as it ended.
            """)

    @Argument(
        help: ArgumentHelp(
            "Its id or the shortest beginning that no other has.", valueName: "id"))
    var id: String

    @Option(name: .customLong("as"), help: "How it ended.")
    var end = End.failed

    @Option(
        help: ArgumentHelp(
            "Why: the error's message, or what came of it.", valueName: "text"))
    var reason: String?

    @Option(
        help: ArgumentHelp(
            "Who says so (default: $USER); kept as the attribute closedBy.", valueName: "name"))
    var by: String?

    @OptionGroup var server: ServerOptions

    func validate() throws {
        guard !id.isEmpty else { throw ValidationError("An id is not empty.") }
    }

    func run(in console: Console) async throws -> ExitStatus {
        let client = try server.client(console)
        let found = try await ExecutionLookup(client: client).document(id)
        let execution = try found.decoded(ExecutionBody.self, at: client.address)
        if let standing = execution.standing, standing.isFinal {
            throw CommandFailure.wrongArguments(
                "\(execution.id) has ended already: \(standing.word)",
                next: "stint show \(execution.id.shellQuoted)")
        }
        let answer: ServerAnswer
        do {
            answer = try await client.exchange(
                .POST, path: ["v1", "events"],
                body: ("application/json", event(of: execution, console).bytes))
        } catch let error as NoAnswer {
            throw client.unreachable(error)
        }
        guard answer.status == 200 else { throw answer.failure(at: client.address) }
        let body = try answer.decoded(EventsAnswerBody.self, at: client.address)
        if let rejection = body.rejected?.first {
            throw CommandFailure.wrongArguments(
                "the server refused it: \(rejection.detail ?? "no reason given")")
        }
        console.writeErrorLine(
            "\(execution.id): \(end.rawValue)".plainLine(ascii: !console.isUnicode))
        return .done
    }

    /// Without a time of its own: the server's clock counts.
    private func event(of execution: ExecutionBody, _ console: Console) -> JSONWriter {
        var json = JSONWriter()
        json.object { json in
            json.member("type", "execution.finished")
            json.member("execution", execution.id)
            json.member("attempt", Int64(execution.attempt ?? 1))
            json.member("status", end.rawValue)
            if end == .succeeded {
                if let reason { json.member("summary", reason) }
            } else {
                json.key("error")
                json.object { json in
                    json.member("type", "Closed")
                    json.member("message", reason ?? "closed by hand")
                }
            }
            json.key("attributes")
            json.object { json in
                json.member("closedBy", by ?? console.environment["USER"] ?? "unknown")
            }
        }
        return json
    }
}
