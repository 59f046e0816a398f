import StintModel
import StintWire

// What a reader computes from a record and the clock.

extension ExecutionBody {
    var sign: StatusSign { standing.map(StatusSign.init) ?? .unknown(status) }

    /// When it was queued; when it started, where it never was.
    var createdAt: Instant? { queuedAt ?? startedAt }

    /// When the current attempt started. A summary says so of a first attempt only.
    var attemptStartedAt: Instant? {
        guard let attempt, attempt > 1 else { return startedAt }
        return attempts?.first { $0.attempt == attempt }?.startedAt
    }

    var attemptQueuedAt: Instant? {
        guard let attempt, attempt > 1 else { return queuedAt }
        return attempts?.first { $0.attempt == attempt }?.queuedAt
    }

    /// How long it waited to start, or has been waiting.
    func waited(now: Instant) -> String? {
        if let queueWait { return DurationFormat.exact(queueWait) }
        guard standing == .queued || standing == .pending, let attemptQueuedAt else { return nil }
        return DurationFormat.running(now.since(attemptQueuedAt))
    }

    /// How long the current attempt ran, or has been running; until the last sign of life where it
    /// is lost.
    func ran(now: Instant) -> String? {
        if let duration { return DurationFormat.exact(duration) }
        guard let start = attemptStartedAt else { return nil }
        switch standing {
        case .running, .waiting: return DurationFormat.running(now.since(start))
        case .lost: return lastEventAt.map { DurationFormat.exact($0.since(start)) }
        default: return nil
        }
    }

    /// How long nothing has been heard of it: of a lost one, and of one that is quieter than it
    /// promised.
    func silence(now: Instant) -> TimeSpan? {
        guard let lastEventAt else { return nil }
        let silence = now.since(lastEventAt)
        switch standing {
        case .lost:
            return silence
        case .running, .waiting:
            guard let promise = heartbeatSeconds.flatMap({ TimeSpan(seconds: $0) }),
                promise > .zero, silence > promise
            else { return nil }
            return silence
        default:
            return nil
        }
    }

    /// The tries of each step in the current attempt, steps in their order, tries oldest first.
    var stepHistories: [StepHistory] {
        var histories: [StepHistory] = []
        var positions: [String: Int] = [:]
        for step in steps ?? [] where step.attempt == nil || step.attempt == attempt ?? 1 {
            let key = step.key ?? step.name ?? ""
            if let position = positions[key] {
                histories[position].tries.append(step)
            } else {
                positions[key] = histories.count
                histories.append(StepHistory(key: key, tries: [step]))
            }
        }
        return histories
    }

    /// The step that is running now, the last to start where several are.
    var openStep: StepBody? {
        (steps ?? []).filter {
            ($0.attempt == nil || $0.attempt == attempt ?? 1)
                && ($0.standing == .running || $0.standing == .lost)
        }
        .max { left, right in
            guard let start = left.startedAt else { return right.startedAt != nil }
            return right.startedAt.map { start < $0 } ?? false
        }
    }
}

/// All tries of one step in one attempt.
struct StepHistory: Hashable {
    var key: String
    /// Oldest first, never empty.
    var tries: [StepBody]

    var last: StepBody { tries[tries.count - 1] }

    /// Its display name.
    var name: String { tries.last { $0.name != nil }?.name ?? key }

    var sign: StatusSign { last.standing.map(StatusSign.init) ?? .unknown(last.status) }

    /// The number of its last try; `nil` where it never began.
    var tryNumber: Int? {
        last.standing == .pending || last.standing == .skipped ? nil : last.try ?? tries.count
    }

    var tokens: TokensBody? {
        let reported = tries.compactMap(\.tokens)
        return reported.dropFirst().reduce(reported.first) { sum, more in sum.map { $0 + more } }
    }

    var costUsd: Double? {
        let costs = tries.compactMap(\.costUsd)
        return costs.isEmpty ? nil : costs.reduce(0, +)
    }

    /// From the start of its first try to the end of its last, waits between them included.
    var span: TimeSpan? {
        guard tries.count > 1, let start = tries[0].startedAt, let end = last.finishedAt else {
            return last.duration
        }
        return end.since(start)
    }
}
