import StintMetrics
import StintModel
import StintStorage
import StintWire

/// What is wrong in a workspace, all from one moment of the store.
///
/// What stopped belongs to the range: a lost execution by when it was last heard of, as in
/// `lostExecutions`. What is open is judged as it stands now, whatever the range.
struct Diagnosis {
    let question: DiagnosisQuestion
    let remaining: RemainingTimes
    let prices: PriceBook
    let snapshot: any FiguresSnapshot
    let commands: DiagnosisCommands

    /// The findings of one kind.
    struct Found {
        var findings: [FindingBody] = []
        /// Whether there was more to look at, or to tell.
        var isCut = false
    }

    /// The most findings of a kind that has one for each execution.
    static let mostExecutions = 200
    /// The most executions that a finding names.
    static let mostNamed = 20

    init(
        _ question: DiagnosisQuestion, remaining: RemainingTimes, prices: PriceBook,
        in snapshot: any FiguresSnapshot
    ) {
        self.question = question
        self.remaining = remaining
        self.prices = prices
        self.snapshot = snapshot
        commands = DiagnosisCommands(question)
    }

    var now: Instant { question.now }
    var agent: String? { question.agent }
    var range: Range<Instant> { question.range.from..<question.range.to }

    func body() throws(StoreError) -> DiagnosisBody {
        var body = DiagnosisBody(
            workspace: question.workspace.rawValue, timeframe: question.range.timeframe?.rawValue,
            from: question.range.from, to: question.range.to, agent: agent, findings: [],
            truncated: [])
        let open = try openFindings()
        let found: [(FindingBody.Kind, Found)] = [
            (.stuck, try stuck()), (.overdue, open.overdue), (.neverStarted, open.neverStarted),
            (.failures, try failures()), (.duplicates, try duplicates()),
            (.outcomes, try outcomes()), (.successBy, try successBy()),
            (.orphanSteps, try orphanSteps()),
        ]
        for (kind, found) in found {
            for var finding in found.findings {
                finding.truncated = found.isCut
                body.findings.append(finding)
            }
            if found.isCut { body.truncated.append(kind.rawValue) }
        }
        return body
    }

    /// How long an agent's successes run.
    func times(of agent: String) throws(StoreError) -> RemainingTime {
        try remaining.time(of: agent, in: question.workspace, at: now, from: snapshot)
    }
}

extension ExecutionState {
    /// The agent's name; `nil` where nobody told it.
    var namedAgent: String? { agent.isEmpty ? nil : agent }
}
