import ArgumentParser
import StintAWS
import StintModel
import StintWire

/// `stint reconcile`: asks Step Functions about what fell silent.
struct ReconcileCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract: "Ask AWS Step Functions about open executions that fell silent.",
        discussion: """
            Events of Step Functions are delivered at best effort. This looks up every execution \
            that the server holds for open, by its ARN, and tells the server how it really is, with \
            its steps. Asking twice changes nothing.

            A server that was started with --aws-region does this by itself, and marks those as \
            lost that Step Functions does not know any more; here they are only named. Exit code 1: \
            some are gone, or were not told of.
            """)

    @Option(
        help: ArgumentHelp("How long one may be silent, as in 5m or 1h.", valueName: "span"))
    var silent = SpanArgument(text: "5m", span: .seconds(300))

    @Flag(help: "Ask how executions stand, and not for their steps.")
    var noSteps = false

    @OptionGroup var amazon: AmazonOptions
    @OptionGroup var server: ServerOptions

    /// What came of the questions.
    private struct Tally {
        var ended = 0
        var running = 0
        var gone: [ExecutionID] = []
        var unanswered: [AWSError] = []
    }

    func run(in console: Console) async throws -> ExitStatus {
        let only = try amazon.named()
        let context = amazon.context(console)
        let client = try server.client(console)
        let arns = try await silentExecutions(client, before: console.now() - silent.span)
            .filter { only == nil || $0.region == only?.name }
        var delivery = OriginDelivery(client: client, console: console)
        var tally = Tally()
        for (name, arns) in Dictionary(grouping: arns, by: \.region) {
            guard let region = AWSRegion(name) else { continue }
            let origin = StepFunctionsClient(region: region, context: context)
            let inquiry = StepFunctionsInquiry(
                origin, tags: StateMachineTags(origin, now: console.now))
            try await inquiry.answers(on: arns, withSteps: !noSteps) { id, answer in
                switch answer {
                case .told(let report):
                    if report.hasEnded { tally.ended += 1 } else { tally.running += 1 }
                    try await delivery.add(report)
                case .gone: tally.gone.append(id)
                case .unanswered(let error): tally.unanswered.append(error)
                }
            }
        }
        try await delivery.flush()
        tell(tally, of: arns.count, console)
        delivery.tellRefusals()
        let isDone = tally.gone.isEmpty && tally.unanswered.isEmpty && delivery.refused == 0
        return isDone ? .done : .found
    }

    private func tell(_ tally: Tally, of count: Int, _ console: Console) {
        for id in tally.gone {
            console.writeErrorLine(
                "gone: \(id.rawValue)".plainLine(ascii: !console.isUnicode))
        }
        if let error = tally.unanswered.first {
            console.writeErrorLine("\(error)".plainLine(ascii: !console.isUnicode))
        }
        console.writeErrorLine(
            "asked about \(count) \(count == 1 ? "execution" : "executions"): "
                + "\(tally.ended) ended, \(tally.running) running, \(tally.gone.count) gone, "
                + "\(tally.unanswered.count) not told")
    }

    /// The open executions of which nothing was heard since.
    private func silentExecutions(
        _ client: ServerClient, before instant: Instant
    ) async throws -> [ExecutionARN] {
        let open: [ExecutionStatus] = [.pending, .queued, .running, .waiting, .lost]
        let filter = open.map { QueryItem("status", $0.word) } + [QueryItem("limit", "500")]
        var found: [ExecutionARN] = []
        var cursor: String?
        repeat {
            let position = cursor.map { [QueryItem("cursor", $0)] } ?? []
            let page = try await client.get(["v1", "executions"], filter + position)
                .decoded(ExecutionPageBody.self, at: client.address)
            found += page.items.compactMap { item in
                guard let heard = item.lastEventAt, heard < instant,
                    let id = ExecutionID(rawValue: item.id)
                else { return nil }
                return ExecutionARN(id)
            }
            cursor = page.nextCursor == cursor ? nil : page.nextCursor
        } while cursor != nil
        return found
    }
}
