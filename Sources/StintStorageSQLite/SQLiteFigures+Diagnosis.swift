import StintMetrics
import StintModel
import StintStorage

// What a diagnosis needs of the executions themselves.

extension SQLiteFigures {
    // MARK: What stopped

    static let stoppedWithStatus = """
        SELECT stop_at, key FROM execution INDEXED BY execution_by_status_finish
        WHERE workspace = ?1 AND status = ?2 AND stop_at >= ?3 AND stop_at < ?4
        ORDER BY stop_at DESC, key DESC LIMIT ?5
        """
    static let stoppedOfAgent = """
        SELECT stop_at, key FROM execution INDEXED BY execution_by_agent_finish
        WHERE agent = ?1 AND status = ?2 AND stop_at >= ?3 AND stop_at < ?4
        ORDER BY stop_at DESC, key DESC LIMIT ?5
        """

    func eachStopped(
        _ statuses: Set<ExecutionStatus>, of agent: String?, in range: Range<Instant>, limit: Int,
        _ visit: (StoredExecution) -> Void
    ) throws(StoreError) -> Bool {
        try mapped { () throws(SQLiteFailure) in
            guard let workspace, let agentKey = try key(of: agent) else { return false }
            var places: [PagePosition] = []
            let list = try reader.statement(
                agentKey == nil ? Self.stoppedWithStatus : Self.stoppedOfAgent)
            for status in statuses {
                list.bind(1, agentKey ?? workspace)
                list.bind(2, Int64(status.rawValue))
                list.bind(3, range.lowerBound)
                list.bind(4, range.upperBound)
                list.bind(5, Int64(limit) + 1)
                try list.each {
                    places.append(PagePosition(key: $0.integer(0), tie: $0.integer(1)))
                }
            }
            if statuses.count > 1 { places.sort { ($0.key, $0.tie) > ($1.key, $1.tie) } }
            for place in places.prefix(limit) {
                if let found = try counted(key: place.tie) { visit(found) }
            }
            return places.count > limit
        }
    }

    /// - Returns: `nil` for what is kept out of statistics.
    private func counted(key: Int64) throws(SQLiteFailure) -> StoredExecution? {
        guard let found = try reader.execution(key: key), found.state.isCounted else { return nil }
        return found
    }

    // MARK: What is open

    static let oldestOfAgent = """
        SELECT key FROM execution INDEXED BY execution_by_agent_start
        WHERE agent = ?1 AND status = ?2 AND sort_at < ?3 AND uncounted IS NULL
        ORDER BY sort_at, key LIMIT ?4
        """

    func oldest(
        _ status: ExecutionStatus, of agent: KnownAgent, before: Instant, limit: Int
    ) throws(StoreError) -> [StoredExecution] {
        try mapped { () throws(SQLiteFailure) in
            let list = try reader.statement(Self.oldestOfAgent)
            list.bind(1, agent.number)
            list.bind(2, Int64(status.rawValue))
            list.bind(3, before)
            list.bind(4, Int64(limit))
            return try executions(list)
        }
    }

    /// Those whose keys a statement lists.
    private func executions(_ list: Statement) throws(SQLiteFailure) -> [StoredExecution] {
        var keys: [Int64] = []
        try list.each { keys.append($0.integer(0)) }
        var found: [StoredExecution] = []
        for key in keys {
            if let execution = try counted(key: key) { found.append(execution) }
        }
        return found
    }

    // MARK: What was begun twice

    static let messagesIn = """
        SELECT message, key FROM execution INDEXED BY execution_by_message
        WHERE workspace = ?1 AND sort_at >= ?2 AND sort_at < ?3 AND message IS NOT NULL
        ORDER BY sort_at DESC LIMIT ?4
        """
    /// Executions with a message that are looked at: some tens of milliseconds.
    private static let mostWithMessage = 100_000
    /// Messages of which the executions are read.
    private static let mostMessages = 1_000
    private static let mostOfMessage = 20

    func repeatedMessages(
        of agent: String?, in range: Range<Instant>, limit: Int
    ) throws(StoreError) -> RepeatedMessages {
        try mapped { () throws(SQLiteFailure) in
            var answer = RepeatedMessages()
            let repeated = try repeatedKeys(in: range)
            answer.isCut = repeated.isCut || repeated.keys.count > Self.mostMessages
            for keys in repeated.keys.prefix(Self.mostMessages) {
                for message in try messages(of: keys) {
                    let isAsked =
                        agent.map { name in
                            message.executions.contains { $0.state.agent.isSpelled(like: name) }
                        } ?? true
                    guard isAsked else { continue }
                    if answer.messages.count == limit {
                        answer.isCut = true
                        return answer
                    }
                    answer.messages.append(message)
                }
            }
            return answer
        }
    }

