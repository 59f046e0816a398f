import GRDBSQLite
import StintMetrics
import StintModel
import StintStorage
import StintTraces

// What traces tell of an execution is replaced, not merged, when more of a trace is known: a later
// span may change of whom it tells. What events told stands apart, and what is shown is the join.

extension SQLiteWriter {
    // MARK: Spans

    /// Adds spans to their traces.
    ///
    /// - Returns: Of which executions these now tell otherwise.
    func retellings(
        of recordings: [TraceRecording], receivedAt: Instant
    ) throws(SQLiteFailure) -> Retellings {
        var retellings = Retellings()
        for recording in try merged(recordings) {
            let identity = RecentTraces.Identity(
                workspace: try key(ofWorkspace: recording.workspace), id: recording.id)
            let known = try held(identity, in: recording.workspace)
            let trace = known ?? HeldTrace(key: nextTrace, recording)
            var changes = trace.changes
            var dropped: [ExecutionID] = []
            if let known {
                let fresh: [TraceSpan]
                (fresh, changes, dropped) = known.merge(recording)
                if fresh.isEmpty { continue }
                try append(TraceSpan.encoded(fresh), to: trace)
            } else {
                nextTrace += 1
                try append(recording.encoded, to: trace)
            }
            let isDecided = note(
                changes, dropped, of: trace, identity, in: recording.workspace, &retellings)
            retellings.traces[trace.key] = trace
            recentTraces.put(trace, for: identity, bytes: trace.bytes)

            let write = known == nil ? traceStatements.insert : traceStatements.update
            write.bind(1, trace.key)
            write.bind(2, receivedAt)
            write.bind(3, trace.pieces)
            write.bind(4, trace.undecided(isDecided))
            if known == nil {
                write.bind(5, identity.workspace)
                write.bind(6, recording.id.stored)
            }
            try write.run()
            crashPoint("trace")
        }
        return retellings
    }

    /// Of each trace one recording, without those that were erased.
    private func merged(_ recordings: [TraceRecording]) throws(SQLiteFailure) -> [TraceRecording] {
        var parts: [[TraceRecording]] = []
        parts.reserveCapacity(recordings.count)
        var places: [RecentTraces.Identity: Int] = [:]
        let forgetsNobody = erasures.isEmpty
        for recording in recordings where !recording.spans.isEmpty {
            if !forgetsNobody, isErased(recording.id, in: recording.workspace) { continue }
            let identity = RecentTraces.Identity(
                workspace: try key(ofWorkspace: recording.workspace), id: recording.id)
            if let place = places[identity] {
                parts[place].append(recording)
            } else {
                places[identity] = parts.count
                parts.append([recording])
            }
        }
        return parts.map { parts in
            var merged = parts[0]
            if parts.count > 1 { merged.merge(Array(parts.dropFirst())) }
            return merged
        }
    }

    /// A trace is erased under the id of an execution that bears its name.
    private func isErased(_ id: TraceID, in workspace: Workspace) -> Bool {
        ExecutionID(rawValue: id.text).map { erasures.contains($0, in: workspace) } ?? false
    }

    /// Notes of whom a trace tells otherwise than before.
    ///
    /// One of whom it told before, and that is not kept, has expired or was erased: it stays away.
    ///
    /// - Returns: Whether it tells of any that is kept.
    private func note(
        _ changes: [HeldTrace.Change], _ dropped: [ExecutionID], of trace: HeldTrace,
        _ identity: RecentTraces.Identity, in workspace: Workspace,
        _ retellings: inout Retellings
    ) -> Bool {
        let forgetsNobody = erasures.isEmpty
        var isDecided = false
        for change in changes {
            if change.wasTold, trace.executions[change.id] == nil { continue }
            if !forgetsNobody, erasures.contains(change.id, in: workspace) { continue }
            isDecided = true
            guard change.isChanged else { continue }
            retellings.change(
                RecentExecutions.Identity(workspace: identity.workspace, id: change.id),
                in: workspace
            ) { retelling in
                retelling.tell.append(trace)
                if !change.trail.isEmpty { retelling.trail.append(change.trail) }
            }
        }
        for id in dropped where trace.executions[id] != nil {
            retellings.change(
                RecentExecutions.Identity(workspace: identity.workspace, id: id), in: workspace
            ) { $0.dropped.append(trace) }
        }
        return isDecided
    }

