import StintMetrics
import StintModel
import StintStorage
import StintTraces
import Testing

/// What was said of executions of the workspace `default` so far, and what must be held of it: a
/// second, independent definition of what a store makes of traces and events.
struct TracedRecord {
    private var spans: [TraceID: [TraceSpan]] = [:]
    private var told: [ExecutionID: ExecutionState] = [:]
    /// What must not come back.
    var erased: Set<ExecutionID> = []

    mutating func add(_ group: RecordingGroup) {
        for recording in group.recordings {
            if told[recording.id]?.merge(recording.state) == nil {
                told[recording.id] = recording.state
            }
        }
        for recording in group.traces { spans[recording.id, default: []] += recording.spans }
    }

    /// By id: what events told, joined with what each trace tells now.
    var executions: [ExecutionID: ExecutionState] {
        var executions = told
        for (id, spans) in spans {
            for told in Trace(id: id, spans: spans).recordings(in: .default) {
                if executions[told.id]?.merge(told.state) == nil {
                    executions[told.id] = told.state
                }
            }
        }
        return executions.filter { !erased.contains($0.key) }
    }

    /// How many traces tell of nobody.
    var undecided: Int {
        spans.count { Trace(id: $0, spans: $1).recordings(in: .default).isEmpty }
    }

    /// Records a group here and in a store, and holds what the store says changed against what did.
    ///
    /// - Returns: How many executions are gone by it.
    mutating func record(
        _ group: RecordingGroup, in store: any ExecutionStore,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Int {
        let before = executions
        add(group)
        let after = executions
        let changes = try await store.record(group)
        let changed = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
        #expect(Set(changes.map(\.id)) == changed, sourceLocation: sourceLocation)
        #expect(changes.count == changed.count, sourceLocation: sourceLocation)
        for change in changes {
            #expect(change.before == before[change.id], sourceLocation: sourceLocation)
            #expect(change.state == after[change.id], sourceLocation: sourceLocation)
        }
        return changes.count { $0.state == nil }
    }

    /// Expects a store to hold this and nothing else, roll-ups included.
    func expect(
        in store: any ExecutionStore, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let due = executions
        let all = try await ExecutionStoreContract.all(
            ExecutionQuery(workspace: .default), in: store, limit: 100)
        #expect(
            Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0.state) }) == due,
            sourceLocation: sourceLocation)
        try await ExecutionStoreContract.expectRollUps(
            ofStates: Array(due.values), in: store, sourceLocation: sourceLocation)
        try await ExecutionStoreContract.expectBalance(store, sourceLocation: sourceLocation)
    }
}
