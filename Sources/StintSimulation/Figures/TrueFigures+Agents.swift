public import StintModel

extension TrueFigures {
    /// The agents known, with their figures of the last 24 hours.
    ///
    /// - Parameter now: When those hours end.
    public static func agents(of executions: [KnownExecution], now: Instant) -> TrueFigure {
        let day = TrueFigures(of: executions, in: (now - .days(1))..<now, now: now)
        let isExact = day.isExact
        let finished = Dictionary(grouping: day.finished) { TrueFigure.row($0.agent) }
        let known = Dictionary(grouping: day.executions) { TrueFigure.row($0.agent) }
        return [
            "items": .table(
                by: "agentId",
                Dictionary(
                    uniqueKeysWithValues: known.map { name, known in
                        let those = finished[name] ?? []
                        let figures = day.agent(those, isExact: isExact)
                        let now = day.now(of: known, finished: those, isExact: isExact)
                        return (name, figures.joined(with: now))
                    })),
            "method": .text(isExact ? "exact" : "sketch"),
        ]
    }

    /// What `GET /v1/agents` says of an agent beside its figures.
    private func now(
        of known: [KnownExecution], finished: [KnownExecution], isExact: Bool
    ) -> TrueFigure {
        let sorted = finished.compactMap(\.duration).sorted()
        // What was said of one that is another agent's now, or erased, was heard of too.
        let lastSeen = known.compactMap(\.lastEventAt).max()
        return [
            "agentId": .text(known[0].agent),
            "agentName": .text(known[0].agent),
            "p99": quantile(99, of: sorted, isExact: isExact),
            "lastSeenAt": lastSeen.map { .notBefore($0, butFor: .seconds(10)) } ?? .instant(nil),
            "currentlyRunning": .count(
                known.count { $0.status == .running || $0.status == .waiting }),
            "queueDepth": .count(known.count { $0.status == .queued }),
        ]
    }
}
