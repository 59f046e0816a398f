import ArgumentParser
import Foundation
import StintAWS
import StintModel
import StintWire

/// `stint backfill stepfunctions`: every execution that Step Functions still knows.
struct StepFunctionsBackfillCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "stepfunctions",
        abstract: "Bring in the executions that AWS Step Functions knows.",
        discussion: """
            Lists the executions of every standard state machine, newest first, and tells the server \
            of each, with its steps. Step Functions keeps them for 90 days after their end; the \
            server takes what is not older than its retention. Stopped, the same command goes on \
            where it was; repeated, it changes nothing.

            At most some ten executions a second are asked about, so as not to use up what the \
            account may ask for; with --no-steps only those that failed are, and a list of 1,000 \
            is one question.
            """)

    @Option(
        help: ArgumentHelp("How far back, by when they ended.", valueName: "span"))
    var since = SpanArgument(text: "90d", span: .days(90))

    @Option(
        help: ArgumentHelp(
            "A state machine, by ARN or name; repeatable (default: all).", valueName: "machine"))
    var stateMachine: [String] = []

    @Flag(help: "Bring in the executions without their steps.")
    var noSteps = false

    @Flag(help: "Count what there is, and send nothing.")
    var dryRun = false

    @Flag(help: "Begin anew where an earlier run was stopped.")
    var restart = false

    @OptionGroup var amazon: AmazonOptions
    @OptionGroup var server: ServerOptions

    func run(in console: Console) async throws -> ExitStatus {
        let region = try amazon.asked(console)
        let origin = StepFunctionsClient(region: region, context: amazon.context(console))
        let inquiry = StepFunctionsInquiry(
            origin, tags: StateMachineTags(origin, now: console.now))
        let client = try server.client(console)
        let file = BackfillProgress.file(
            console,
            of: [client.address.text, region.name, since.text, noSteps ? "list" : "steps"]
                + stateMachine.sorted())
        var progress = BackfillProgress(since: console.now() - since.span)
        if !dryRun, !restart, let held = BackfillProgress(file: file) {
            progress = held
            console.writeErrorLine(
                "going on where an earlier run was stopped (--restart begins anew)")
        }
        var delivery = OriginDelivery(client: client, console: console)
        var total = 0
        do {
            for machine in try await machines(of: origin) {
                try await bring(
                    machine, inquiry, &progress, to: &delivery, file: file, in: console)
                total += progress.machines[machine]?.executions ?? 0
            }
        } catch let error as AWSError {
            throw CommandFailure(error)
        }
        // Nothing is left to go on with.
        if !dryRun { try? FileManager.default.removeItem(at: file) }
        delivery.tellRefusals()
        let count = NumberFormat.count(
            Int64(total), separator: console.isUnicode ? NumberFormat.narrowSpace : "")
        console.writeErrorLine(
            dryRun ? "\(count) executions to bring in" : "brought in \(count) executions")
        return delivery.refused == 0 ? .done : .found
    }

    /// The machines' ARNs, those named or all.
    private func machines(of origin: StepFunctionsClient) async throws -> [String] {
        let names = stateMachine.filter { !$0.hasPrefix("arn:") }
        let arns = stateMachine.filter { $0.hasPrefix("arn:") }
        if names.isEmpty, !arns.isEmpty { return arns }
        let all = try await origin.stateMachines()
        if names.isEmpty { return all.map(\.stateMachineArn) }
        return try arns
            + names.map { name in
                guard let machine = all.first(where: { $0.name == name }) else {
                    throw CommandFailure(
                        what: "there is no standard state machine called \(name)",
                        why: "Express ones keep no executions that could be listed.",
                        status: .notFound)
                }
                return machine.stateMachineArn
            }
    }

    /// Brings in a machine's executions page by page, and notes after each how far it came.
    private func bring(
        _ machine: String, _ inquiry: StepFunctionsInquiry, _ progress: inout BackfillProgress,
        to delivery: inout OriginDelivery, file: URL, in console: Console
    ) async throws {
        let since = Instant(microseconds: progress.since)
        var place = progress.resume(machine, at: console.now())
        while !place.isDone {
            let page: ExecutionPage
            do throws(AWSError) {
                page = try await inquiry.client.executions(
                    of: machine, after: place.token, limit: noSteps ? 1_000 : 100)
            } catch {
                guard error.isRefusal("InvalidToken"), place.token != nil else { throw error }
                place = BackfillProgress.Machine()
                continue
            }
            let wanted = page.executions.filter { $0.stopDate.map { $0.instant >= since } ?? true }
            if !dryRun { try await send(wanted, inquiry, to: &delivery) }
            place.executions += wanted.count
            place.token = page.nextToken
            place.tokenAt = console.now().microseconds
            // Those that ended stand by their end, newest first: what follows ended earlier yet.
            let ends = page.executions.compactMap(\.stopDate?.instant)
            place.isDone =
                page.nextToken == nil || (!ends.isEmpty && ends.allSatisfy { $0 < since })
            progress.machines[machine] = place
            if !dryRun { try progress.save(to: file) }
            let name = machine.split(separator: ":").last.map(String.init) ?? machine
            console.writeErrorLine(
                "\(name): \(place.executions) executions\(place.isDone ? "" : " so far")"
                    .plainLine(ascii: !console.isUnicode))
        }
    }

    private func send(
        _ listed: [ExecutionDescription], _ inquiry: StepFunctionsInquiry,
        to delivery: inout OriginDelivery
    ) async throws {
        let noSteps = noSteps
        try await withBoundedTasks(listed, atOnce: 8) { execution in
            // A list leaves out of what an execution failed.
            guard noSteps, execution.status == "SUCCEEDED" || !execution.hasEnded else {
                guard let id = execution.id else { return OriginAnswer.gone }
                return await inquiry.answer(on: id, withSteps: !noSteps)
            }
            do throws(AWSError) {
                return .told(
                    try await inquiry.report(execution, isWhole: false, withSteps: false))
            } catch {
                return .unanswered(error)
            }
        } take: { answer in
            switch answer {
            case .told(let report): try await delivery.add(report)
            // Its time there ended while the list was read.
            case .gone: break
            case .unanswered(let error): throw error
            }
        }
        try await delivery.flush()
    }
}