    private func held(
        _ identity: RecentTraces.Identity, in workspace: Workspace
    ) throws(SQLiteFailure) -> HeldTrace? {
        if let trace = recentTraces.held(identity) { return trace }
        traceStatements.find.bind(1, identity.workspace)
        traceStatements.find.bind(2, identity.id.stored)
        let found = try traceStatements.find.first { (key: $0.integer(0), pieces: $0.integer(1)) }
        guard let found else { return nil }
        let trace = try HeldTrace(
            key: found.key, pieces: found.pieces,
            trace: SQLiteRows.trace(traceStatements.pieces, key: found.key, id: identity.id),
            in: workspace)
        traceStatements.executionsOf.bind(1, trace.key)
        try traceStatements.executionsOf.each { row in
            guard let id = ExecutionID(rawValue: row.text(1)) else { return }
            trace.executions[id] = row.integer(0)
        }
        recentTraces.put(trace, for: identity, bytes: trace.bytes)
        return trace
    }

    /// - Parameter key: Of a trace that may have gone meanwhile.
    func held(
        traceKey key: Int64, in workspace: Workspace
    ) throws(SQLiteFailure) -> HeldTrace? {
        guard let identity = try identity(ofTrace: key) else { return nil }
        return try held(identity, in: workspace)
    }

    func identity(ofTrace key: Int64) throws(SQLiteFailure) -> RecentTraces.Identity? {
        traceStatements.load.bind(1, key)
        return try traceStatements.load.first { (row) throws(SQLiteFailure) in
            RecentTraces.Identity(
                workspace: row.integer(0), id: try SQLiteRows.traceID(row, column: 1))
        }
    }

    /// The number of a piece takes 20 bits of its key; a trace that fills them stays as it is then.
    private func append(_ spans: [UInt8], to trace: HeldTrace) throws(SQLiteFailure) {
        guard trace.pieces < SQLiteRows.piecesPerExecution else { return }
        let put = traceStatements.putPiece
        put.bind(1, SQLiteRows.pieceKey(trace: trace.key, piece: trace.pieces))
        put.bind(2, spans)
        try put.run()
        trace.pieces += 1
    }

    // MARK: Executions

    /// Records what traces, and events of the same group, tell of an execution.
    ///
    /// - Parameter traces: Those of the group, by key.
    func record(
        _ retelling: Retelling, _ part: Part?, among traces: [Int64: HeldTrace],
        receivedAt: Instant, delta: inout RollUpDelta
    ) throws(SQLiteFailure) -> Change? {
        let (identity, workspace) = (retelling.identity, retelling.workspace)
        let held = try held(identity)
        var tracing = held?.tracing ?? Tracing(told: held?.state)
        let toldBefore = held?.tracing?.told
        if let part {
            if tracing.told?.merge(part.state) == nil { tracing.told = part.state }
        }
        for trace in retelling.tell { tracing.traces.insert(trace.key) }
        for trace in retelling.dropped { tracing.traces.remove(trace.key) }
        var trail = part?.trail ?? []
        let known = Set(trail.flatMap(\.digests))
        trail += retelling.trail.map { $0.without(known) }.filter { !$0.isEmpty }

        guard let state = try state(of: retelling, tracing, among: traces) else {
            guard let held else { return nil }
            for trace in retelling.dropped { try unlink(trace, from: held, identity.id) }
            return try vanish(held, identity, in: workspace, delta: &delta)
        }
        guard let held else {
            let change = try insert(
                state, as: identity, in: workspace, trail: trail, tracing: tracing,
                receivedAt: receivedAt, delta: &delta)
            if let held = try self.held(identity) {
                if let told = tracing.told { try put(told, of: held) }
                for trace in retelling.tell { try link(trace, to: held, identity.id) }
            }
            return change
        }
        if held.tracing == nil {
            traceStatements.markTraced.bind(1, held.key)
            try traceStatements.markTraced.run()
        }
        held.tracing = tracing
        if let told = tracing.told, told != toldBefore { try put(told, of: held) }
        for trace in retelling.tell { try link(trace, to: held, identity.id) }
        for trace in retelling.dropped { try unlink(trace, from: held, identity.id) }
        let old = OldRow(held)
        guard state != old.state else {
            try appendUnknown(trail, to: held, receivedAt: receivedAt)
            return nil
        }
        held.state = state
        return try update(
            held, as: identity, in: workspace, from: old, trail: trail, receivedAt: receivedAt,
            delta: &delta)
    }

