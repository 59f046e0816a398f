import StintModel
import StintStorage
import StintWire

// One message, more than one execution.

extension Diagnosis {
    /// The most messages that are told.
    private static let mostMessages = 100

    func duplicates() throws(StoreError) -> Found {
        let repeated = try snapshot.repeatedMessages(
            of: agent, in: range, limit: Self.mostMessages)
        return Found(findings: repeated.messages.map(finding), isCut: repeated.isCut)
    }

    private func finding(_ message: RepeatedMessages.Message) -> FindingBody {
        let executions = message.executions
        let costs = executions.map { $0.state.costNanos(by: prices) }
        let repetition = costs.dropFirst().compactMap(\.self)
        var agents: [String] = []
        for execution in executions {
            let name = execution.state.agent
            if !name.isEmpty, !agents.contains(where: name.isSpelled(like:)) { agents.append(name) }
        }
        let spans = executions.compactMap { execution -> Range<Instant>? in
            guard let start = execution.state.started else { return nil }
            return start..<max(start, execution.state.stopAt ?? now)
        }
        return FindingBody(
            title: "Handled \(executions.count) times: \(message.id)",
            count: Int64(executions.count),
            executions: executions.reversed().map(\.id.rawValue),
            firstSeenAt: executions.first?.state.sortAt, lastSeenAt: executions.last?.state.sortAt,
            commands: [
                commands.listBegun(
                    "List them",
                    [
                        DiagnosisCommands.option(
                            "--attr", "\(ExecutionState.messageAttribute)=\(message.id)")
                    ])
            ],
            detail: .duplicates(
                DuplicatesBody(
                    messageId: message.id, agents: agents,
                    overlapSeconds: Self.overlap(of: spans).seconds,
                    costUsd: repetition.isEmpty
                        ? nil : Double(repetition.reduce(0, &+)) / 1_000_000_000,
                    runs: zip(executions, costs).map { execution, cost in
                        let state = execution.state
                        return DuplicatesBody.Run(
                            id: execution.id.rawValue, agent: state.namedAgent,
                            status: state.status.word, startedAt: state.startedAt,
                            finishedAt: state.finishedAt,
                            costUsd: cost.map { Double($0) / 1_000_000_000 })
                    })))
    }

    /// For how long more than one of them lasted.
    static func overlap(of spans: [Range<Instant>]) -> TimeSpan {
        var overlap = TimeSpan.zero
        var end: Instant?
        var counted = Instant(microseconds: .min)
        for span in spans.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let end, span.lowerBound < end {
                // Of three, what two of them have counted already counts once.
                let from = max(span.lowerBound, counted)
                let to = min(span.upperBound, end)
                if from < to {
                    overlap.microseconds += to.since(from).microseconds
                    counted = to
                }
            }
            end = max(end ?? span.upperBound, span.upperBound)
        }
        return overlap
    }
}
