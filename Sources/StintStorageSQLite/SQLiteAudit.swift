import Foundation
import GRDBSQLite
import StintMetrics
public import StintModel
public import StintStorage
import StintTraces
import Synchronization

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
    /// What the executions come to.
    private var found = AuditSums()

    /// - Parameter workspace: The one to look at; `nil` for all, and then also at the file.
    public static func run(
        path: String, workspace: Workspace? = nil
    ) throws(StoreError) -> AuditReport {
        // The engine looks at its file meanwhile, on a connection of its own.
        let fileCheck = workspace == nil ? FileCheck(path: path) : nil
        do {
            let reading = try ReadingConnection(path: path)
            for pragma in ["cache_size = -16384", "mmap_size = 0", "temp_store = MEMORY"] {
                try reading.run("PRAGMA \(pragma)")
            }
            var audit = SQLiteAudit(connection: reading.pointer, workspace: workspace)
            try audit.run()
            for line in try fileCheck?.said() ?? [] {
                audit.report.check(
                    .integrity, line == "ok" ? nil : .init(.integrity, detail: line))
            }
            return withExtendedLifetime(reading) { audit.report }
        } catch {
            _ = try? fileCheck?.said()
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
        var named: [Int64: Workspace] = [:]
        try each("SELECT key, name FROM workspace") { (row) in
            guard let name = Workspace(rawValue: row.text(1)) else { return }
            if workspace.map({ $0 == name }) ?? true { named[row.integer(0)] = name }
        }
        workspaces = named
        try readExecutions()
        report = found.report
        report.executions = found.executions
        report.workspaces = Array(workspaces.values)
        try checkLists()
        try checkSearch()
        try checkTraces()
        try checkRollUps()
        try checkLoad()
        try checkClients()
    }

    private func each(
        _ sql: String, _ read: (Statement) throws(SQLiteFailure) -> Void
    ) throws(SQLiteFailure) {
        let statement = try Statement(sql, on: connection)
        defer { statement.finalize() }
        try statement.each(read)
    }

    // MARK: Executions

    /// Reads a portion of rows after another, and looks at each portion on all cores: reading is a
    /// small part of it.
    private mutating func readExecutions() throws(SQLiteFailure) {
        let steps = try Statement(SQLiteRows.stepsOfExecution, on: connection)
        defer { steps.finalize() }
        let trail = try Statement(SQLiteReader.trailPieces, on: connection)
        defer { trail.finalize() }
        let traces = try AuditedTraces(connection)
        defer { traces.finalize() }
        let list = try Statement(AuditedRow.all, on: connection)
        defer { list.finalize() }
        let prices = try SQLiteRows.prices(on: connection)
        let lanes = (0..<max(1, ProcessInfo.processInfo.activeProcessorCount)).map { _ in
            AuditLane(prices: prices)
        }
        var portion: [AuditedRow] = []
        func look() {
            let rows = portion
            DispatchQueue.concurrentPerform(iterations: lanes.count) { lane in
                for index in stride(from: lane, to: rows.count, by: lanes.count) {
                    lanes[lane].look(at: rows[index])
                }
            }
            portion.removeAll(keepingCapacity: true)
        }
        while try list.step() {
            guard let workspace = workspaces[list.integer(1)] else { continue }
            portion.append(
                try AuditedRow(
                    list, of: workspace, steps: steps, trail: trail, traces: traces))
            if portion.count == Self.rowsPerPortion { look() }
        }
        look()
        for lane in lanes { found.add(lane.found) }
    }

    /// Some megabytes of them.
    private static let rowsPerPortion = 2_048

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
                let expected = self.found.lists.counts.filter {
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
        var terms = found.terms
        try each("SELECT term, doc FROM temp.search_term") { (row) in
            row.bytes(0) { terms.found($0, in: row.integer(1)) }
        }
        report.pass(.search, count: found.terms.count)
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

    // MARK: Traces

    private mutating func checkTraces() throws(SQLiteFailure) {
        try each(AuditedTraces.all) { (row) throws(SQLiteFailure) in
            guard let workspace = workspaces[row.integer(0)] else { return }
            let name = try SQLiteRows.traceID(row, column: 1).text
            let isDecided = row.isNull(2)
            let (written, kept) = (row.integer(3), row.integer(4))
            let (links, executions) = (row.integer(5), row.integer(6))
            let what: String? =
                if written != kept {
                    "The trace \(name) has \(kept) pieces, not \(written)."
                } else if links != executions {
                    "The trace \(name) tells of what is not there."
                } else if isDecided != (links > 0) {
                    "The trace \(name) tells of \(links) executions, and is \(isDecided ? "decided" : "undecided")."
                } else {
                    nil
                }
            report.check(.traces, what.map { .init(.traces, workspace: workspace, detail: $0) })
        }
    }

    // MARK: Roll-ups

    private mutating func checkRollUps() throws(SQLiteFailure) {
        var audit = RollUpAudit(expected: found.ledger)
        for level in RollUpLevel.allCases {
            try each(
                "SELECT value FROM setting WHERE name = '\(WriterStatements.horizonName(level))'"
            ) { (row) in audit.horizons[level] = row.instant(0) }
        }
        try each(
            "SELECT workspace, start, agent, model, cell, minutes FROM expired_roll_up"
        ) {
            (row) throws(SQLiteFailure) in
            guard let workspace = workspaces[row.integer(0)] else { return }
            let key = RollUpKey(
                workspace: workspace, level: .day, start: row.instant(1), agent: row.text(2),
                model: SQLiteRows.name(row, column: 3))
            audit.add(expired: try SQLiteRows.entry(row, cell: 4, minutes: 5), at: key)
        }
        let pending = try Statement(SQLiteRows.pendingRollUps, on: connection)
        defer { pending.finalize() }
        audit.pending = try SQLiteRows.pending(pending).cells()
            .filter { workspaces.values.contains($0.key.workspace) }
        for (number, workspace) in workspaces {
            for level in RollUpLevel.allCases {
                let list = try Statement(SQLiteReader.cellsOfLevel, on: connection)
                defer { list.finalize() }
                list.bind(1, number)
                list.bind(2, Int64(level.rawValue))
                try list.each { (row) throws(SQLiteFailure) in
                    let key = RollUpKey(
                        workspace: workspace, level: level, start: row.instant(0),
                        agent: SQLiteRows.name(row, column: 1),
                        model: SQLiteRows.name(row, column: 2))
                    do throws(SQLiteFailure) {
                        audit.add(try SQLiteRows.parts(row, column: 3), at: key)
                    } catch {
                        audit.unreadable.append(key)
                    }
                }
            }
        }
        audit.finish(started: found.started, into: &report)
    }

    /// Of the hosts, which are no workspace's, where all are looked at.
    private mutating func checkLoad() throws(SQLiteFailure) {
        let samples = try Statement(SQLiteRows.workerSamples, on: connection)
        defer { samples.finalize() }
        let hours = try Statement(SQLiteRows.workerHour, on: connection)
        defer { hours.finalize() }
        var settled: [(workspace: Int64, bucket: Int64)] = []
        try each("SELECT workspace, bucket FROM worker_bucket WHERE settled_at IS NOT NULL") {
            settled.append(($0.integer(0), $0.integer(1)))
        }
        for (number, bucket) in settled {
            let owner = workspaces[number]
            guard owner != nil || number == SQLiteRows.hosts && workspace == nil else { continue }
            let due = try SQLiteRows.load(
                samples, of: number, in: LoadGrid.steps(ofBucket: bucket)
            ).sums
            hours.bind(1, number)
            hours.bind(2, LoadGrid.hour(ofBucket: bucket))
            let hour = try hours.first { (row) throws(SQLiteFailure) in
                try SQLiteRows.hour(row, column: 0)
            }
            let isRight = hour?[LoadGrid.place(ofBucket: bucket)] == due
            report.check(
                .load,
                isRight
                    ? nil
                    : .init(
                        .load, workspace: owner, at: LoadGrid.start(ofBucket: bucket),
                        detail: "The load of these five minutes is not the sum of their reports"))
        }
    }

    // MARK: Clients

    private mutating func checkClients() throws(SQLiteFailure) {
        let list = try Statement(SQLiteRows.clients, on: connection)
        defer { list.finalize() }
        for (number, workspace) in workspaces {
            list.bind(1, number)
            try list.each { (row) in
                let isWhole = (try? SQLiteRows.client(row)) != nil
                let what = "The books of the client \(row.text(1)) do not balance."
                report.check(
                    .clients, isWhole ? nil : .init(.clients, workspace: workspace, detail: what))
            }
        }
    }
}

/// What SQLite's own check says of a file, asked on a thread beside the caller's.
private final class FileCheck: Sendable {
    private let isDone = DispatchSemaphore(value: 0)
    private let result = Mutex<Result<[String], SQLiteFailure>>(.success([]))

    init(path: String) {
        let thread = Thread { [self] in
            let said = Result { () throws(SQLiteFailure) in
                try ReadingConnection(path: path).texts("PRAGMA integrity_check(20)")
            }
            result.withLock { $0 = said }
            isDone.signal()
        }
        thread.name = "stint-file-check"
        thread.start()
    }

    /// Waits for it. To be called once.
    func said() throws(SQLiteFailure) -> [String] {
        isDone.wait()
        return try result.withLock(\.self).get()
    }
}
