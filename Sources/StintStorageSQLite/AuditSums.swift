import Foundation
import GRDBSQLite
import StintMetrics
import StintModel
import StintStorage
import StintTraces
import Synchronization

/// A row of the table `execution` with all that belongs to it, as bytes: to be read on one thread
/// and looked at on another.
struct AuditedRow: Sendable {
    let key: Int64
    let workspaceKey: Int64
    let workspace: Workspace
    let id: String
    let receivedAt: Instant
    /// The agent whose row the column names; `nil` where there is none.
    let agent: String?
    let agentKey: Int64
    /// `status`, `sort_at`, `stop_at`, `duration`, `goal_met`, `due_at`, `queue_wait`, `total`,
    /// `queued_at`, `priority` by its bits, `uncounted`, `message`, `orphaned`.
    let columns: [Int64?]
    let state: [UInt8]
    /// Where the steps stand in rows of their own.
    let steps: [[UInt8]]?
    /// The pieces of trail that are kept, and how many were written.
    let pieces: [[UInt8]]
    let piecesWritten: Int64
    /// Where a trace ever told of it.
    let tracing: Tracing?

    /// What told of it, as bytes.
    struct Tracing: Sendable {
        /// By events.
        let told: [UInt8]?
        let traces: [(id: TraceID, pieces: [[UInt8]])]
    }

    static let all = """
        SELECT execution.key, execution.workspace, id, apart, state, received_at, pieces,
            execution.agent, agent.name, status, sort_at, stop_at, duration, goal_met, due_at,
            queue_wait, total, queued_at, priority, uncounted, message, orphaned, traced
        FROM execution LEFT JOIN agent ON agent.key = execution.agent
        ORDER BY execution.key
        """

    /// - Parameters:
    ///   - row: Of ``all``.
    ///   - steps: ``SQLiteRows/stepsOfExecution``.
    ///   - trail: ``SQLiteReader/trailPieces``.
    init(
        _ row: Statement, of workspace: Workspace, steps: Statement, trail: Statement,
        traces: AuditedTraces
    ) throws(SQLiteFailure) {
        let key = row.integer(0)
        self.key = key
        self.workspace = workspace
        workspaceKey = row.integer(1)
        id = row.text(2)
        receivedAt = row.instant(5)
        agent = row.isNull(8) ? nil : row.text(8)
        agentKey = row.integer(7)
        let priority = row.optionalDouble(18).map { Int64(bitPattern: $0.bitPattern) }
        columns =
            (9...17).map { row.optionalInteger(Int32($0)) } + [priority]
            + (19...21).map { row.optionalInteger(Int32($0)) }
        state = row.bytes(4) { Array($0) }
        piecesWritten = row.integer(6)
        if row.integer(3) != 0 {
            var found: [[UInt8]] = []
            steps.bind(1, key)
            try steps.each { (step) in found.append(step.bytes(0) { Array($0) }) }
            self.steps = found
        } else {
            self.steps = nil
        }
        var found: [[UInt8]] = []
        trail.bind(1, SQLiteRows.trailKey(execution: key, piece: 0))
        trail.bind(2, SQLiteRows.trailKey(execution: key &+ 1, piece: 0))
        try trail.each { (piece) in found.append(piece.bytes(2) { Array($0) }) }
        pieces = found
        tracing = row.isNull(22) ? nil : try traces.tracing(of: key)
    }
}

/// What the executions come to that one lane looked at. Lanes are summed up in any order.
struct AuditSums: Sendable {
    /// By what the cells hold costs.
    var prices = PriceBook()
    var report = AuditReport()
    var executions = 0
    /// What they count for.
    var ledger = DayLedger()
    var lists = ListCounts()
    var terms = TermSums()
    var started = StartedCounts()

    mutating func add(_ other: AuditSums) {
        report.add(other.report)
        executions += other.executions
        for (key, entry) in other.ledger.entries { ledger.add(entry, at: key) }
        lists.counts.merge(other.lists.counts) { $0 + $1 }
        terms.add(other.terms)
        started.finished += other.started.finished
        started.open += other.started.open
    }

