import StintMetrics
import StintModel
import StintStorage
import Synchronization

/// What is known of how long each agent's executions take, for a minute at a time: it changes little,
/// and every list asks for it.
final class RemainingTimes: Sendable {
    private struct Agent: Hashable {
        let workspace: Workspace
        let name: Spelling
        var distribution = RollUpCell.Distribution.okDuration
    }

    private struct Entry {
        let time: RemainingTime
        let readAt: Instant
    }

    private let known = Mutex<[Agent: Entry]>([:])

    /// How long what was read is good for.
    private static let freshness = TimeSpan.seconds(60)
    /// Agents that are remembered.
    private static let limit = 10_000
    /// How far back successes count.
    private static let history: Int64 = 30

    /// What is known of an agent, from what was read lately or from a snapshot of its workspace.
    ///
    /// - Parameter distribution: Of which times: how long its successes ran, unless told otherwise.
    func time(
        of agent: String, in workspace: Workspace, at now: Instant,
        from snapshot: any FiguresSnapshot,
        _ distribution: RollUpCell.Distribution = .okDuration
    ) throws(StoreError) -> RemainingTime {
        let key = Agent(
            workspace: workspace, name: Spelling(agent), distribution: distribution)
        if let time = held(key, at: now) { return time }
        let today = RollUpLevel.day.start(of: now)
        let days = (today - .days(Self.history - 1))..<(today + .days(1))
        var sample = RemainingTime.Sample()
        for (day, sketch) in try snapshot.distributions(distribution, .day, of: agent, in: days) {
            sample.add(sketch, weight: RemainingTime.weight(ofAge: today.since(day)))
        }
        let time = RemainingTime(sample)
        known.withLock { known in
            if known.count >= Self.limit { known = [:] }
            known[key] = Entry(time: time, readAt: now)
        }
        return time
    }

    /// What is known of several agents, by name.
    func times(
        of agents: Set<Spelling>, in workspace: Workspace, at now: Instant,
        store: any ExecutionStore
    ) async throws(StoreError) -> [Spelling: RemainingTime] {
        var found: [Spelling: RemainingTime] = [:]
        for agent in agents {
            found[agent] = held(Agent(workspace: workspace, name: agent), at: now)
        }
        if found.count == agents.count { return found }
        return try await store.figures(in: workspace) { (snapshot) throws(StoreError) in
            var found: [Spelling: RemainingTime] = [:]
            for agent in agents {
                found[agent] = try self.time(
                    of: agent.text, in: workspace, at: now, from: snapshot)
            }
            return found
        }
    }

    private func held(_ agent: Agent, at now: Instant) -> RemainingTime? {
        known.withLock { known in
            guard let entry = known[agent], now < entry.readAt + Self.freshness,
                // A clock that went back says nothing of freshness.
                now >= entry.readAt
            else { return nil }
            return entry.time
        }
    }
}
