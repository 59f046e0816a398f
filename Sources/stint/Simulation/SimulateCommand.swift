import ArgumentParser
import StintModel
import StintSimulation
import StintStorageSQLite

/// `stint simulate`: a fleet of which everything is known.
struct SimulateCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Make a fleet with known truth, and check what a server shows of it.",
        discussion: """
            Writes a history of executions through the HTTP interface, or with --store straight \
            into a store that no server has open. The same options make the same fleet, and writing \
            it again changes nothing.

            --check compares what the server shows with what is true, figures too where the \
            workspace holds nothing else, and ends with 1 where that differs; a fleet that the server knows nothing of is written first. --live goes on in \
            real time instead, until it is interrupted or for as long as --for says; what is then \
            still at work is aborted.
            """)

    @OptionGroup var options: SimulateOptions
    @OptionGroup var server: ServerOptions

    func validate() throws {
        if options.live, options.store != nil {
            throw ValidationError("--live speaks to a server; leave --store out.")
        }
        if options.check, options.store != nil {
            throw ValidationError("--check asks a server; serve the store and leave --store out.")
        }
        if !options.live, options.rate != nil || options.duration != nil {
            throw ValidationError("--rate and --for belong to --live.")
        }
    }

    func run(in console: Console) async throws -> ExitStatus {
        if options.live { return try await goOn(in: console) }
        let fleet = Fleet(try options.settings(now: console.now()))
        tell(of: fleet, console)
        if let store = options.store {
            try await fill(StoreLocation(store), with: fleet, console)
            return .done
        }
        let client = try server.client(console)
        guard options.check else { return try await send(fleet, to: client, console) }
        let check = check(of: fleet, client, console)
        if try await !check.isKnown() {
            console.writeErrorLine("The server knows nothing of this fleet; it is written first.")
            let status = try await send(fleet, to: client, console)
            guard status == .done else { return status }
        }
        return try await tell(
            check.run(), checkFigures(fleet, fleet.incidents, client, console), console)
    }

    // MARK: Writing

    private func send(
        _ fleet: Fleet, to client: ServerClient, _ console: Console
    ) async throws -> ExitStatus {
        let start = console.uptime()
        let sender = EventSender(client: client, console: console)
        let result = try await sender.send(all: FleetBatches(fleet))
        tellWritten(fleet.count, result.accepted, console.uptime() - start, console)
        return tell(result, console)
    }

    private func fill(
        _ location: StoreLocation, with fleet: Fleet, _ console: Console
    ) async throws {
        var settings = SQLiteSettings()
        // Nobody reads meanwhile, and hardly an execution is heard of again.
        settings.writerCacheBytes = 256 << 20
        settings.checkpointBytes = 64 << 20
        settings.recentStateBytes = 2 << 20
        settings.groupsPending = 256
        let store = try location.open(settings: settings)
        let start = console.uptime()
        let events = try await StoreFiller(store: store, receivedAt: console.now())
            .fill(with: fleet)
        try await store.close()
        tellWritten(fleet.count, events, console.uptime() - start, console)
    }

    // MARK: In real time

    private func goOn(in console: Console) async throws -> ExitStatus {
        let client = try server.client(console)
        let start = console.now()
        let end = options.duration.map { start + $0.span }
        var fleet = LiveFleet(
            seed: options.seed, perMinute: options.rate ?? SimulateOptions.usualRate, from: start)
        console.writeErrorLine("fleet \(fleet.tag): live from \(start.rfc3339)")
        let simulation = LiveSimulation(
            sender: EventSender(client: client, console: console), console: console)
        let result = try await run(simulation, &fleet, until: end)
        tellWritten(
            fleet.count, result.accepted, .microseconds(console.now().since(start).microseconds),
            console)
        let status = tell(result, console)
        guard options.check, status == .done, fleet.count > 0 else { return status }
        return try await tell(
            check(of: fleet, client, console).run(), checkFigures(fleet, [], client, console),
            console)
    }

    private func run(
        _ simulation: LiveSimulation, _ fleet: inout LiveFleet, until end: Instant?
    ) async throws -> EventSender.Result {
        let interruption = Interruption()
        // Ends with this function.
        async let _: Void = interruption.await()
        return try await simulation.run(&fleet) { now in
            interruption.hasCome || end.map { now >= $0 } ?? false
        }
    }

    // MARK: Checking

    private func check(
        of truth: any KnownTruth, _ client: ServerClient, _ console: Console
    ) -> FleetCheck {
        FleetCheck(
            truth: truth, client: client, console: console, inFull: options.inFull,
            grace: options.grace.span)
    }

    private func checkFigures(
        _ truth: any KnownTruth, _ incidents: [Incident], _ client: ServerClient,
        _ console: Console
    ) async throws -> FigureCheck.Report? {
        try await FigureCheck(
            truth: truth, incidents: incidents, client: client, console: console
        ).run()
    }

    private func tell(
        _ report: FleetCheck.Report, _ figures: FigureCheck.Report?, _ console: Console
    ) -> ExitStatus {
        tell(report.differences, console)
        console.writeErrorLine(
            "checked \(count(report.lists)) lists and \(count(report.inFull)) executions in full: "
                + inWords(report.differences.count))
        guard let figures else {
            console.writeErrorLine(
                "figures are not compared: the workspace holds other executions too")
            return report.differences.count == 0 ? .done : .found
        }
        tell(figures.differences, console)
        for line in figures.findings?.lines ?? [] {
            console.writeErrorLine("  " + line.plainLine(ascii: !console.isUnicode))
        }
        console.writeErrorLine(
            "compared \(count(figures.compared)) figures in \(count(figures.questions)) answers: "
                + inWords(figures.differences.count))
        let isTrue = report.differences.count + figures.differences.count == 0
        return isTrue ? .done : .found
    }

    private func tell(_ differences: Differences, _ console: Console) {
        for line in differences.lines {
            console.writeLine(line.plainLine(ascii: !console.isUnicode))
        }
        if differences.count > differences.lines.count {
            console.writeLine("… and \(count(differences.count - differences.lines.count)) more")
        }
    }

    private func inWords(_ differences: Int) -> String {
        "\(count(differences)) \(differences == 1 ? "difference" : "differences")"
    }

    // MARK: Telling

    private func tell(of fleet: Fleet, _ console: Console) {
        let settings = fleet.settings
        console.writeErrorLine(
            "fleet \(fleet.tag): \(count(settings.executions)) executions in \(settings.days) d "
                + "until \(settings.until.rfc3339), seed \(settings.seed)")
        for incident in fleet.incidents {
            console.writeErrorLine(
                "  \(incident.kind.rawValue) from \(incident.from.rfc3339) "
                    + "to \(incident.to.rfc3339)")
        }
        if !options.check {
            console.writeErrorLine("check with: \(options.checkCommand(settings, server.url))")
        }
    }

    private func tellWritten(
        _ executions: Int, _ events: Int, _ span: Duration, _ console: Console
    ) {
        let seconds = span / .seconds(1)
        let rate = seconds > 0 ? Int(Double(executions) / seconds) : 0
        let time = TimeSpan(seconds: seconds).map(DurationFormat.exact) ?? ""
        console.writeErrorLine(
            "wrote \(count(executions)) executions, \(count(events)) events in \(time): "
                + "\(count(rate)) executions/s")
    }

    private func tell(_ result: EventSender.Result, _ console: Console) -> ExitStatus {
        guard result.refused > 0 else { return .done }
        console.writeErrorLine("\(count(result.refused)) events were refused:")
        for refusal in result.refusals {
            console.writeErrorLine("  " + refusal.plainLine(ascii: !console.isUnicode))
        }
        return .found
    }

    private func count(_ value: Int) -> String { NumberFormat.count(Int64(value), separator: " ") }
}
