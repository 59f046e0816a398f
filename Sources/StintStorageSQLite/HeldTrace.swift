import StintModel
import StintStorage
import StintTraces

/// A row of the table `trace` with its spans, decoded. It stays on the writer's thread.
final class HeldTrace {
    let key: Int64
    var pieces: Int64
    private(set) var trace: Trace
    /// What the spans tell of executions, each once, by id.
    private(set) var told: [Recording]
    /// That before it is folded, once the trace has grown.
    private var telling: TraceTelling?
    /// Those of them that are kept: their keys.
    var executions: [ExecutionID: Int64] = [:]

    /// One of which nothing is kept yet.
    init(key: Int64, _ recording: TraceRecording) {
        self.key = key
        pieces = 0
        trace = recording.trace
        told = recording.told
    }

    init(key: Int64, pieces: Int64, trace: Trace, in workspace: Workspace) {
        self.key = key
        self.pieces = pieces
        self.trace = trace
        told = trace.recordings(in: workspace)
    }

    /// What the trace tells of one execution, beside before.
    struct Change {
        let id: ExecutionID
        /// Whether it told of it before.
        let wasTold: Bool
        let isChanged: Bool
        /// The events that were not told before.
        let trail: TrailChunk
    }

    /// Everything, as it is told for the first time.
    var changes: [Change] {
        told.map { Change(id: $0.id, wasTold: false, isChanged: true, trail: $0.trail) }
    }

    /// Adds what is new of a request's spans. What was told already is not folded again.
    ///
    /// - Returns: That, none where the trace stays as it is; of all executions it tells of how they
    ///   changed; and of whom it tells no longer.
    func merge(
        _ recording: TraceRecording
    ) -> (fresh: [TraceSpan], changes: [Change], dropped: [ExecutionID]) {
        let fresh = recording.spans.filter { !holds($0) }
        if fresh.isEmpty { return ([], [], []) }
        let old = telling ?? trace.telling()
        guard trace.merge(fresh) else { return ([], [], []) }
        let new = trace.telling()
        telling = new
        var before: [ExecutionID: Recording] = [:]
        for recording in told { before[recording.id] = recording }
        // Each is grown in place.
        told = []
        var changes: [Change] = []
        for (id, change) in zip(new.ids, new.changes(since: old, fresh: fresh)) {
            let known = before.removeValue(forKey: id)
            switch change {
            case .none:
                guard let known else { continue }
                told.append(known)
                changes.append(
                    Change(id: id, wasTold: true, isChanged: false, trail: TrailChunk()))
            case .more(let events):
                guard var grown = known else { continue }
                var trail = TrailChunk()
                for event in events {
                    grown.append(event)
                    trail.append(event)
                }
                told.append(grown)
                changes.append(Change(id: id, wasTold: true, isChanged: true, trail: trail))
            case .whole(let events):
                guard
                    let whole = Recording(
                        workspace: recording.workspace, id: id, events: events, isCut: new.isCut)
                else { continue }
                told.append(whole)
                let trail = known.map { whole.trail.without(Set($0.trail.digests)) } ?? whole.trail
                changes.append(
                    Change(
                        id: id, wasTold: known != nil,
                        isChanged: !trail.isEmpty || known?.state != whole.state, trail: trail))
            }
        }
        return (fresh, changes, Array(before.keys))
    }

    private func holds(_ span: TraceSpan) -> Bool {
        var (low, high) = (0, trace.spans.count)
        while low < high {
            let middle = (low + high) / 2
            if trace.spans[middle].id < span.id { low = middle + 1 } else { high = middle }
        }
        return low < trace.spans.count && trace.spans[low] == span
    }

    /// What it says of one execution.
    func state(of id: ExecutionID) -> ExecutionState? { told.first { $0.id == id }?.state }

    /// Whether it is likely to belong to an execution that has not been told of yet.
    var holdsWork: Bool { trace.spans.contains { $0.role == .model || $0.role == .tool } }

    /// What stands in the column `undecided`.
    func undecided(_ isDecided: Bool) -> Int64? { isDecided ? nil : holdsWork ? 1 : 0 }

    /// About what it takes in memory.
    var bytes: Int { 1_024 + trace.spans.count * 1_664 }
}

/// What the traces of a group tell otherwise of one execution than before.
struct Retelling {
    let identity: RecentExecutions.Identity
    let workspace: Workspace
    /// The traces that changed and tell of it.
    var tell: [HeldTrace] = []
    /// Those that do no longer.
    var dropped: [HeldTrace] = []
    /// Their events that were not told before.
    var trail: [TrailChunk] = []
}

/// Of each execution one, in the order in which they were first told of.
struct Retellings {
    /// The traces that changed, by key.
    var traces: [Int64: HeldTrace] = [:]
    private var all: [Retelling?] = []
    private var places: [RecentExecutions.Identity: Int] = [:]

    /// Those that were not taken.
    var rest: [Retelling] { all.compactMap(\.self) }

    mutating func take(_ identity: RecentExecutions.Identity) -> Retelling? {
        guard let place = places[identity] else { return nil }
        defer { all[place] = nil }
        return all[place]
    }

    mutating func change(
        _ identity: RecentExecutions.Identity, in workspace: Workspace,
        _ change: (inout Retelling) -> Void
    ) {
        let place = places[identity] ?? all.count
        if place == all.count {
            places[identity] = place
            all.append(Retelling(identity: identity, workspace: workspace))
        }
        if var retelling = all[place] {
            change(&retelling)
            all[place] = retelling
        }
    }
}
