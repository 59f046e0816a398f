import StintMetrics
import StintModel
import StintStorage

// What figures need of the executions themselves.

extension SQLiteFigures {
    /// - Returns: The key of an agent, `nil` in it for all; `nil` where there is no such agent.
    func key(of agent: String?) throws(SQLiteFailure) -> Int64?? {
        guard let workspace else { return nil }
        guard let agent else { return .some(nil) }
        guard let key = try reader.key(ofAgent: agent, workspace: workspace) else { return nil }
        return key
    }

    static let startedIn = """
        SELECT key, apart, state FROM execution INDEXED BY execution_by_start
        WHERE workspace = ?1 AND sort_at >= ?2 AND sort_at < ?3 AND (?4 IS NULL OR agent = ?4)
        """
    static let stoppedIn = """
        SELECT key, apart, state FROM execution INDEXED BY execution_by_finish
        WHERE workspace = ?1 AND stop_at >= ?2 AND stop_at < ?3 AND (?4 IS NULL OR agent = ?4)
        """

    func contributions(
        _ key: ExecutionQuery.Key, of agent: String?, in range: Range<Instant>
    ) throws(StoreError) -> [Contribution] {
        try mapped { () throws(SQLiteFailure) in
            guard let workspace, let agentKey = try self.key(of: agent) else { return [] }
            let borders = SnapshotMemory.Borders(key: key, range: range)
            if let all = memory.contributions[borders] {
                guard let agent else { return all }
                return all.filter { $0.agent.isSpelled(like: agent) }
            }
            let list = try reader.statement(key == .start ? Self.startedIn : Self.stoppedIn)
            list.bind(1, workspace)
            list.bind(2, range.lowerBound)
            list.bind(3, range.upperBound)
            list.bind(4, agentKey)
            var found: [Contribution] = []
            try list.each { (row) throws(SQLiteFailure) in
                let state = try reader.state(row, apart: 1)
                if let contribution = Contribution(of: state, prices: prices) {
                    found.append(contribution)
                }
            }
            if agent == nil { memory.contributions[borders] = found }
            return found
        }
    }

    static let waitsOfAgent = """
        SELECT queue_wait FROM execution INDEXED BY execution_measures_by_start
        WHERE agent = ?1 AND sort_at >= ?2 AND sort_at < ?3 AND queue_wait IS NOT NULL
        """
    static let endsOfAgent = """
        SELECT duration, total, stop_at FROM execution INDEXED BY execution_measures_by_finish
        WHERE agent = ?1 AND stop_at >= ?2 AND stop_at < ?3 AND total IS NOT NULL
        """

    func measures(of agent: String?, in range: Range<Instant>) throws(StoreError) -> Measures {
        try mapped { () throws(SQLiteFailure) in
            guard let agentKey = try key(of: agent) else { return Measures() }
            var keys: [Int64] = []
            if let agentKey {
                keys = [agentKey]
            } else {
                try eachAgent { keys.append($0.number) }
            }
            var measures = Measures()
            let waits = try reader.statement(Self.waitsOfAgent)
            let ends = try reader.statement(Self.endsOfAgent)
            for key in keys {
                for statement in [waits, ends] {
                    statement.bind(1, key)
                    statement.bind(2, range.lowerBound)
                    statement.bind(3, range.upperBound)
                }
                try waits.each { (row) in measures.queueWaits.append(row.integer(0)) }
                try ends.each { (row) in
                    if let duration = row.optionalInteger(0) {
                        measures.durations.append(duration)
                        measures.finishes.append(row.instant(2))
                    }
                    measures.totals.append(row.integer(1))
                }
            }
            return measures
        }
    }

    // MARK: What is open

    static let statusCount = """
        SELECT count(*) FROM execution INDEXED BY execution_by_status_start
        WHERE workspace = ?1 AND status = ?2
        """
    static let agentStatusCount = """
        SELECT count(*) FROM execution INDEXED BY execution_by_agent_start
        WHERE agent = ?1 AND status = ?2
        """
    static let uncountedCount = """
        SELECT count(*) FROM execution INDEXED BY execution_uncounted
        WHERE workspace = ?1 AND status = ?2 AND uncounted IS NOT NULL
            AND (?3 IS NULL OR agent = ?3)
        """
    static let queueSum = """
        SELECT count(*), sum(max(0, ?2 - queued_at)) FROM execution INDEXED BY execution_queue
        WHERE workspace = ?1 AND queued_at IS NOT NULL AND (?3 IS NULL OR agent = ?3)
        """
    static let queueList = """
        SELECT execution.id, agent.name, priority, queued_at
        FROM execution INDEXED BY execution_queue JOIN agent ON agent.key = execution.agent
        WHERE execution.workspace = ?1 AND queued_at IS NOT NULL
            AND (?2 IS NULL OR execution.agent = ?2)
        ORDER BY coalesce(priority, 0) DESC, queued_at LIMIT ?3
        """
    static let newestOfStatus = """
        SELECT key, sort_at, revision FROM execution INDEXED BY execution_by_status_start
        WHERE workspace = ?1 AND status = ?2 AND uncounted IS NULL
        ORDER BY sort_at DESC, key DESC LIMIT ?3
        """
    static let newestOfAgent = """
        SELECT key, sort_at, revision FROM execution INDEXED BY execution_by_agent_start
        WHERE agent = ?1 AND status = ?2 AND uncounted IS NULL
        ORDER BY sort_at DESC, key DESC LIMIT ?3
        """

