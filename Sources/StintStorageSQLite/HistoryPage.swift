import StintModel
import StintStorage

/// Finds a page of the history.
///
/// Where the query asks for words or facets that few executions have, those are fetched and put in
/// order. Else the page is read along an index that has the order asked for, looking at each row
/// until the page is full: many match, or the query asks for nothing else. Either way the rows
/// looked at are bounded, and the query itself says of each whether it belongs in the list; indexes
/// only propose.
struct HistoryPage {
    let query: ExecutionQuery
    let settings: SQLiteSettings

    /// The column of the order.
    private var column: String { query.key == .start ? "sort_at" : "stop_at" }

    func read(
        with reader: SQLiteReader, after position: PagePosition?, limit: Int
    ) throws(SQLiteFailure) -> ExecutionPage {
        let nothing = ExecutionPage(items: [], next: nil)
        guard let workspace = try reader.key(of: query.workspace) else { return nothing }
        var agent: Int64?
        if let name = query.agent {
            agent = try reader.key(ofAgent: name, workspace: workspace)
            if agent == nil { return nothing }
        }
        if let expression = SearchTerms.expression(workspace: workspace, query) {
            let keys = try candidates(expression, with: reader)
            if keys.count <= settings.candidates {
                return try pick(
                    keys, workspace: workspace, agent: agent, with: reader, after: position,
                    limit: limit)
            }
        }
        return try walk(
            workspace: workspace, agent: agent, with: reader, after: position, limit: limit)
    }

    // MARK: Few candidates

    /// The newest keys that the index proposes, one more than are fetched.
    private func candidates(
        _ expression: String, with reader: SQLiteReader
    ) throws(SQLiteFailure) -> [Int64] {
        let find = try reader.statement(Self.search)
        find.bind(1, expression)
        find.bind(2, Int64(settings.candidates + 1))
        var keys: [Int64] = []
        try find.each { keys.append($0.integer(0)) }
        return keys
    }

    static let search = """
        SELECT rowid FROM search WHERE search MATCH ?1 ORDER BY rowid DESC LIMIT ?2
        """

    private func pick(
        _ keys: [Int64], workspace: Int64, agent: Int64?, with reader: SQLiteReader,
        after position: PagePosition?, limit: Int
    ) throws(SQLiteFailure) -> ExecutionPage {
        let find = try reader.statement(
            "SELECT \(column), workspace, agent, status FROM execution WHERE key = ?1")
        var places: [PagePosition] = []
        for key in keys {
            find.bind(1, key)
            let place = try find.first { row -> PagePosition? in
                guard !row.isNull(0), row.integer(1) == workspace,
                    agent == nil || row.integer(2) == agent, accepts(status: row.integer(3))
                else { return nil }
                return PagePosition(key: row.integer(0), tie: key)
            }
            if let place, let place, isInRange(place), isAfter(place, position) {
                places.append(place)
            }
        }
        places.sort { isBefore($0, $1) }

        var items: [StoredExecution] = []
        for (index, place) in places.enumerated() {
            if items.count == limit {
                return ExecutionPage(items: items, next: places[index - 1])
            }
            guard let execution = try reader.execution(key: place.tie) else { continue }
            if query.matches(execution.id, execution.state) { items.append(execution) }
        }
        return ExecutionPage(items: items, next: nil)
    }

    private func accepts(status raw: Int64) -> Bool {
        query.statuses.isEmpty || query.statuses.contains { Int64($0.rawValue) == raw }
    }

    private func isInRange(_ place: PagePosition) -> Bool {
        if let from = query.from, place.key < from.microseconds { return false }
        if let to = query.to, place.key >= to.microseconds { return false }
        return true
    }

    private func isAfter(_ place: PagePosition, _ position: PagePosition?) -> Bool {
        position.map { isBefore($0, place) } ?? true
    }

    /// The order of the list; keys settle ties.
    private func isBefore(_ left: PagePosition, _ right: PagePosition) -> Bool {
        let ascends = (left.key, left.tie) < (right.key, right.tie)
        let descends = (left.key, left.tie) > (right.key, right.tie)
        return query.order == .ascending ? ascends : descends
    }

    // MARK: Along an order

    private func walk(
        workspace: Int64, agent: Int64?, with reader: SQLiteReader, after position: PagePosition?,
        limit: Int
    ) throws(SQLiteFailure) -> ExecutionPage {
        var walk = try Walk(lists: lists(workspace: workspace, agent: agent), with: reader) {
            bind(range: $0, after: position, first: $1)
        }
        defer { walk.finish() }
        // An unfiltered list needs one row more than it shows, to know whether another page is.
        var items: [StoredExecution] = []
        var looked = 0
        var last: PagePosition?
        while let place = try walk.next(isBefore: isBefore) {
            if items.count == limit || looked == settings.rowsPerPage {
                return ExecutionPage(items: items, next: last)
            }
            looked += 1
            last = place
            guard walk.mayMatch(query), let execution = try reader.execution(key: place.tie) else {
                continue
            }
            if query.matches(execution.id, execution.state) { items.append(execution) }
        }
        return ExecutionPage(items: items, next: nil)
    }

