import StintMetrics
import StintModel
import StintStorage
import StintWire

// What has not come to an end: lost, slow, or never begun.

extension Diagnosis {
    // MARK: Lost

    /// Those lost of the range, the one last heard of first.
    func stuck() throws(StoreError) -> Found {
        var found = Found()
        var lost: [StoredExecution] = []
        found.isCut = try snapshot.eachStopped(
            [.lost], of: agent, in: range, limit: Self.mostExecutions
        ) { lost.append($0) }
        let seen = try snapshot.lastReports(
            of: Set(lost.compactMap { $0.state.worker.map(Spelling.init) }),
            since: lost.map(\.state.lastEventAt).min() ?? now, at: now)
        for execution in lost {
            if let finding = try stuck(execution, seen: seen) { found.findings.append(finding) }
        }
        return found
    }

    private func stuck(
        _ execution: StoredExecution, seen: [Spelling: Instant]
    ) throws(StoreError) -> FindingBody? {
        let state = execution.state
        guard let lost = state.current.lost else { return nil }
        let worker = state.worker
        let seenAt = worker.flatMap { seen[Spelling($0)] }
        let heardAt = state.lastEventAt
        let silent = max(.zero, now.since(heardAt))
        let elapsed = state.current.run.started.map { max(.zero, now.since($0)) }
        let times = try times(of: state.agent)
        let p99 = times.quantile(0.99)
        let verdict = StuckVerdict(
            lost, worker: .init(name: worker, seenAt: seenAt, now: now), silent: silent,
            elapsed: elapsed, p99: p99, now: now)
        let step = state.openStep
        return FindingBody(
            title: "\(verdict.text): \(state.namedAgent ?? execution.id.rawValue)", count: 1,
            executions: [execution.id.rawValue], firstSeenAt: state.sortAt, lastSeenAt: heardAt,
            commands: [
                commands.logs(execution.id),
                commands.close(execution.id, reason: verdict.reason),
            ],
            detail: .stuck(
                StuckBody(
                    agent: state.namedAgent, step: step.map { $0.key.name(of: $0.value) },
                    activity: step?.value.facts[.activity]?.value.string, rule: lost.rule.word,
                    verdict: verdict.text, certainty: verdict.isCertain ? "certain" : "likely",
                    silentSeconds: silent.seconds, limitSeconds: lost.limit?.seconds,
                    elapsedSeconds: elapsed?.seconds, p95: times.quantile(0.95)?.seconds,
                    p99: p99?.seconds, worker: worker, workerLastSeenAt: seenAt,
                    facts: verdict.facts, advice: verdict.advice)))
    }

    // MARK: Slow, or never begun

    /// Both kinds, agent by agent: those for whom nothing runs nor waits cost three looks into an
    /// index each.
    func openFindings() throws(StoreError) -> (overdue: Found, neverStarted: Found) {
        var slow: [(finding: FindingBody, ratio: Double)] = []
        var (overdue, neverStarted) = (Found(), Found())
        for known in try snapshot.agents() where agent.map(known.name.isSpelled(like:)) ?? true {
            for status in [ExecutionStatus.running, .waiting] {
                let (found, isCut) = try self.overdue(status, of: known)
                slow += found
                overdue.isCut = overdue.isCut || isCut
            }
            if let (finding, isCut) = try self.neverStarted(of: known) {
                neverStarted.findings.append(finding)
                neverStarted.isCut = neverStarted.isCut || isCut
            }
        }
        slow.sort { $0.ratio > $1.ratio }
        overdue.isCut = overdue.isCut || slow.count > Self.mostExecutions
        overdue.findings = slow.prefix(Self.mostExecutions).map(\.finding)
        neverStarted.findings.sort { $0.count > $1.count }
        return (overdue, neverStarted)
    }

