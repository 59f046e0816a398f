import AsyncAlgorithms
import Logging
import ServiceLifecycle
import StintAWS
import StintIngest
import StintModel
import StintStorage

/// Asks Step Functions at every tick about open executions that fell silent, since the events of
/// EventBridge are sent at best effort, and records what it says.
///
/// What it says has the authority of the controller, as the events have. An answer that is older than
/// what is known changes nothing: the law of the record sees to that. An execution that is gone there
/// is lost. Where AWS does not answer, nothing is concluded, and it is asked again at a later tick.
struct StepFunctionsReconciler<C: Clock<Duration>>: Service {
    let store: any ExecutionStore
    let recorder: Recorder
    let inquiry: StepFunctionsInquiry
    let tags: StateMachineTags
    let settings: AmazonSettings
    let retention: TimeSpan
    let clock: C
    let now: @Sendable () -> Instant
    let logger: Logger
    let metrics: ServerMetrics

    /// Open executions that are looked at in one tick, the oldest first.
    static var portion: Int { 20_000 }
    /// Executions that are asked about in one tick.
    static var questions: Int { 500 }

    /// When each execution was asked about, so that one which runs on in silence is not asked about
    /// at every tick.
    struct Asked {
        private var times: [ExecutionID: Instant] = [:]

        func isDue(_ open: OpenExecution, at now: Instant, after silence: TimeSpan) -> Bool {
            max(open.receivedAt, times[open.execution.id] ?? open.receivedAt) + silence < now
        }

        mutating func note(_ id: ExecutionID, at now: Instant) { times[id] = now }

        mutating func keep(_ ids: Set<ExecutionID>) {
            times = times.filter { ids.contains($0.key) }
        }
    }

    func run() async throws {
        var asked = Asked()
        await learnNames()
        let ticks = AsyncTimerSequence(interval: settings.interval, clock: clock)
        for await _ in ticks.cancelOnGracefulShutdown() {
            // Nothing is begun while stopping; what was begun may be dropped, and is asked anew.
            let before = asked
            asked = await cancelWhenGracefulShutdown { await reconciled(before) }
        }
    }

    /// Reads the tags of all machines, so that their executions are known by the agents' names from
    /// the first event on.
    private func learnNames() async {
        do throws(AWSError) {
            for machine in try await inquiry.client.stateMachines() {
                if Task.isShuttingDownGracefully { return }
                _ = try await tags.tags(of: machine.stateMachineArn)
            }
        } catch {
            logger.warning(
                "The tags of state machines are not known", metadata: ["error": "\(error)"])
        }
    }

    /// One pass; what goes wrong is logged, and tried again at a later tick.
    ///
    /// - Returns: What was asked about until now.
    func reconciled(_ before: Asked) async -> Asked {
        var asked = before
        do {
            let open = try await store.open(limit: Self.portion)
            asked.keep(Set(open.map(\.execution.id)))
            let due = due(of: open, asked)
            if due.isEmpty { return asked }
            let time = now()
            for id in due.keys { asked.note(id, at: time) }
            let arns = due.keys.compactMap(ExecutionARN.init)
            try await inquiry.answers(on: arns, withSteps: true) { id, answer in
                for execution in due[id] ?? [] { try await record(answer, on: execution) }
            }
        } catch {
            logger.error("Asking Step Functions failed", metadata: ["error": "\(error)"])
        }
        return asked
    }

    /// Those to ask about, by id: an id may be known in several workspaces.
    private func due(
        of open: [OpenExecution], _ asked: Asked
    ) -> [ExecutionID: [OpenExecution]] {
        let now = now()
        var due: [ExecutionID: [OpenExecution]] = [:]
        for candidate in open {
            let (id, state) = (candidate.execution.id, candidate.execution.state)
            guard let arn = ExecutionARN(id), arn.region == inquiry.client.region.name,
                // What was gone does not come back.
                !(state.status == .lost && state.current.lost?.rule == .origin),
                asked.isDue(candidate, at: now, after: settings.silence),
                due.count < Self.questions || due[id] != nil
            else { continue }
            due[id, default: []].append(candidate)
        }
        return due
    }

    private func record(_ answer: OriginAnswer, on open: OpenExecution) async throws {
        var said = OriginSubmission(workspace: open.workspace, window: window(in: open.workspace))
        switch answer {
        case .told(let report):
            said.add(report)
            metrics.originAnswers.add(report.hasEnded ? "ended" : "running")
        case .gone:
            said.addGone(open.execution)
            metrics.originAnswers.add("gone")
        case .unanswered(let error):
            metrics.originAnswers.add("unanswered")
            logger.warning(
                "Step Functions did not tell of an execution",
                metadata: ["execution": "\(open.execution.id.rawValue)", "error": "\(error)"])
        }
        if let refusal = said.refusal {
            logger.warning(
                "What Step Functions says was not recorded",
                metadata: ["execution": "\(open.execution.id.rawValue)", "reason": "\(refusal)"])
        }
        try await recorder.record(said.submission)
    }

    private func window(in workspace: Workspace) -> AdmissionWindow {
        AdmissionWindow(
            receivedAt: now(), retention: retention, erasures: store.erasures, in: workspace)
    }
}