    mutating func look(at row: AuditedRow) {
        executions += 1
        guard let id = ExecutionID(rawValue: row.id) else {
            report.fail(
                .init(
                    .columns, workspace: row.workspace,
                    detail: "Row \(row.key) has no usable id."))
            return
        }
        func difference(_ law: AuditLaw, _ detail: String) -> AuditReport.Difference {
            .init(law, workspace: row.workspace, execution: id, detail: detail)
        }
        guard let state = Self.state(of: row) else {
            report.fail(difference(.columns, "The state cannot be read."))
            return
        }
        report.check(.columns, wrongColumn(row, state).map { difference(.columns, $0) })
        lists.add(workspace: row.workspaceKey, agent: row.agentKey, state)
        terms.expect(row.key, SearchTerms.text(workspace: row.workspaceKey, id, state))
        started.add(state)
        if let contribution = Contribution(of: state, prices: prices) {
            ledger.add(contribution, in: row.workspace)
        }
        if let tracing = row.tracing {
            report.check(
                .traces,
                Self.told(by: tracing, of: id, in: row.workspace) == state
                    ? nil : difference(.traces, "The state is not what is told of it."))
            // Its trail holds what traces told at first and not any more.
            return
        }
        // A trail that is not whole any more tells less than the state.
        guard row.piecesWritten > 0, row.piecesWritten < SQLiteRows.piecesPerExecution,
            row.pieces.count == Int(row.piecesWritten)
        else { return }
        report.check(
            .trail,
            Self.told(by: row, id) == state
                ? nil
                : difference(
                    .trail, "The state is not what its \(row.piecesWritten) pieces tell."))
    }

    /// - Returns: `nil` for what cannot be read.
    private static func state(of row: AuditedRow) -> ExecutionState? {
        guard var state = try? row.state.withUnsafeBytes({ try ExecutionState(encoded: $0) })
        else { return nil }
        if let steps = row.steps {
            let read = steps.compactMap { step in
                try? step.withUnsafeBytes { try ExecutionState.decodedStep($0) }
            }
            guard read.count == steps.count else { return nil }
            state.steps = SortedMap(ascending: read)
        }
        return state
    }

    /// - Returns: What is wrong with the columns of a row.
    private func wrongColumn(_ row: AuditedRow, _ state: ExecutionState) -> String? {
        guard row.agent.map({ $0.isSpelled(like: state.agent) }) ?? false else {
            return "agent is \(row.agent ?? "nobody"), not \(state.agent)."
        }
        let due = ExecutionColumns(agent: 0, state, receivedAt: row.receivedAt)
        let expected: [(String, Int64?)] = [
            ("status", Int64(due.status.rawValue)), ("sort_at", due.sortAt.microseconds),
            ("stop_at", due.stopAt?.microseconds), ("duration", due.duration),
            ("goal_met", due.goalMet.map { $0 ? 1 : 0 }), ("due_at", due.dueAt?.microseconds),
            ("queue_wait", due.queueWait), ("total", due.total),
            ("queued_at", due.queue.values[0]), ("priority", due.queue.values[1]),
            ("uncounted", due.queue.values[2]), ("message", due.findings.values[0]),
            ("orphaned", due.findings.values[1]),
        ]
        func text(_ value: Int64?) -> String { value.map { String($0) } ?? "null" }
        for ((column, expected), held) in zip(expected, row.columns) where held != expected {
            return "\(column) is \(text(held)), not \(text(expected))."
        }
        return nil
    }

    /// - Returns: `nil` where nobody tells of it, or what is told cannot be read.
    private static func told(
        by tracing: AuditedRow.Tracing, of id: ExecutionID, in workspace: Workspace
    ) -> ExecutionState? {
        var state: ExecutionState?
        if let told = tracing.told {
            state = try? told.withUnsafeBytes { try ExecutionState(encoded: $0) }
            if state == nil { return nil }
        }
        for trace in tracing.traces {
            let spans = trace.pieces.map { piece in
                try? piece.withUnsafeBytes { try TraceSpan.decoded($0) }
            }
            let whole = Trace(id: trace.id, spans: spans.compactMap(\.self).flatMap(\.self))
            let recording = whole.recordings(in: workspace).first { $0.id == id }
            guard let recording, !spans.contains(nil) else { return nil }
            if state?.merge(recording.state) == nil { state = recording.state }
        }
        return state
    }

    /// - Returns: `nil` where an event cannot be read.
    private static func told(by row: AuditedRow, _ id: ExecutionID) -> ExecutionState? {
        var state: ExecutionState?
        for piece in row.pieces {
            let isRead: Void? = try? piece.withUnsafeBytes { bytes in
                var reader = BinaryReader(bytes)
                while !reader.isAtEnd {
                    let event = try Event(encoded: &reader, of: id)
                    if state == nil { state = ExecutionState(event) } else { state?.apply(event) }
                }
            }
            if isRead == nil { return nil }
        }
        return state
    }
}

/// Sums that one thread at a time adds to.
final class AuditLane: Sendable {
    private let sums: Mutex<AuditSums>

    init(prices: PriceBook) {
        var sums = AuditSums()
        sums.prices = prices
        self.sums = Mutex(sums)
    }

    var found: AuditSums { sums.withLock(\.self) }

    func look(at row: AuditedRow) {
        sums.withLock { $0.look(at: row) }
    }
}
