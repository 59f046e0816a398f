import Foundation
import GRDBSQLite
import StintMetrics
public import StintModel
public import StintStorage

/// Recomputes what a store holds from what it follows from, on one snapshot.
///
/// It reads on a connection of its own, so it may look at a store that another process serves, and
/// holds up nobody: the log merely cannot start over while it reads.
///
/// Memory is a few dozen bytes an execution, and a cell for each day, agent and model.
public struct SQLiteAudit {
    private let connection: OpaquePointer
    private let workspace: Workspace?
    private var workspaces: [Int64: Workspace] = [:]
    private var report = AuditReport()
    /// What the executions count for.
    private var ledger = DayLedger()
    private var lists = ListCounts()
    private var terms = TermSums()
    private var started = StartedCounts()

    /// - Parameter workspace: The one to look at; `nil` for all, and then also at the file.
    public static func run(
        path: String, workspace: Workspace? = nil
    ) throws(StoreError) -> AuditReport {
        do {
            var opened: OpaquePointer?
            let flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX
            let code = sqlite3_open_v2(path, &opened, flags, nil)
            defer { sqlite3_close_v2(opened) }
            guard code == SQLITE_OK, let connection = opened else {
                throw StoreError.unavailable(
                    reason: "\(path) cannot be opened: \(SQLiteFailure(code, on: opened).message)")
            }
            sqlite3_busy_timeout(connection, 5_000)
            for pragma in ["cache_size = -16384", "mmap_size = 0", "temp_store = MEMORY"] {
                try Statement.run("PRAGMA \(pragma)", on: connection)
            }
            try Statement.run("BEGIN", on: connection)
            var audit = SQLiteAudit(connection: connection, workspace: workspace)
            try audit.run()
            return audit.report
        } catch {
            switch StoreError(error) {
            case .broken(let reason), .refused(let reason): throw .unavailable(reason: reason)
            case let other: throw other
            }
        }
    }

    private init(connection: OpaquePointer, workspace: Workspace?) {
        self.connection = connection
        self.workspace = workspace
    }

    private mutating func run() throws(SQLiteFailure) {
        try each("PRAGMA application_id") { (row) throws(SQLiteFailure) in
            guard row.integer(0) == Int64(Schema.applicationID) else {
                throw SQLiteFailure(code: SQLITE_NOTADB, message: "it is not a file of Stint")
            }
        }
        var found: [Int64: Workspace] = [:]
        try each("SELECT key, name FROM workspace") { (row) in
            guard let name = Workspace(rawValue: row.text(1)) else { return }
            if workspace.map({ $0 == name }) ?? true { found[row.integer(0)] = name }
        }
        workspaces = found
        try readExecutions()
        try checkLists()
        try checkSearch()
        try checkRollUps()
        if workspace == nil { try checkFile() }
    }

    private func each(
        _ sql: String, _ read: (Statement) throws(SQLiteFailure) -> Void
    ) throws(SQLiteFailure) {
        let statement = try Statement(sql, on: connection)
        defer { statement.finalize() }
        try statement.each(read)
    }

    // MARK: Executions

    private mutating func readExecutions() throws(SQLiteFailure) {
        let steps = try Statement(SQLiteRows.stepsOfExecution, on: connection)
        defer { steps.finalize() }
        let trail = try Statement(SQLiteReader.trailPieces, on: connection)
        defer { trail.finalize() }
        let list = try Statement(
            """
            SELECT execution.key, execution.workspace, id, apart, state, received_at, pieces, agent.key,
                agent.name, status, sort_at, stop_at, duration, goal_met, due_at, agent
            FROM execution LEFT JOIN agent ON agent.key = execution.agent
            ORDER BY execution.key
            """, on: connection)
        defer { list.finalize() }
        while try list.step() {
            guard let workspace = workspaces[list.integer(1)] else { continue }
            report.executions += 1
            try check(list, of: workspace, steps: steps, trail: trail)
        }
    }

