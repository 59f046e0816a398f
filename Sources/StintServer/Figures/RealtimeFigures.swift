import StintMetrics
import StintModel
import StintStorage
import StintWire

/// How things stand now: what runs, until when; what is queued, and when it will start.
struct RealtimeFigures {
    let workspace: Workspace
    let agent: String?
    let now: Instant
    let workers: WorkersNow
    let ingest: IngestPace<ContinuousClock>.Figures
    let remaining: RemainingTimes

    /// The most executions of each list.
    static let mostListed = 500
    /// The most executions that are looked at for slots held in silence, and how long they hold one.
    static let mostSilent = 200
    static let silentSpan = TimeSpan.days(1)

    func body(in snapshot: any FiguresSnapshot) throws(StoreError) -> RealtimeBody {
        let open = try snapshot.open(of: agent, at: now, limit: Self.mostListed)
        var running: [RealtimeBody.InProgress] = []
        running.reserveCapacity(open.inProgress.count)
        var ends: [QueueEstimate.End] = []
        for execution in open.inProgress {
            let state = execution.state
            let time = try remaining.time(of: state.agent, in: workspace, at: now, from: snapshot)
            let (entry, end) = inProgress(execution, time)
            running.append(entry)
            if let end { ends.append(end) }
        }
        let moment = workers.load
        let queue = try queue(
            open, idle: moment.idle, ends: ends.count == running.count ? ends : [], in: snapshot)
        let depth = open.counts.queued
        return RealtimeBody(
            timestamp: now, currentlyRunning: open.counts.running, queueDepth: depth,
            avgQueueWaitTime: depth > 0 ? open.waited.seconds / Double(depth) : nil,
            executionsInProgress: running, queuedExecutions: queue,
            systemLoad: RealtimeBody.SystemLoad(
                cpu: moment.cpu.mean, memory: moment.memory.mean,
                workers: RealtimeBody.Workers(
                    total: moment.total, busy: moment.busy, idle: moment.idle,
                    silent: try moment.busy.map { busy throws(StoreError) in
                        try min(busy, silent(in: snapshot))
                    },
                    reporting: Int64(workers.workers.count))),
            ingest: RealtimeBody.Ingest(
                eventsPerSecond: ingest.eventsPerSecond, lag: ingest.lag?.seconds))
    }

    /// How many fell silent on workers that go on: these still count them as busy.
    private func silent(in snapshot: any FiguresSnapshot) throws(StoreError) -> Int64 {
        let alive = Set(workers.workers.map { Spelling($0.worker) })
        var silent: Int64 = 0
        _ = try snapshot.eachStopped(
            [.lost], of: nil, in: (now - Self.silentSpan)..<now, limit: Self.mostSilent
        ) { execution in
            let state = execution.state
            guard state.current.lost?.rule == .heartbeat, let worker = state.worker else { return }
            if alive.contains(Spelling(worker)) { silent += 1 }
        }
        return silent
    }

    private func inProgress(
        _ execution: StoredExecution, _ time: RemainingTime
    ) -> (RealtimeBody.InProgress, QueueEstimate.End?) {
        let state = execution.state
        let expectation = ExpectedEnd(of: state, by: time, at: now)
        let estimate = expectation?.estimate
        let agent = state.agent.isEmpty ? nil : state.agent
        let status = state.status
        let running = state.runningStep
        let activity =
            status == .waiting
            ? state.fact(.waitingFor) : running?.step.facts[.activity]?.value
        let entry = RealtimeBody.InProgress(
            runId: execution.id.rawValue, agentId: agent, agentName: agent,
            userId: state.fact(.user)?.string, status: status.word,
            step: running.map { $0.step.name(of: $0.id) }, activity: activity?.string,
            startedAt: state.current.run.started,
            elapsedTime: expectation?.elapsed.seconds, estimatedCompletion: expectation?.at,
            estimatedDuration: estimate?.median.seconds,
            estimatedRange: estimate.map { .init(p10: $0.low.seconds, p90: $0.high.seconds) },
            basis: time.count, overdue: expectation?.isOverdue)
        let end = expectation.flatMap { expectation in
            expectation.estimate.map { QueueEstimate.End($0, elapsed: expectation.elapsed) }
        }
        return (entry, end)
    }

    private func queue(
        _ open: OpenFigures, idle: Int64?, ends: [QueueEstimate.End],
        in snapshot: any FiguresSnapshot
    ) throws(StoreError) -> [RealtimeBody.Queued] {
        if open.queue.isEmpty { return [] }
        let recent = try snapshot.sum(
            of: RollUpSeries(agent: agent), from: now - QueueEstimate.recent, to: now,
            distributions: [.queueWait])
        let estimate = QueueEstimate(
            starts: Int(clamping: recent[.queueWait].count), idle: idle.map { Int(clamping: $0) },
            // Where capacity is known and nothing is free, and every end can be told.
            ends: idle == 0 ? ends : [])
        return open.queue.enumerated().map { index, queued in
            RealtimeBody.Queued(
                queueId: queued.id.rawValue, agentId: queued.agent.isEmpty ? nil : queued.agent,
                priority: queued.priority, queuedAt: queued.queuedAt,
                estimatedStartTime: estimate.wait(ofPlace: index + 1).map { now + $0 })
        }
    }
}

/// When an execution that runs is expected to end.
struct ExpectedEnd {
    /// Since the current attempt's start.
    let elapsed: TimeSpan
    let startedAt: Instant
    /// `nil` where too few finished, or none lasted longer.
    let estimate: RemainingTime.Estimate?
    /// `nil` where too few finished.
    let isOverdue: Bool?

    var at: Instant? { estimate.map { startedAt + $0.median } }

    /// - Returns: `nil` for what does not run now, or of which the start is not known.
    init?(of state: ExecutionState, by time: RemainingTime, at now: Instant) {
        let status = state.status
        guard status == .running || status == .waiting,
            let startedAt = state.current.run.started
        else { return nil }
        self.startedAt = startedAt
        elapsed = max(.zero, now.since(startedAt))
        estimate = time.estimate(elapsed: elapsed)
        isOverdue =
            time.count >= RemainingTime.fewest ? time.isOverdue(elapsed: elapsed) : nil
    }
}