    /// Those that run for longer than 99 of 100 of the agent's did, and by how much.
    private func overdue(
        _ status: ExecutionStatus, of known: KnownAgent
    ) throws(StoreError) -> (found: [(FindingBody, ratio: Double)], isCut: Bool) {
        guard try !snapshot.oldest(status, of: known, before: now, limit: 1).isEmpty else {
            return ([], false)
        }
        let times = try times(of: known.name)
        guard let least = times.leastOverdue, let p99 = times.quantile(0.99) else {
            return ([], false)
        }
        // The order is by the first start of all attempts: of what was begun anew, more are looked
        // at than are overdue.
        let oldest = try snapshot.oldest(
            status, of: known, before: now - least + TimeSpan(microseconds: 1),
            limit: Self.mostExecutions)
        let p95 = times.quantile(0.95)?.seconds
        var found: [(FindingBody, ratio: Double)] = []
        for execution in oldest {
            let state = execution.state
            guard let end = ExpectedEnd(of: state, by: times, at: now), end.isOverdue == true else {
                continue
            }
            let step = state.openStep
            let finding = FindingBody(
                title: "Running longer than usual: \(state.namedAgent ?? execution.id.rawValue)",
                count: 1, executions: [execution.id.rawValue], firstSeenAt: end.startedAt,
                lastSeenAt: state.lastEventAt, commands: [commands.show(execution.id)],
                detail: .overdue(
                    OverdueBody(
                        agent: state.namedAgent, step: step.map { $0.key.name(of: $0.value) },
                        activity: step?.value.facts[.activity]?.value.string,
                        elapsedSeconds: end.elapsed.seconds, p95: p95, p99: p99.seconds,
                        lastEventAt: state.lastEventAt)))
            found.append((finding, end.elapsed.seconds / max(p99.seconds, 1e-6)))
        }
        return (found, oldest.count == Self.mostExecutions)
    }

    /// The most of an agent that are counted.
    private static let mostQueued = 1_000

    private func neverStarted(
        of known: KnownAgent
    ) throws(StoreError) -> (FindingBody, isCut: Bool)? {
        guard try !snapshot.oldest(.queued, of: known, before: now, limit: 1).isEmpty else {
            return nil
        }
        let waits = try remaining.time(
            of: known.name, in: question.workspace, at: now, from: snapshot, .queueWait)
        let least = waits.leastOverdue ?? .seconds(3_600)
        let limit = waits.quantile(0.99) ?? .seconds(3_600)
        let oldest = try snapshot.oldest(
            .queued, of: known, before: now - least + TimeSpan(microseconds: 1),
            limit: Self.mostQueued)
        var late: [(execution: StoredExecution, queuedAt: Instant)] = []
        for execution in oldest {
            guard let queuedAt = execution.state.current.run.queued else { continue }
            let wait = now.since(queuedAt)
            let isLate =
                waits.count < RemainingTime.fewest
                ? wait > limit : waits.isOverdue(elapsed: wait)
            if isLate { late.append((execution, queuedAt)) }
        }
        late.sort { $0.queuedAt > $1.queuedAt }
        guard let newest = late.first, let first = late.last else { return nil }
        let agent = known.name.isEmpty ? nil : known.name
        let finding = FindingBody(
            title: "Queued longer than usual: \(agent ?? "no agent")", count: Int64(late.count),
            executions: late.prefix(Self.mostNamed).map(\.execution.id.rawValue),
            firstSeenAt: first.queuedAt, lastSeenAt: newest.queuedAt,
            commands: [commands.listQueued(for: known.name)],
            detail: .neverStarted(
                NeverStartedBody(
                    agent: agent, oldestQueuedAt: first.queuedAt, limitSeconds: limit.seconds)))
        return (finding, oldest.count == Self.mostQueued)
    }
}

extension ExecutionState {
    /// The worker that runs it, where its sender names one.
    var worker: String? {
        guard case .string(let name)? = attributes["worker"]?.value else { return nil }
        return name
    }
}
