import StintModel
import StintWire

/// Where the time of an ended execution went. The parts are disjoint and add up to the whole.
///
/// Of the run of the current attempt, each moment belongs to the first of these that holds: a step
/// works whose try did not fail; a try that failed works; a step is open that nobody ended; a step
/// waits for its next try; nothing is known to happen. So parallel and nested steps count once.
struct TimeAccount: Hashable {
    /// What came before the current attempt was queued or started: earlier attempts.
    var before: TimeSpan
    var queue: TimeSpan
    var steps = TimeSpan.zero
    var failedTries = TimeSpan.zero
    /// Steps whose end nobody told, up to the end of the execution.
    var openSteps = TimeSpan.zero
    var retryWaits = TimeSpan.zero
    var betweenSteps = TimeSpan.zero
    /// From the start of the current attempt to its end.
    var ran: TimeSpan
    /// From creation to end, earlier attempts included.
    var total: TimeSpan
    /// Whether the record says when any step worked.
    var knowsSteps = false

    private enum Kind: Int, CaseIterable { case steps, failedTries, openSteps, retryWaits }

    /// - Returns: `nil` for an execution that has not ended or whose start is not known.
    init?(_ execution: ExecutionBody) {
        guard let ran = execution.duration, let start = execution.attemptStartedAt,
            let end = execution.finishedAt
        else { return nil }
        self.ran = ran
        queue = execution.queueWait ?? .zero
        total =
            execution.total ?? TimeSpan(microseconds: queue.microseconds + ran.microseconds)
        before = TimeSpan(
            microseconds: max(0, total.microseconds - queue.microseconds - ran.microseconds))

        var changes: [(at: Instant, kind: Kind, by: Int)] = []
        func add(_ kind: Kind, _ from: Instant, _ to: Instant) {
            let (from, to) = (max(from, start), min(to, end))
            guard from < to else { return }
            changes += [(from, kind, 1), (to, kind, -1)]
        }
        for history in execution.stepHistories {
            var stopped: Instant?
            for step in history.tries {
                guard let began = step.startedAt else { continue }
                knowsSteps = true
                if let stopped { add(.retryWaits, stopped, began) }
                if let ended = step.finishedAt {
                    let failed = step.standing?.isFailure ?? false
                    add(failed ? .failedTries : .steps, began, ended)
                    stopped = ended
                } else {
                    add(.openSteps, began, end)
                    stopped = nil
                }
            }
        }
        changes.sort { $0.at < $1.at }

        var open = [Int](repeating: 0, count: Kind.allCases.count)
        var reached = start
        for change in changes {
            if change.at > reached {
                count(from: reached, to: change.at, open)
                reached = change.at
            }
            open[change.kind.rawValue] += change.by
        }
        // What the clocks say and what the server says may differ by a clamped skew.
        let known =
            steps.microseconds + failedTries.microseconds + openSteps.microseconds
            + retryWaits.microseconds
        betweenSteps = TimeSpan(microseconds: max(0, ran.microseconds - known))
    }

    private mutating func count(from: Instant, to: Instant, _ open: [Int]) {
        let span = to.since(from).microseconds
        switch Kind.allCases.first(where: { open[$0.rawValue] > 0 }) {
        case .steps: steps.microseconds += span
        case .failedTries: failedTries.microseconds += span
        case .openSteps: openSteps.microseconds += span
        case .retryWaits: retryWaits.microseconds += span
        case nil: break
        }
    }

    /// `Steps 66.0 s + between steps 7.37 s = ran 73.3 s; queue 2.00 s; created to completed 75.3 s`
    func sum(of succeeded: Bool) -> String {
        var whole = "ran \(DurationFormat.exact(ran))"
        if knowsSteps {
            whole =
                runParts(stepsFirst: true).filter { $0.span > .zero || $0.name == "steps" }
                .map { "\($0.name) \(DurationFormat.exact($0.span))" }
                .joined(separator: " + ") + " = \(whole)"
        }
        var clauses = [whole.prefix(1).uppercased() + whole.dropFirst()]
        if queue > .zero { clauses.append("queue \(DurationFormat.exact(queue))") }
        if before > .zero { clauses.append("before this attempt \(DurationFormat.exact(before))") }
        let end = succeeded ? "completed" : "ended"
        if total > ran { clauses.append("created to \(end) \(DurationFormat.exact(total))") }
        return clauses.joined(separator: "; ")
    }

    /// `Failed attempts 19.1 s (40 %), waiting to retry 19.9 s (42 %), …`: shares of the whole from
    /// creation to end.
    func shares() -> String {
        var parts = knowsSteps ? runParts(stepsFirst: false) : [("ran", ran)]
        parts += [("queue", queue), ("before this attempt", before)]
        let text = parts.filter { $0.span > .zero }
            .map { "\($0.name) \(DurationFormat.exact($0.span)) (\(share($0.span)))" }
            .joined(separator: ", ")
        let end = "created to ended \(DurationFormat.exact(total))"
        guard !text.isEmpty else { return end.prefix(1).uppercased() + end.dropFirst() }
        return "\(text.prefix(1).uppercased())\(text.dropFirst()); \(end)"
    }

    private func runParts(stepsFirst: Bool) -> [(name: String, span: TimeSpan)] {
        let failures = [("failed attempts", failedTries), ("waiting to retry", retryWaits)]
        let rest = [("steps left open", openSteps), ("between steps", betweenSteps)]
        let work = [("steps", steps)]
        return stepsFirst ? work + failures + rest : failures + work + rest
    }

    private func share(_ span: TimeSpan) -> String {
        guard total > .zero else { return "–" }
        let percent = 100 * Double(span.microseconds) / Double(total.microseconds)
        return percent < 0.5 ? "<1 %" : "\(Int(percent.rounded())) %"
    }
}