    /// What is shown of an execution: what events told, joined with what each of its traces tells.
    ///
    /// - Returns: `nil` where nobody tells of it.
    private func state(
        of retelling: Retelling, _ tracing: Tracing, among traces: [Int64: HeldTrace]
    ) throws(SQLiteFailure) -> ExecutionState? {
        let id = retelling.identity.id
        var joined: ExecutionState?
        for key in tracing.traces.sorted() {
            // One of this group may hold what is not written yet.
            var trace = traces[key]
            if trace == nil { trace = try held(traceKey: key, in: retelling.workspace) }
            guard let told = trace?.state(of: id) else { continue }
            if joined?.merge(told) == nil { joined = told }
        }
        guard let told = tracing.told else { return joined }
        // A verdict on silence is about what others told.
        guard var joined else { return told.isInferred ? nil : told }
        joined.merge(told)
        return joined
    }

    /// Joins what events told of an execution, apart from what traces do, where any trace ever did.
    func tell(_ state: ExecutionState, to held: HeldExecution) throws(SQLiteFailure) {
        guard let tracing = held.tracing else { return }
        guard var told = tracing.told else { return try put(state, of: held) }
        if told.merge(state) { try put(told, of: held) }
    }

    func put(_ told: ExecutionState, of held: HeldExecution) throws(SQLiteFailure) {
        held.tracing?.told = told
        traceStatements.putTold.bind(1, held.key)
        traceStatements.putTold.bind(2, told.encoded())
        try traceStatements.putTold.run()
    }

    private func link(
        _ trace: HeldTrace, to held: HeldExecution, _ id: ExecutionID
    ) throws(SQLiteFailure) {
        if trace.executions.updateValue(held.key, forKey: id) == held.key { return }
        traceStatements.link.bind(1, trace.key)
        traceStatements.link.bind(2, held.key)
        try traceStatements.link.run()
    }

    private func unlink(
        _ trace: HeldTrace, from held: HeldExecution, _ id: ExecutionID
    ) throws(SQLiteFailure) {
        trace.executions[id] = nil
        traceStatements.unlink.bind(1, trace.key)
        traceStatements.unlink.bind(2, held.key)
        try traceStatements.unlink.run()
    }

    /// Removes an execution of which nothing tells any more, as though it had never been.
    private func vanish(
        _ held: HeldExecution, _ identity: RecentExecutions.Identity, in workspace: Workspace,
        delta: inout RollUpDelta
    ) throws(SQLiteFailure) -> Change {
        let counted = Contribution(of: held.state, prices: prices)
        _ = try remove(held.key) { _ in true }
        delta.replace(counted, with: nil, in: workspace)
        return Change(
            workspace: workspace, id: identity.id, revision: held.revision &+ 1,
            before: held.state, state: nil, from: counted, to: nil)
    }
}