    private mutating func check(
        _ row: Statement, of workspace: Workspace, steps: Statement, trail: Statement
    ) throws(SQLiteFailure) {
        let key = row.integer(0)
        guard let id = ExecutionID(rawValue: row.text(2)) else {
            report.fail(
                .init(.columns, workspace: workspace, detail: "Row \(key) has no usable id."))
            return
        }
        func difference(_ law: AuditLaw, _ detail: String) -> AuditReport.Difference {
            .init(law, workspace: workspace, execution: id, detail: detail)
        }
        var state: ExecutionState
        do throws(SQLiteFailure) {
            state = try SQLiteRows.state(row, column: 4)
            if row.integer(3) != 0 { state = try SQLiteRows.adding(steps, of: key, to: state) }
        } catch {
            report.fail(difference(.columns, "The state cannot be read: \(error.message)."))
            return
        }
        report.check(
            .columns, wrongColumn(row, state).map { difference(.columns, $0) })
        lists.add(workspace: row.integer(1), agent: row.integer(15), state)
        terms.expect(key, SearchTerms.text(workspace: row.integer(1), id, state))
        started.add(state)
        if let contribution = Contribution(of: state) { ledger.add(contribution, in: workspace) }

        let pieces = row.integer(6)
        guard pieces > 0, pieces < SQLiteRows.piecesPerExecution,
            let told = try Self.folded(trail, of: key, id, pieces: pieces)
        else { return }
        report.check(
            .trail,
            told == state
                ? nil : difference(.trail, "The state is not what its \(pieces) pieces tell."))
    }

    /// - Returns: What is wrong with the columns of a row.
    private func wrongColumn(_ row: Statement, _ state: ExecutionState) -> String? {
        let due = ExecutionColumns(agent: 0, state, receivedAt: row.instant(5))
        let name = row.isNull(7) ? nil : row.text(8)
        guard name.map({ $0.isSpelled(like: state.agent) }) ?? false else {
            return "agent is \(name ?? "nobody"), not \(state.agent)."
        }
        func wrong(_ column: String, _ index: Int32, _ expected: Int64?) -> String? {
            let held = row.optionalInteger(index)
            func text(_ value: Int64?) -> String { value.map { String($0) } ?? "null" }
            return held == expected
                ? nil : "\(column) is \(text(held)), not \(text(expected))."
        }
        return wrong("status", 9, Int64(due.status.rawValue))
            ?? wrong("sort_at", 10, due.sortAt.microseconds)
            ?? wrong("stop_at", 11, due.stopAt?.microseconds)
            ?? wrong("duration", 12, due.duration)
            ?? wrong("goal_met", 13, due.goalMet.map { $0 ? 1 : 0 })
            ?? wrong("due_at", 14, due.dueAt?.microseconds)
    }

    /// - Returns: What the trail tells; `nil` where not all of it is kept any more.
    private static func folded(
        _ trail: Statement, of key: Int64, _ id: ExecutionID, pieces: Int64
    ) throws(SQLiteFailure) -> ExecutionState? {
        trail.bind(1, SQLiteRows.trailKey(execution: key, piece: 0))
        trail.bind(2, SQLiteRows.trailKey(execution: key &+ 1, piece: 0))
        var state: ExecutionState?
        var found: Int64 = 0
        try trail.each { (piece) throws(SQLiteFailure) in
            found += 1
            for event in try SQLiteReader.events(piece, column: 2, of: id) {
                if state == nil { state = ExecutionState(event) } else { state?.apply(event) }
            }
        }
        return found == pieces ? state : nil
    }

    // MARK: Indexes

    private mutating func checkLists() throws(SQLiteFailure) {
        for (number, workspace) in workspaces {
            for list in ListCounts.lists {
                var found: [ListCounts.Place: Int] = [:]
                let statement = try Statement(list.sql, on: connection)
                defer { statement.finalize() }
                statement.bind(1, number)
                try statement.each { (row) in
                    let place = ListCounts.Place(
                        list: list.name, workspace: number, agent: row.integer(0),
                        status: row.integer(1))
                    found[place] = Int(row.integer(2))
                }
                let expected = lists.counts.filter {
                    $0.key.list == list.name && $0.key.workspace == number
                }
                for place in Set(found.keys).union(expected.keys) {
                    let (held, due) = (found[place] ?? 0, expected[place] ?? 0)
                    let what =
                        "\(list.name) of agent \(place.agent), status \(place.status) holds \(held), not \(due)."
                    report.check(
                        .lists,
                        held == due ? nil : .init(.lists, workspace: workspace, detail: what))
                }
            }
        }
    }

