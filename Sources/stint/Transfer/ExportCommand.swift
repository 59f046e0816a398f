import ArgumentParser
import AsyncHTTPClient
import Foundation
import NIOCore
import StintModel
import StintWire

/// `stint export executions`, `stint export events`: out of a server, to be kept or imported.
struct ExportCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write executions, or their events, to standard output.",
        discussion: """
            `executions` writes everything about each, a line each, or the members of a summary \
            as CSV. `events` writes the events that the server still keeps of each (its \
            --trail-retention), oldest first. The last line counts those before it: where it is \
            missing the file was cut, and `import` says so.
            """)

    enum Subject: String, ExpressibleByArgument, CaseIterable, Sendable {
        case executions, events
    }

    enum Form: String, ExpressibleByArgument, CaseIterable, Sendable { case ndjson, csv }

    @Argument(help: "executions or events.")
    var subject: Subject

    @Option(help: "ndjson or csv; events as ndjson alone.")
    var format = Form.ndjson

    @OptionGroup var filter: FilterOptions
    @OptionGroup var server: ServerOptions

    func validate() throws {
        if subject == .events, format == .csv {
            throw ValidationError("Events are written as ndjson alone.")
        }
    }

    func run(in console: Console) async throws -> ExitStatus {
        let client = try server.client(console)
        let parameters = try filter.parameters(now: console.now())
        switch subject {
        case .executions: try await exportExecutions(client, parameters, console)
        case .events: try await exportEvents(client, parameters, console)
        }
        return .done
    }

    // MARK: Executions

    private func exportExecutions(
        _ client: ServerClient, _ parameters: [QueryItem], _ console: Console
    ) async throws {
        var lines = CountedLines(format == .csv ? .csv : .ndjson)
        let document = try await client.download(
            ["v1", "export", "executions"],
            parameters + [QueryItem("format", format.rawValue)])
        do {
            for try await part in document {
                write(lines.take(part.readableBytesView), to: console)
            }
        } catch {
            throw cut(client.noAnswer(error).reason)
        }
        guard lines.isWhole else { throw cut("It ends without its count.") }
    }

    private func write(_ bytes: [UInt8], to console: Console) {
        if bytes.isEmpty { return }
        let text = String(decoding: bytes, as: UTF8.self)
        console.write(console.isTerminal ? text.escapedForTerminal() : text)
    }

    private func cut(_ why: String) -> CommandFailure {
        CommandFailure(
            what: "the export was cut", why: why, next: "What was written is not all; try again.",
            status: .unreachable)
    }

    // MARK: Events

    private struct Head: Decodable {
        var type: String
    }

    private func exportEvents(
        _ client: ServerClient, _ parameters: [QueryItem], _ console: Console
    ) async throws {
        var count = 0
        try await forEachPage(client, ["v1", "executions"], parameters) { answer in
            let page = try answer.decoded(ExecutionPageBody.self, at: client.address)
            for execution in page.items {
                let written = try await exportEvents(of: execution.id, client, console)
                count += written
            }
            return page.nextCursor
        }
        console.writeLine("{\"count\":\(count)}")
    }

    /// - Returns: How many were written.
    private func exportEvents(
        of id: String, _ client: ServerClient, _ console: Console
    ) async throws -> Int {
        var count = 0
        do {
            try await forEachPage(client, ["v1", "executions", id, "events"], []) { answer in
                for item in JSONItems.elements(of: "items", in: answer.body) {
                    let type = try? JSONDecoder().decode(Head.self, from: item).type
                    // What a server concluded is no event to be sent.
                    if type == EventKind.executionLost.word { continue }
                    console.writeDocument(item)
                    count += 1
                }
                return try answer.decoded(Cursor.self, at: client.address).nextCursor
            }
        } catch let failure as CommandFailure where failure.status == .notFound {
            // It was deleted, or has expired, since it was listed.
        }
        return count
    }

    private struct Cursor: Decodable {
        var nextCursor: String?
    }

    /// - Parameter body: Gives the cursor of the next page.
    private func forEachPage(
        _ client: ServerClient, _ path: [String], _ parameters: [QueryItem],
        _ body: (ServerAnswer) async throws -> String?
    ) async throws {
        var cursor: String?
        repeat {
            let place = cursor.map { [QueryItem("cursor", $0)] } ?? []
            let answer = try await client.get(
                path, parameters + [QueryItem("limit", "500")] + place)
            cursor = try await body(answer)
        } while cursor != nil
    }
}
