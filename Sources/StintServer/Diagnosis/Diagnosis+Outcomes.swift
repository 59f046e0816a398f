import StintMetrics
import StintModel
import StintStorage
import StintWire

// How executions ended: whether they achieved what they were for, by what that varies, and what
// they left behind.

extension Diagnosis {
    /// Status and goal of what finished in the range: from the roll-up, and from an index of what
    /// did not succeed and yet told of its goal.
    ///
    /// Of what has expired, goals count as those of successes.
    func outcomes() throws(StoreError) -> Found {
        let sum = try snapshot.sum(
            of: RollUpSeries(agent: agent), from: range.lowerBound, to: range.upperBound)
        guard sum.finished > 0 else { return Found() }
        var (met, missed) = (sum[.goalMet], sum[.goalMissed])
        var rows: [OutcomesBody.Row] = []
        func add(_ status: ExecutionStatus, _ total: Int64, met: Int64, missed: Int64) {
            for (goalMet, count) in [(true, met), (false, missed), (nil, total - met - missed)]
            where count > 0 {
                rows.append(
                    OutcomesBody.Row(status: status.word, goalMet: goalMet, count: count))
            }
        }
        let others: [(ExecutionStatus, RollUpCell.Counter)] = [
            (.failed, .failed), (.timedOut, .timedOut), (.aborted, .aborted),
        ]
        for (status, counter) in others {
            let ownMet = try snapshot.count(status, goalMet: true, of: agent, in: range)
            let ownMissed = try snapshot.count(status, goalMet: false, of: agent, in: range)
            add(status, sum[counter], met: ownMet, missed: ownMissed)
            met -= ownMet
            missed -= ownMissed
        }
        let failed = rows
        rows = []
        add(.succeeded, sum[.succeeded], met: max(0, met), missed: max(0, missed))

        var newest: [StoredExecution] = []
        _ = try snapshot.eachStopped(
            Self.ends, of: agent, in: range, limit: Self.mostNamed
        ) { newest.append($0) }
        return Found(findings: [
            FindingBody(
                title: "How executions ended", count: sum.finished,
                executions: newest.map(\.id.rawValue), firstSeenAt: nil,
                lastSeenAt: newest.first?.state.stopAt,
                commands: [
                    commands.list("List those that missed their goal", [["--goal", "missed"]])
                ], detail: .outcomes(OutcomesBody(rows: rows + failed)))
        ])
    }

    static let ends: Set<ExecutionStatus> = [.succeeded, .failed, .timedOut, .aborted]

    // MARK: By an attribute

    /// The newest executions that are read for rates by an attribute.
    private static let mostCompared = 10_000
    /// The most values that are told.
    private static let mostValues = 50
    /// Fewer executions say little.
    private static let few: Int64 = 30

    func successBy() throws(StoreError) -> Found {
        guard let by = question.by else { return Found() }
        var tallies: [Spelling?: Tally] = [:]
        var isCut = false
        var newest: [ExecutionID] = []
        if by == "agent" {
            for known in try snapshot.agents()
            where agent.map(known.name.isSpelled(like:)) ?? true {
                let tally = Tally(
                    try snapshot.sum(
                        of: RollUpSeries(agent: known.name), from: range.lowerBound,
                        to: range.upperBound))
                guard tally.executions > 0 else { continue }
                tallies[known.name.isEmpty ? nil : Spelling(known.name)] = tally
            }
        } else {
            isCut = try snapshot.eachStopped(
                Self.ends, of: agent, in: range, limit: Self.mostCompared
            ) { execution in
                let value = execution.state.attributes[by]?.value.text
                tallies[value.map(Spelling.init), default: Tally()].add(execution.state)
                if newest.count < Self.mostNamed { newest.append(execution.id) }
            }
        }
        let rows = tallies.compactMap { $1.row(of: $0?.text, few: Self.few) }.sorted {
            $0.executions != $1.executions
                ? $0.executions > $1.executions
                : ($0.value ?? "").isSpelledBefore($1.value ?? "")
        }
        return Found(
            findings: [
                FindingBody(
                    title: "Success by \(by)",
                    count: tallies.values.reduce(0) { $0 + $1.executions },
                    executions: newest.map(\.rawValue), firstSeenAt: nil, lastSeenAt: nil,
                    commands: [],
                    detail: .successBy(
                        SuccessBody(by: by, rows: Array(rows.prefix(Self.mostValues)))))
            ], isCut: isCut || rows.count > Self.mostValues)
    }

    /// What executions with one value of an attribute come to.
    private struct Tally {
        var executions: Int64 = 0
        var succeeded: Int64 = 0
        var goalMet: Int64 = 0
        var goalKnown: Int64 = 0

        init() {}

        init(_ sum: RollUpSum) {
            executions = sum.finished
            succeeded = sum[.succeeded]
            goalMet = sum[.goalMet]
            goalKnown = sum[.goalMet] + sum[.goalMissed]
        }

        mutating func add(_ state: ExecutionState) {
            executions += 1
            if state.status == .succeeded { succeeded += 1 }
            guard let met = state.fact(.goalMet)?.boolean else { return }
            goalKnown += 1
            if met { goalMet += 1 }
        }

        func row(of value: String?, few: Int64) -> SuccessBody.Row? {
            guard let interval = WilsonInterval(successes: succeeded, trials: executions) else {
                return nil
            }
            return SuccessBody.Row(
                value: value, executions: executions, succeeded: succeeded,
                successRate: Double(succeeded) / Double(executions) * 100,
                low: interval.low * 100, high: interval.high * 100, goalMet: goalMet,
                goalKnown: goalKnown, few: executions < few)
        }
    }

    // MARK: Steps left behind

    /// The most executions whose steps are told.
    private static let mostOrphaned = 100

    func orphanSteps() throws(StoreError) -> Found {
        let executions = try snapshot.orphaned(
            of: agent, in: range, limit: Self.mostOrphaned + 1)
        guard let newest = executions.first else { return Found() }
        let told = executions.prefix(Self.mostOrphaned)
        let steps = told.flatMap { execution in
            execution.state.orphanedSteps.map { entry in
                OrphanStepsBody.Step(
                    execution: execution.id.rawValue, agent: execution.state.namedAgent,
                    step: entry.key.name(of: entry.value),
                    status: execution.state.status(of: entry.key, entry.value).word)
            }
        }
        return Found(
            findings: [
                FindingBody(
                    title: "Steps left running by executions that ended", count: Int64(told.count),
                    executions: told.prefix(Self.mostNamed).map(\.id.rawValue),
                    firstSeenAt: told.last?.state.stopAt, lastSeenAt: newest.state.stopAt,
                    commands: told.prefix(1).map { commands.show($0.id) },
                    detail: .orphanSteps(OrphanStepsBody(steps: Array(steps.prefix(100)))))
            ], isCut: executions.count > Self.mostOrphaned || steps.count > 100)
    }
}
