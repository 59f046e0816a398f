import ArgumentParser
import StintModel
import StintWire

/// `stint watch`: what happens, as it happens.
struct WatchCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Watch what runs, or one execution until it ends.",
        discussion: """
            On a terminal the view is redrawn in place: q leaves, arrows or j and k choose, Enter \
            opens, / filters. Into a pipe goes a line for each change.

            Exit codes with ID: 0 succeeded, 1 failed, timed out or cancelled, 5 succeeded but \
            missed its goal, 6 still open when --timeout passed, 3 not found, 4 server not \
            reachable or no permission, 130 interrupted; the execution goes on.
            """)

    @Argument(
        help: ArgumentHelp(
            "Its id or the shortest beginning that no other has; @last, @last-failed.",
            valueName: "id"))
    var id: String?

    @Option(help: ArgumentHelp("How long to watch ID at most, as 90s or 15m.", valueName: "span"))
    var timeout: SpanArgument?

    @OptionGroup var filter: FilterOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var server: ServerPlace

    func validate() throws {
        if filter.since != nil || filter.from != nil || filter.to != nil || filter.on != nil
            || filter.order != nil
        {
            throw ValidationError(
                "watch shows what is open and what ends from now on; it takes no range or order.")
        }
        if output.output == .json || output.output == .csv {
            throw ValidationError("--output is table or jsonl: what is watched has no end yet.")
        }
        guard let id else {
            if timeout != nil { throw ValidationError("--timeout goes with an ID.") }
            return
        }
        guard !id.isEmpty else { throw ValidationError("An id is not empty.") }
        guard id.utf8.count <= Limits.executionIDBytes else {
            throw ValidationError("An id has \(Limits.executionIDBytes) bytes at most.")
        }
        if try !filter.parameters(now: Instant(microseconds: 0)).isEmpty {
            throw ValidationError("Give an ID or filters, not both.")
        }
    }

    func run(in console: Console) async throws -> ExitStatus {
        let client = try server.client(console)
        if let id { return try await watch(id, client, console) }
        let filter = ExecutionFilter(parameters: try filter.parameters(now: console.now()))
        let loop = LiveLoop(client: client, filters: filter.ofFeed, console: console)
        let now = console.now()
        guard output.output == .table, console.isTerminal else {
            return try await loop.run(
                WatchLog(
                    .all(FollowedExecutions(filter: filter, since: now)), form: form, now: now))
        }
        return try await loop.run(
            WatchScreen(
                filter: filter, style: output.style(console), hasKeys: console.hasKeyboard,
                now: now))
    }

    private var form: WatchLog.Form { output.output == .jsonl ? .jsonl : .lines }

    private func watch(
        _ reference: String, _ client: ServerClient, _ console: Console
    ) async throws -> ExitStatus {
        let answer = try await ExecutionLookup(client: client).document(reference)
        let execution = try answer.decoded(ExecutionBody.self, at: client.address)
        let first = LiveAnswer.execution(execution, document: answer.body)
        guard output.output == .table, console.isTerminal else {
            let log = WatchLog(
                .one(FollowedExecution(id: execution.id)), form: form, now: console.now())
            return try await watch(log, of: execution, first, client, console)
        }
        let style = output.style(console)
        let status = try await watch(
            ExecutionScreen(id: execution.id, style: style), of: execution, first, client, console)
        let web = client.address.url(["executions", execution.id])
        console.writeErrorLine("\n  web: \(web)   times \(style.time.zoneName)")
        return status
    }

    private func watch(
        _ view: some LiveView, of execution: ExecutionBody, _ first: LiveAnswer,
        _ client: ServerClient, _ console: Console
    ) async throws -> ExitStatus {
        var view = view
        view.receive(first, at: console.now())
        // What has ended is silent: nobody listens for more of it.
        if let verdict = view.verdict {
            let size = console.terminalSize()
            console.write(view.closing(at: console.now(), size: size).text)
            return try verdict.get()
        }
        let loop = LiveLoop(
            client: client, filters: [QueryItem("execution", execution.id)], console: console,
            limit: timeout.map { .microseconds($0.span.microseconds) })
        let status = try await loop.run(view)
        if status == .stillOpen, let timeout {
            console.writeErrorLine(
                "stint: still open after \(DurationFormat.exact(timeout.span)) (--timeout)")
        }
        return status
    }
}
