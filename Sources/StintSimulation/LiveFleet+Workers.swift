public import StintModel

// Who does the work: each agent has workers of eight slots, as many as its work takes and one at
// least.

extension LiveFleet {
    private static let slots: Int64 = 8

    /// What all workers report at an instant. Their slots at work are the executions that run then.
    ///
    /// Costs by the executions that came so far.
    public func workerReports(at instant: Instant) -> [Event] {
        var running: [String: Int64] = [:]
        for number in 0..<count {
            let execution = execution(number)
            if execution.isRunning(at: instant) { running[execution.agent, default: 0] += 1 }
        }
        return AgentProfile.all.flatMap { agent in
            var rest = running[agent.name] ?? 0
            var reports: [Event] = []
            repeat {
                let busy = min(rest, Self.slots)
                rest -= busy
                reports.append(
                    report("\(agent.name)-\(tag)-\(reports.count + 1)", busy: busy, at: instant))
            } while rest > 0
            return reports
        }
    }

    private func report(_ worker: String, busy: Int64, at instant: Instant) -> Event {
        var event = Event(.workerReported, execution: nil, at: instant)
        let share = Double(busy) / Double(Self.slots)
        event.worker = WorkerReport(
            worker: worker, capacity: Self.slots, busy: busy, cpu: 4 + 88 * share,
            memory: 25 + 40 * share)
        return event
    }
}

extension SimulatedExecution {
    /// Whether one of its attempts has begun and not ended.
    func isRunning(at instant: Instant) -> Bool {
        attempts.contains { attempt in
            guard let startedAt = attempt.startedAt else { return false }
            return startedAt <= instant && instant < attempt.lastSign
        }
    }
}
