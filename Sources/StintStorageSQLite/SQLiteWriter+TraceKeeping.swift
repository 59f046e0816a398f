import StintModel
import StintStorage
import StintTraces

// How traces go: with the last of their executions, or when they told of none for long enough.

extension SQLiteWriter {
    /// Removes a portion of the traces that waited for long enough.
    func expireUndecided(_ expiry: Expiry) throws(StoreError) -> Int {
        try transaction { () throws(SQLiteFailure) in
            let work = TimeSpan(microseconds: expiry.undecided.microseconds * 4)
            let (now, limit) = (expiry.now, expiry.limit)
            let removed = try removeUndecided(0, before: now - expiry.undecided, limit: limit)
            return try removed + removeUndecided(1, before: now - work, limit: limit - removed)
        }
    }

    /// - Parameter sort: What stands in the column `undecided`.
    func removeUndecided(
        _ sort: Int64, before time: Instant, limit: Int
    ) throws(SQLiteFailure) -> Int {
        var keys: [Int64] = []
        let list = traceStatements.undecided
        list.bind(1, sort)
        list.bind(2, time)
        list.bind(3, Int64(limit))
        try list.each { keys.append($0.integer(0)) }
        for key in keys { try removeTrace(key) }
        return keys.count
    }

    /// Removes what is known of who told of an execution, which goes itself.
    ///
    /// A trace that tells of others too stays with them; it does not tell of this one again.
    func removeTracing(of execution: Int64) throws(SQLiteFailure) {
        for trace in try traces(of: execution) {
            traceStatements.unlink.bind(1, trace)
            traceStatements.unlink.bind(2, execution)
            try traceStatements.unlink.run()
            traceStatements.executionsOf.bind(1, trace)
            if try traceStatements.executionsOf.first({ $0.integer(0) }) == nil {
                try removeTrace(trace)
            } else if let identity = try identity(ofTrace: trace) {
                recentTraces.forget(identity)
            }
        }
        traceStatements.removeTold.bind(1, execution)
        try traceStatements.removeTold.run()
    }

    /// Removes the traces that tell of an execution which is to be erased. What they told of others
    /// stays with those, as though events had.
    ///
    /// - Returns: The names under which more of them must not be recorded.
    func releaseTraces(
        of execution: Int64, in workspace: Workspace
    ) throws(SQLiteFailure) -> [ExecutionID] {
        var names: [ExecutionID] = []
        for key in try traces(of: execution) {
            guard let trace = try held(traceKey: key, in: workspace) else { continue }
            let number = try self.key(ofWorkspace: workspace)
            for (id, other) in trace.executions where other != execution {
                let identity = RecentExecutions.Identity(workspace: number, id: id)
                guard let held = try held(identity) else { continue }
                if let state = trace.state(of: id) { try tell(state, to: held) }
                held.tracing?.traces.remove(key)
                traceStatements.unlink.bind(1, key)
                traceStatements.unlink.bind(2, other)
                try traceStatements.unlink.run()
            }
            if let name = ExecutionID(rawValue: trace.trace.id.text) { names.append(name) }
            traceStatements.unlink.bind(1, key)
            traceStatements.unlink.bind(2, execution)
            try traceStatements.unlink.run()
            try removeTrace(key)
        }
        return names
    }

    private func traces(of execution: Int64) throws(SQLiteFailure) -> [Int64] {
        var keys: [Int64] = []
        traceStatements.tracesOf.bind(1, execution)
        try traceStatements.tracesOf.each { keys.append($0.integer(0)) }
        return keys
    }

    private func removeTrace(_ key: Int64) throws(SQLiteFailure) {
        if let identity = try identity(ofTrace: key) { recentTraces.forget(identity) }
        traceStatements.remove.bind(1, key)
        try traceStatements.remove.run()
        traceStatements.removePieces.bind(1, SQLiteRows.pieceKey(trace: key, piece: 0))
        traceStatements.removePieces.bind(2, SQLiteRows.pieceKey(trace: key &+ 1, piece: 0))
        try traceStatements.removePieces.run()
    }
}
