import ArgumentParser
import Foundation
import StintModel
import StintWire

/// `stint list`: executions, newest first.
struct ListCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List executions, newest first.")

    /// The most rows the server puts on one page.
    private static let pageLimit = 500

    @OptionGroup var filter: FilterOptions

    @Option(
        help: ArgumentHelp(
            "How many rows at most. As json, one page: at most \(pageLimit).", valueName: "count"))
    var limit = 50

    @Option(help: ArgumentHelp("Go on where an earlier list ended.", valueName: "cursor"))
    var cursor: String?

    @Flag(help: "Print the address of the same list on the web, and ask nothing.")
    var web = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var server: ServerOptions

    func validate() throws {
        guard limit >= 1 else { throw ValidationError("--limit is 1 or more.") }
    }

    func run(in console: Console) async throws -> ExitStatus {
        let now = console.now()
        let client = try server.client(console)
        let parameters = try filter.parameters(now: now)
        guard !web else {
            let position = cursor.map { [QueryItem("cursor", $0)] } ?? []
            console.writeLine(client.address.url(["executions"], parameters + position))
            return .done
        }
        switch output.output {
        case .json:
            let page = try await client.get(
                ["v1", "executions"], parameters + paging(min(limit, Self.pageLimit), cursor))
            console.writeDocument(page.body)
        case .jsonl:
            let next = try await forEachPage(client, parameters) { page, _ in
                for item in JSONItems.elements(of: "items", in: page.body) {
                    console.writeDocument(item)
                }
            }
            if let hint = continuation(next, now) { console.writeErrorLine(hint) }
        case .csv:
            let (items, next) = try await collect(client, parameters)
            for line in ExecutionsCSV(executions: items).lines {
                console.writeLine(console.isTerminal ? line.plainLine() : line)
            }
            if let hint = continuation(next, now) { console.writeErrorLine(hint) }
        case .table:
            let (items, next) = try await collect(client, parameters)
            let style = output.style(console)
            if items.isEmpty {
                console.writeErrorLine("No execution matches.")
            }
            for line in ExecutionTable(executions: items, style: style).lines {
                console.writeLine(line)
            }
            if !items.isEmpty, console.isTerminal { console.writeErrorLine("") }
            let zone = "times \(style.time.zoneName)"
            console.writeErrorLine(
                [continuation(next, now), zone].compactMap(\.self).joined(separator: "   "))
        }
        return .done
    }

    private func paging(_ limit: Int, _ cursor: String?) -> [QueryItem] {
        [QueryItem("limit", String(limit))] + (cursor.map { [QueryItem("cursor", $0)] } ?? [])
    }

    /// Follows the cursor until there are as many rows as asked for, or no more. A page may be
    /// shorter than its limit, even empty, and still have a next one.
    ///
    /// - Returns: Where the next page begins, where there is one.
    private func forEachPage(
        _ client: ServerClient, _ parameters: [QueryItem],
        _ body: (ServerAnswer, ExecutionPageBody) -> Void
    ) async throws -> String? {
        var rest = limit
        var next = cursor
        repeat {
            let answer = try await client.get(
                ["v1", "executions"], parameters + paging(min(rest, Self.pageLimit), next))
            let page = try answer.decoded(ExecutionPageBody.self, at: client.address)
            body(answer, page)
            rest -= page.items.count
            if page.nextCursor != nil, page.nextCursor == next {
                throw CommandFailure(
                    what: "the list does not go on", why: "The server repeats its cursor.",
                    requestID: answer.requestID, status: .unreachable)
            }
            next = page.nextCursor
        } while rest > 0 && next != nil
        return next
    }

    private func collect(
        _ client: ServerClient, _ parameters: [QueryItem]
    ) async throws -> ([ExecutionBody], next: String?) {
        var items: [ExecutionBody] = []
        let next = try await forEachPage(client, parameters) { items += $1.items }
        return (items, next)
    }

    /// The command that shows what comes after these rows.
    private func continuation(_ cursor: String?, _ now: Instant) -> String? {
        guard let cursor else { return nil }
        var words = ["stint", "list"] + filter.arguments(now: now)
        if limit != 50 { words += ["--limit", String(limit)] }
        if output.output != .table { words += ["--output", output.output.rawValue] }
        if output.utc { words.append("--utc") }
        if let tz = output.tz { words += ["--tz", tz] }
        if output.wide { words.append("--wide") }
        if let url = server.url { words += ["--url", url] }
        words += cursor.hasPrefix("-") ? ["--cursor=\(cursor)"] : ["--cursor", cursor]
        let command = words.map { $0.plainLine().shellQuoted }.joined(separator: " ")
        return "\(filter.order == .asc ? "newer" : "older"): \(command)"
    }
}

extension Console {
    /// Writes a server's document as it is, on its own line.
    func writeDocument(_ document: Data) {
        var text = String(decoding: document, as: UTF8.self)
        while text.last?.isNewline ?? false { text.removeLast() }
        writeLine(isTerminal ? text.escapedForTerminal() : text)
    }
}