    /// The keys of executions that share the digest of a message.
    private func repeatedKeys(
        in range: Range<Instant>
    ) throws(SQLiteFailure) -> (keys: [[Int64]], isCut: Bool) {
        guard let workspace else { return ([], false) }
        let list = try reader.statement(Self.messagesIn)
        list.bind(1, workspace)
        list.bind(2, range.lowerBound)
        list.bind(3, range.upperBound)
        list.bind(4, Int64(Self.mostWithMessage) + 1)
        // The newest execution of each message, and as the how manieth it was met.
        var first: [Int64: (key: Int64, rank: Int)] = [:]
        var places: [Int64: Int] = [:]
        var repeated: [(rank: Int, keys: [Int64])] = []
        var looked = 0
        try list.each { (row) in
            looked += 1
            guard looked <= Self.mostWithMessage else { return }
            let (message, key) = (row.integer(0), row.integer(1))
            guard let newest = first[message] else {
                first[message] = (key, looked)
                return
            }
            if let place = places[message] {
                if repeated[place].keys.count < Self.mostOfMessage {
                    repeated[place].keys.append(key)
                }
            } else {
                places[message] = repeated.count
                repeated.append((newest.rank, [newest.key, key]))
            }
        }
        repeated.sort { $0.rank < $1.rank }
        return (repeated.map(\.keys), looked > Self.mostWithMessage)
    }

    /// The messages that executions of one digest were begun for: one, but for a rare chance.
    private func messages(
        of keys: [Int64]
    ) throws(SQLiteFailure) -> [RepeatedMessages.Message] {
        var found: [Spelling: [StoredExecution]] = [:]
        for key in keys {
            guard let execution = try reader.execution(key: key),
                let message = execution.state.message
            else { continue }
            found[Spelling(message), default: []].append(execution)
        }
        return found.compactMap { message, executions in
            let ids = Set(executions.map(\.id.rawValue))
            let own = executions.filter {
                !($0.state.fact(.parent)?.string.map(ids.contains) ?? false)
            }
            guard own.count > 1 else { return nil }
            return RepeatedMessages.Message(
                id: message.text,
                executions: own.sorted {
                    $0.state.sortAt != $1.state.sortAt
                        ? $0.state.sortAt < $1.state.sortAt : $0.id.rawValue < $1.id.rawValue
                })
        }
    }

    // MARK: What is at odds

    static let orphanedIn = """
        SELECT key FROM execution INDEXED BY execution_orphaned
        WHERE workspace = ?1 AND stop_at >= ?2 AND stop_at < ?3 AND (?4 IS NULL OR agent = ?4)
            AND orphaned IS NOT NULL
        ORDER BY stop_at DESC, key DESC LIMIT ?5
        """

    func orphaned(
        of agent: String?, in range: Range<Instant>, limit: Int
    ) throws(StoreError) -> [StoredExecution] {
        try mapped { () throws(SQLiteFailure) in
            guard let workspace, let agentKey = try key(of: agent) else { return [] }
            let list = try reader.statement(Self.orphanedIn)
            list.bind(1, workspace)
            list.bind(2, range.lowerBound)
            list.bind(3, range.upperBound)
            list.bind(4, agentKey)
            list.bind(5, Int64(limit))
            return try executions(list)
        }
    }

    static let goalCount = """
        SELECT count(*) FROM execution INDEXED BY execution_goals
        WHERE workspace = ?1 AND status = ?2 AND status > 5 AND goal_met = ?3
            AND goal_met IS NOT NULL AND stop_at >= ?4 AND stop_at < ?5
            AND (?6 IS NULL OR agent = ?6) AND uncounted IS NULL
        """

    func count(
        _ status: ExecutionStatus, goalMet: Bool, of agent: String?, in range: Range<Instant>
    ) throws(StoreError) -> Int64 {
        try mapped { () throws(SQLiteFailure) in
            guard let workspace, let agentKey = try key(of: agent) else { return 0 }
            let count = try reader.statement(Self.goalCount)
            count.bind(1, workspace)
            count.bind(2, Int64(status.rawValue))
            count.bind(3, goalMet ? 1 : 0)
            count.bind(4, range.lowerBound)
            count.bind(5, range.upperBound)
            count.bind(6, agentKey)
            return try count.first { $0.integer(0) } ?? 0
        }
    }

    // MARK: Workers

    static let reportsBack = """
        SELECT worker, at FROM worker_sample WHERE workspace = ?1 AND slot >= ?2 AND slot <= ?3
        ORDER BY slot DESC LIMIT 50000
        """

    func lastReports(
        of workers: Set<Spelling>, since: Instant, at now: Instant
    ) throws(StoreError) -> [Spelling: Instant] {
        try mapped { () throws(SQLiteFailure) in
            guard let workspace, !workers.isEmpty else { return [:] }
            let list = try reader.statement(Self.reportsBack)
            list.bind(1, workspace)
            list.bind(2, LoadGrid.step(of: since))
            list.bind(3, LoadGrid.step(of: now))
            defer { list.reset() }
            var last: [Spelling: Instant] = [:]
            while last.count < workers.count, try list.step() {
                let (worker, at) = (Spelling(list.text(0)), list.instant(1))
                if at <= now, workers.contains(worker), last[worker] == nil { last[worker] = at }
            }
            return last
        }
    }
}
