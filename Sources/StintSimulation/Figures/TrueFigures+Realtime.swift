import StintModel

extension TrueFigures {
    /// How it stands now, whatever the window.
    ///
    /// - Parameter margin: How far the server's now may lie from ours, in seconds.
    public func realtime(within margin: Double) -> TrueFigure {
        let running = executions.filter { $0.status == .running || $0.status == .waiting }
            .sorted { $0.beganAt > $1.beganAt }
        let queued = executions.filter { $0.status == .queued }.sorted {
            ($1.priority ?? 0, $0.waitsSince) < ($0.priority ?? 0, $1.waitsSince)
        }
        let waits = queued.map { max(0, now.since($0.waitsSince).seconds) }
        let wait = waits.isEmpty ? nil : waits.reduce(0, +) / Double(waits.count)
        return [
            "currentlyRunning": .count(running.count),
            "queueDepth": .count(queued.count),
            "avgQueueWaitTime": .number(wait, .absolute(margin)),
            "executionsInProgress": .rows(running.prefix(500).map { inProgress($0, margin) }),
            "queuedExecutions": .rows(queued.prefix(500).map(Self.queued)),
        ]
    }

    private func inProgress(_ execution: KnownExecution, _ margin: Double) -> TrueFigure {
        let elapsed = execution.attemptStartedAt.map { max(0, now.since($0).seconds) }
        return [
            "runId": .text(execution.id),
            "agentId": .text(execution.agent),
            "agentName": .text(execution.agent),
            "userId": .text(execution.user),
            "status": .text(execution.status.word),
            "startedAt": .any([
                .instant(execution.startedAt), .instant(execution.attemptStartedAt),
            ]),
            "elapsedTime": .number(elapsed, .absolute(margin)),
        ]
    }

    private static func queued(_ execution: KnownExecution) -> TrueFigure {
        [
            "queueId": .text(execution.id),
            "agentId": .text(execution.agent),
            "priority": .number(execution.priority, .none),
            "queuedAt": .any([
                .instant(execution.queuedAt), .instant(execution.attemptQueuedAt),
            ]),
        ]
    }
}

extension KnownExecution {
    fileprivate var beganAt: Instant {
        startedAt ?? queuedAt ?? lastEventAt ?? Instant(microseconds: 0)
    }

    fileprivate var waitsSince: Instant { attemptQueuedAt ?? queuedAt ?? beganAt }
}
