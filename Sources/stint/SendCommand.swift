import ArgumentParser
import Foundation
import StintModel
import StintWire

/// `stint send FILE`: events of a file to the server.
struct SendCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "send",
        abstract: "Send events, one JSON object a line.",
        discussion: """
            Events that are refused are told with their line, and the rest is kept; the exit code \
            is then 1. While the server is away or busy, each request is tried again for as long \
            as --timeout says. Sending a file again changes nothing, where its events say when \
            they happened (`at`).
            """)

    @Argument(help: ArgumentHelp("A file of events, or - for standard input.", valueName: "file"))
    var file: String

    @OptionGroup var server: ServerOptions

    func run(in console: Console) async throws -> ExitStatus {
        let client = try server.client(console)
        let input = try FileInput(file)
        var delivery = EventDelivery(client: client, console: console)
        var batcher = EventBatcher()
        do {
            var isEnd = false
            while !isEnd {
                let chunk = try input.read()
                isEnd = chunk.isEmpty
                var batches = isEnd ? batcher.finish() : batcher.take(chunk)
                if batcher.isArray { throw arrayFailure }
                // Who writes into the pipe may think for long: what it wrote until now goes out.
                if !isEnd, !input.hasMore, let batch = batcher.flush() { batches.append(batch) }
                for batch in batches { try await delivery.send(batch) }
            }
        } catch {
            if delivery.sent > 0 { delivery.tellCount() }
            throw error
        }
        for line in batcher.tooLong {
            delivery.refuse(
                line: line, nil,
                "longer than \(LineCutter.longest >> 20) MiB, the most a request may hold")
        }
        delivery.tellCount()
        return delivery.rejected == 0 ? .done : .found
    }

    private var arrayFailure: CommandFailure {
        let source = file == "-" ? "" : " \(file.shellQuoted)"
        return CommandFailure(
            what: "\(file == "-" ? "standard input" : file) is a JSON array",
            why: "send reads one event a line.",
            next: "jq -c '.[]'\(source) | stint send -", status: .wrongArguments)
    }
}