    private static let running: [ExecutionStatus] = [.running, .waiting]

    func open(
        of agent: String?, at now: Instant, limit: Int
    ) throws(StoreError) -> OpenFigures {
        try mapped { () throws(SQLiteFailure) in
            var figures = OpenFigures()
            guard let workspace, let agentKey = try key(of: agent) else { return figures }
            var newest: [(key: Int64, sortAt: Instant, revision: Int64)] = []
            for status in Self.running {
                figures.counts.running += try count(status, workspace, agentKey)
                let list = try reader.statement(
                    agentKey == nil ? Self.newestOfStatus : Self.newestOfAgent)
                list.bind(1, agentKey ?? workspace)
                list.bind(2, Int64(status.rawValue))
                list.bind(3, Int64(limit))
                try list.each { newest.append(($0.integer(0), $0.instant(1), $0.integer(2))) }
            }
            newest.sort { ($0.sortAt, $0.key) > ($1.sortAt, $1.key) }
            for (key, _, revision) in newest.prefix(limit) {
                let found = try opened.execution(key: key, revision: revision) {
                    () throws(SQLiteFailure) in
                    try reader.sizedExecution(key: key)
                }
                if let found { figures.inProgress.append(found) }
            }

            let sum = try reader.statement(Self.queueSum)
            sum.bind(1, workspace)
            sum.bind(2, now)
            sum.bind(3, agentKey)
            try sum.each { (row) in
                figures.counts.queued = row.integer(0)
                figures.waited = TimeSpan(microseconds: row.integer(1))
            }
            let list = try reader.statement(Self.queueList)
            list.bind(1, workspace)
            list.bind(2, agentKey)
            list.bind(3, Int64(limit))
            try list.each { (row) in
                guard let id = ExecutionID(rawValue: row.text(0)) else { return }
                figures.queue.append(
                    OpenFigures.Queued(
                        id: id, agent: row.text(1), priority: row.optionalDouble(2),
                        queuedAt: row.instant(3)))
            }
            return figures
        }
    }

    private func count(
        _ status: ExecutionStatus, _ workspace: Int64, _ agent: Int64?
    ) throws(SQLiteFailure) -> Int64 {
        let all = try reader.statement(agent == nil ? Self.statusCount : Self.agentStatusCount)
        all.bind(1, agent ?? workspace)
        all.bind(2, Int64(status.rawValue))
        let uncounted = try reader.statement(Self.uncountedCount)
        uncounted.bind(1, workspace)
        uncounted.bind(2, Int64(status.rawValue))
        uncounted.bind(3, agent)
        return (try all.first { $0.integer(0) } ?? 0) - (try uncounted.first { $0.integer(0) } ?? 0)
    }

    func openCounts(of agent: String) throws(StoreError) -> OpenCounts {
        try mapped { () throws(SQLiteFailure) in
            var counts = OpenCounts()
            guard let workspace, let agentKey = try key(of: agent) else { return counts }
            for status in Self.running {
                counts.running += try count(status, workspace, agentKey)
            }
            counts.queued = try count(.queued, workspace, agentKey)
            return counts
        }
    }

    static let anyOfAgent = """
        SELECT 1 FROM execution INDEXED BY execution_by_agent_start WHERE agent = ?1 LIMIT 1
        """

    func holdsExecutions(of agent: KnownAgent) throws(StoreError) -> Bool {
        try mapped { () throws(SQLiteFailure) in
            let find = try reader.statement(Self.anyOfAgent)
            find.bind(1, agent.number)
            return try find.first { _ in true } ?? false
        }
    }

    // MARK: How they failed

    static let newestStopped = """
        SELECT key, apart, state, stop_at FROM execution INDEXED BY execution_by_status_finish
        WHERE workspace = ?1 AND status = ?2 AND stop_at >= ?3 AND stop_at < ?4
            AND (?5 IS NULL OR agent = ?5) AND uncounted IS NULL
        ORDER BY stop_at DESC LIMIT ?6
        """

    private struct FailureKind: Hashable {
        let type: Spelling?
        let agent: Spelling
    }

    func failures(
        of agent: String?, in range: Range<Instant>, limit: Int
    ) throws(StoreError) -> [FailureCount] {
        try mapped { () throws(SQLiteFailure) in
            guard let workspace, let agentKey = try key(of: agent) else { return [] }
            var counts: [FailureKind: Int] = [:]
            for status in [ExecutionStatus.failed, .timedOut] {
                let list = try reader.statement(Self.newestStopped)
                list.bind(1, workspace)
                list.bind(2, Int64(status.rawValue))
                list.bind(3, range.lowerBound)
                list.bind(4, range.upperBound)
                list.bind(5, agentKey)
                list.bind(6, Int64(limit))
                try list.each { (row) throws(SQLiteFailure) in
                    let state = try SQLiteRows.state(row, column: 2)
                    let kind = FailureKind(
                        type: state.failure?.type.map(Spelling.init), agent: Spelling(state.agent))
                    counts[kind, default: 0] += 1
                }
            }
            return
                counts.map {
                    FailureCount(
                        errorType: $0.key.type?.text, agent: $0.key.agent.text, count: $0.value)
                }
                .sorted {
                    if $0.count != $1.count { return $0.count > $1.count }
                    return ($0.errorType ?? "", $0.agent) < ($1.errorType ?? "", $1.agent)
                }
        }
    }
}