    private mutating func checkSearch() throws(SQLiteFailure) {
        try Statement.run(
            "CREATE VIRTUAL TABLE temp.search_term USING fts5vocab(main, search, instance)",
            on: connection)
        var terms = terms
        try each("SELECT term, doc FROM temp.search_term") { (row) in
            row.bytes(0) { terms.found($0, in: row.integer(1)) }
        }
        report.pass(.search, count: terms.count)
        for key in terms.wrong {
            let id = try execution(key)
            // Of other workspaces nothing was expected.
            if id == nil, workspace != nil { continue }
            report.fail(
                .init(
                    .search, workspace: id?.workspace, execution: id?.id,
                    detail: id == nil
                        ? "The index knows row \(key), which is not there."
                        : "Its words and attributes are not those in the index."))
        }
    }

    private func execution(
        _ key: Int64
    ) throws(SQLiteFailure) -> (workspace: Workspace, id: ExecutionID)? {
        let find = try Statement(
            "SELECT workspace, id FROM execution WHERE key = ?1", on: connection)
        defer { find.finalize() }
        find.bind(1, key)
        guard let row = try find.first({ ($0.integer(0), $0.text(1)) }),
            let workspace = workspaces[row.0], let id = ExecutionID(rawValue: row.1)
        else { return nil }
        return (workspace, id)
    }

    private mutating func checkFile() throws(SQLiteFailure) {
        var said: [String] = []
        try each("PRAGMA integrity_check(20)") { (row) in said.append(row.text(0)) }
        if said == ["ok"] { return report.pass(.integrity) }
        for line in said { report.fail(.init(.integrity, detail: line)) }
    }

    // MARK: Roll-ups

    private mutating func checkRollUps() throws(SQLiteFailure) {
        var audit = RollUpAudit(expected: ledger)
        for level in RollUpLevel.allCases {
            try each(
                "SELECT value FROM setting WHERE name = '\(WriterStatements.horizonName(level))'"
            ) { (row) in audit.horizons[level] = row.instant(0) }
        }
        try each(
            "SELECT workspace, start, agent, model, cell, minutes, typeof(model) = 'blob' FROM expired_roll_up"
        ) {
            (row) throws(SQLiteFailure) in
            guard let workspace = workspaces[row.integer(0)] else { return }
            let key = RollUpKey(
                workspace: workspace, level: .day, start: row.instant(1), agent: row.text(2),
                model: row.integer(6) != 0 ? nil : row.text(3))
            audit.add(expired: try SQLiteRows.entry(row, cell: 4, minutes: 5), at: key)
        }
        let pending = try Statement(SQLiteRows.pendingRollUps, on: connection)
        defer { pending.finalize() }
        audit.pending = try SQLiteRows.pending(pending).cells()
            .filter { workspaces.values.contains($0.key.workspace) }
        for (number, workspace) in workspaces {
            for level in RollUpLevel.allCases {
                let list = try Statement(SQLiteReader.cellsOfLevelInOrder, on: connection)
                defer { list.finalize() }
                list.bind(1, number)
                list.bind(2, Int64(level.rawValue))
                try list.each { (row) throws(SQLiteFailure) in
                    let key = RollUpKey(
                        workspace: workspace, level: level, start: row.instant(0),
                        agent: row.text(1), model: row.integer(4) != 0 ? nil : row.text(2))
                    do throws(SQLiteFailure) {
                        audit.add(try SQLiteRows.cell(row, column: 3), at: key)
                    } catch {
                        audit.unreadable.append(key)
                    }
                }
            }
        }
        audit.finish(started: started, into: &report)
    }
}

/// How many rows each list should hold.
private struct ListCounts {
    struct Place: Hashable {
        var list: String
        var workspace: Int64
        var agent: Int64
        var status: Int64
    }