    /// One sorted list of an index: its statement up to the range, and what it binds first.
    struct List {
        let sql: String
        let keys: [Int64]
    }

    /// The lists whose merger is the history in order, of the fewest rows that the query allows.
    func lists(workspace: Int64, agent: Int64?) -> [List] {
        let family = query.key == .start ? "start" : "finish"
        let statuses = query.statuses.map { Int64($0.rawValue) }.sorted()
        let all = ExecutionStatus.allCases.map { Int64($0.rawValue) }
        if let agent {
            return (statuses.isEmpty ? all : statuses).map { status in
                List(
                    sql: sql("execution_by_agent_\(family)", "agent = ?1 AND status = ?2", 3),
                    keys: [agent, status])
            }
        }
        if statuses.isEmpty {
            return [
                List(sql: sql("execution_by_\(family)", "workspace = ?1", 2), keys: [workspace])
            ]
        }
        return statuses.map { status in
            List(
                sql: sql("execution_by_status_\(family)", "workspace = ?1 AND status = ?2", 3),
                keys: [workspace, status])
        }
    }

    private func sql(_ index: String, _ condition: String, _ first: Int) -> String {
        let (after, order) = query.order == .ascending ? (">", "ASC") : ("<", "DESC")
        return """
            SELECT \(column), key, duration, goal_met FROM execution INDEXED BY \(index)
            WHERE \(condition) AND \(column) >= ?\(first) AND \(column) < ?\(first + 1)
                AND (\(column), key) \(after) (?\(first + 2), ?\(first + 3))
            ORDER BY \(column) \(order), key \(order)
            """
    }

    /// Binds the half-open range and the place to go on from, which without one is beyond all.
    private func bind(range list: Statement, after position: PagePosition?, first: Int32) {
        list.bind(first, query.from?.microseconds ?? .min)
        list.bind(first + 1, query.to?.microseconds ?? .max)
        let beyond = query.order == .ascending ? Int64.min : .max
        list.bind(first + 2, position?.key ?? beyond)
        list.bind(first + 3, position?.tie ?? beyond)
    }
}

/// Walks several sorted lists at once, in the order of all.
private struct Walk {
    private struct Head {
        let statement: Statement
        var place: PagePosition
    }

    private var heads: [Head] = []
    private var statements: [Statement] = []
    /// The list whose row is being looked at; it goes on at the next call.
    private var current: Int?

    init(
        lists: [HistoryPage.List], with reader: SQLiteReader,
        bindRange: (Statement, Int32) -> Void
    ) throws(SQLiteFailure) {
        for list in lists {
            let statement = try reader.independent(list.sql)
            statements.append(statement)
            for (index, key) in list.keys.enumerated() { statement.bind(Int32(index + 1), key) }
            bindRange(statement, Int32(list.keys.count + 1))
            if try statement.step() {
                heads.append(Head(statement: statement, place: Self.place(statement)))
            }
        }
    }

    /// The next row of all; its columns can be asked for until the next call.
    mutating func next(
        isBefore: (PagePosition, PagePosition) -> Bool
    ) throws(SQLiteFailure) -> PagePosition? {
        if let current {
            self.current = nil
            if try heads[current].statement.step() {
                heads[current].place = Self.place(heads[current].statement)
            } else {
                heads.remove(at: current)
            }
        }
        guard
            let first = heads.indices.min(by: { isBefore(heads[$0].place, heads[$1].place) })
        else { return nil }
        current = first
        return heads[first].place
    }

    /// Whether the columns of the current row leave it possible that it belongs in the list; spares
    /// reading its state.
    func mayMatch(_ query: ExecutionQuery) -> Bool {
        guard let current else { return false }
        let row = heads[current].statement
        if query.minimumDuration != nil || query.maximumDuration != nil {
            guard let duration = row.optionalInteger(2) else { return false }
            if let least = query.minimumDuration, duration < least.microseconds { return false }
            if let most = query.maximumDuration, duration >= most.microseconds { return false }
        }
        if let goalMet = query.goalMet {
            return row.optionalInteger(3) == (goalMet ? 1 : 0)
        }
        return true
    }

    func finish() {
        for statement in statements { statement.finalize() }
    }

    private static func place(_ row: Statement) -> PagePosition {
        PagePosition(key: row.integer(0), tie: row.integer(1))
    }
}
