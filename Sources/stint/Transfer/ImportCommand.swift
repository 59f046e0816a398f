import ArgumentParser
import StintModel
import StintWire

/// `stint import FILE`: what was exported, or events and executions from elsewhere, to a server.
struct ImportCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Bring exported executions or events to a server.",
        discussion: """
            Reads one JSON object a line, an event (as `send` takes it) or an execution (as \
            `export` writes it), or CSV of executions, whose columns are those of `export`. What \
            is refused is told with its line, and the rest is kept; the exit code is then 1. So \
            it is where the count at the end of an export is missing or another: the file was \
            cut. Importing a file again, or the rest of one, changes nothing that is there.

            An execution that was exported becomes the same execution: attempts, steps, tokens, \
            costs and times. As CSV it has no steps, and one model call that stands for all.
            """)

    @Argument(help: ArgumentHelp("A file, or - for standard input.", valueName: "file"))
    var file: String

    @Option(help: "ndjson or csv (default: told by the first sign).")
    var format: ImportedLines.Form?

    @OptionGroup var server: ServerOptions

    /// The most events of a request.
    private static let eventsPerBatch = 500

    func run(in console: Console) async throws -> ExitStatus {
        let client = try server.client(console)
        let input = try FileInput(file)
        var delivery = EventDelivery(client: client, console: console)
        var lines = ImportedLines(format)
        var count = ImportCount()
        var batch = EventBatch()
        var progress = ImportProgress(console: console)
        do {
            var isEnd = false
            while !isEnd {
                let chunk = try input.read()
                isEnd = chunk.isEmpty
                for line in try isEnd ? lines.finish() : lines.take(chunk) {
                    count.add(line.item, line: line.number)
                    for event in events(of: line, &delivery) {
                        let full = batch.append(
                            event, line: line.number, atMost: Self.eventsPerBatch)
                        if let full {
                            try await delivery.send(full)
                            progress.tell(delivery.sent)
                        }
                    }
                }
            }
            if let rest = batch.take() { try await delivery.send(rest) }
        } catch {
            if delivery.sent > 0 { delivery.tellCount() }
            throw error
        }
        for line in lines.tooLong {
            delivery.refuse(line: line, nil, "longer than \(LineCutter.longest >> 20) MiB")
        }
        delivery.tellCount()
        let fault = count.fault(expectsCount: lines.isExport)
        if let fault { console.writeErrorLine("stint: \(fault)") }
        return delivery.rejected == 0 && fault == nil ? .done : .found
    }

    /// What goes out for a line, each event as one line of JSON.
    private func events(
        of line: ImportedLines.Line, _ delivery: inout EventDelivery
    ) -> [[UInt8]] {
        switch line.item {
        case .count: return []
        case .event(let bytes): return [bytes]
        case .unreadable(let pointer, let detail):
            delivery.refuse(line: line.number, pointer, detail)
            return []
        case .execution(let body):
            do throws(ExecutionEvents.Unreadable) {
                return try ExecutionEvents(of: body).events.map { event in
                    var json = JSONWriter(capacity: 512)
                    event.writeJSON(to: &json, receivedAt: nil)
                    return json.bytes
                }
            } catch {
                delivery.refuse(line: line.number, error.pointer, error.detail)
                return []
            }
        }
    }
}

extension ImportedLines.Form: ExpressibleByArgument {}

/// Holds what an export says of its length against what was read.
private struct ImportCount {
    private var sinceCount = 0
    private var hasCount = false
    private var wrong: String?

    mutating func add(_ item: ImportedItem, line: Int) {
        guard case .count(let told) = item else {
            sinceCount += 1
            return
        }
        if told != sinceCount {
            wrong = "line \(line) counts \(told), but \(sinceCount) came before it"
        }
        hasCount = true
        // Exports may stand one after the other.
        sinceCount = 0
    }

    /// - Parameter expectsCount: Whether the file is an export.
    func fault(expectsCount: Bool) -> String? {
        if let wrong { return wrong + ": the file is not as it was exported" }
        guard sinceCount > 0, expectsCount || hasCount else { return nil }
        return "no count stands at the end: the file was cut, or is no whole export"
    }
}

/// Says now and then how far it is.
private struct ImportProgress {
    let console: Console
    private var last: Duration

    init(console: Console) {
        self.console = console
        last = console.uptime()
    }

    mutating func tell(_ events: Int) {
        guard console.uptime() - last >= .seconds(5) else { return }
        last = console.uptime()
        let separator = console.isUnicode ? NumberFormat.narrowSpace : ""
        console.writeErrorLine(
            "\(NumberFormat.count(Int64(events), separator: separator)) events …")
    }
}