    var counts: [Place: Int] = [:]

    /// Counts along each index; all are of one workspace, ?1.
    static let lists: [(name: String, sql: String)] = [
        (
            "the list by start",
            """
            SELECT 0, 0, count(*) FROM execution INDEXED BY execution_by_start
            WHERE workspace = ?1 HAVING count(*) > 0
            """
        ),
        (
            "the list by status and start",
            """
            SELECT 0, status, count(*) FROM execution INDEXED BY execution_by_status_start
            WHERE workspace = ?1 GROUP BY status
            """
        ),
        (
            "the list by agent and start",
            """
            SELECT agent.key, status, count(*)
            FROM agent CROSS JOIN execution INDEXED BY execution_by_agent_start
                ON execution.agent = agent.key
            WHERE agent.workspace = ?1 GROUP BY agent.key, status
            """
        ),
        (
            "the list by finish",
            """
            SELECT 0, 0, count(*) FROM execution INDEXED BY execution_by_finish
            WHERE workspace = ?1 AND stop_at IS NOT NULL HAVING count(*) > 0
            """
        ),
    ]

    mutating func add(workspace: Int64, agent: Int64, _ state: ExecutionState) {
        let status = Int64(state.status.rawValue)
        func count(_ list: Int, _ agent: Int64, _ status: Int64) {
            let place = Place(
                list: Self.lists[list].name, workspace: workspace, agent: agent, status: status)
            counts[place, default: 0] += 1
        }
        count(0, 0, 0)
        count(1, 0, status)
        count(2, agent, status)
        if state.stopAt != nil { count(3, 0, 0) }
    }
}

/// Of each execution a sum over its terms, from the state and from the index.
///
/// How the index folds letters beyond ASCII is its own; an execution that has such is compared by
/// its facets alone.
private struct TermSums {
    private struct Sum {
        var difference: UInt64 = 0
        var isFolded = false
    }

    private var sums: [Int64: Sum] = [:]

    var count: Int { sums.count }

    /// The rows whose sums differ.
    var wrong: [Int64] { sums.filter { $0.value.difference != 0 }.keys.sorted() }

    /// - Parameter text: As ``SearchTerms`` writes it: terms with a blank after each.
    mutating func expect(_ key: Int64, _ text: [UInt8]) {
        var digests: Set<UInt64> = []
        var facets: Set<UInt64> = []
        var isFolded = false
        text.withUnsafeBytes { bytes in
            for term in bytes.split(separator: 0x20) {
                let term = UnsafeRawBufferPointer(rebasing: term)
                let digest = Self.digest(term)
                if Self.isFacet(term) { facets.insert(digest) }
                if !Self.isPlain(term) { isFolded = true }
                digests.insert(digest)
            }
        }
        let sum = (isFolded ? facets : digests).reduce(0 as UInt64) { $0 &+ $1 }
        sums[key] = Sum(difference: sum, isFolded: isFolded)
    }

    mutating func found(_ term: UnsafeRawBufferPointer, in key: Int64) {
        let sum = sums[key] ?? Sum()
        if sum.isFolded, !Self.isFacet(term) { return }
        sums[key, default: Sum()].difference &-= Self.digest(term)
    }

    /// Facets begin with U+E000.
    private static func isFacet(_ term: UnsafeRawBufferPointer) -> Bool {
        term.count > 3 && term[0] == 0xEE && term[1] == 0x80 && term[2] == 0x80
    }

    /// Whether there is nothing but ASCII beside the marks, U+E000 and U+E001.
    private static func isPlain(_ term: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index < term.count {
            if term[index] < 0x80 {
                index += 1
            } else if index + 2 < term.count, term[index] == 0xEE, term[index + 1] == 0x80,
                term[index + 2] <= 0x81
            {
                index += 3
            } else {
                return false
            }
        }
        return true
    }

    private static func digest(_ term: UnsafeRawBufferPointer) -> UInt64 {
        var digest = Fingerprint()
        for byte in term { digest.combine(byte) }
        return digest.value
    }
}
