import StintModel

/// Which executions the spans of a trace tell of, and which spans belong to each.
///
/// A *run* is a span of an agent or workflow, or a chain above one. The outermost runs, those with no
/// run above, are the executions. Everything here is a pure function of the set of spans.
struct TraceAssembly {
    let trace: TraceID
    let isCut: Bool
    let tree: TraceTree
    /// For each span, the nearest run above it; -1 where there is none.
    private(set) var enclosing: [Int]
    private var isRun: [Bool]
    /// For each span, the topmost span above it that is known.
    private var tops: [Int]

    var spans: [TraceSpan] { tree.spans }

    init(_ trace: Trace) {
        self.trace = trace.id
        isCut = trace.isCut
        tree = TraceTree(trace)
        let count = tree.spans.count
        isRun = tree.spans.map { $0.role == .agent || $0.role == .workflow }
        var isAboveRun = isRun
        for index in tree.order.reversed() where isAboveRun[index] {
            if tree.spans[index].role == .chain { isRun[index] = true }
            if tree.parents[index] >= 0 { isAboveRun[tree.parents[index]] = true }
        }
        enclosing = [Int](repeating: -1, count: count)
        tops = Array(0..<count)
        for index in tree.order {
            let parent = tree.parents[index]
            if parent < 0 { continue }
            enclosing[index] = isRun[parent] ? parent : enclosing[parent]
            tops[index] = tops[parent]
        }
    }

    /// How the top of a tree hangs in the trace.
    private enum Place {
        /// It is the root of the whole.
        case root
        /// Its parent is in another process, and may never be heard of.
        case remote
        /// Its parent is still to come.
        case orphan
    }

    func runs() -> [TracedRun] {
        let tops = tree.order.filter { tree.parents[$0] < 0 }
        let outermost = tree.order.filter { isRun[$0] && enclosing[$0] < 0 }
        let places = places(of: tops, outermost)
        let ofRoots = outermost.filter { places[self.tops[$0]] == .root }
        if ofRoots.isEmpty, isUnfinished(tops, places) {
            return [TracedRun(head: nil, isAlone: true, members: tree.order)]
        }
        let heads = ofRoots.isEmpty ? outermost : ofRoots
        if heads.count < 2 {
            return heads.map { TracedRun(head: $0, isAlone: true, members: tree.order) }
        }
        return divided(among: heads.sorted { isEarlier($0, $1) }, places)
    }

    /// By the index of the top; `nil` of what is none.
    private func places(of tops: [Int], _ outermost: [Int]) -> [Place?] {
        let withRuns = Set(outermost.map { self.tops[$0] })
        var places = [Place?](repeating: nil, count: spans.count)
        for top in tops {
            let span = spans[top]
            switch span.parentage {
            case .none: places[top] = .root
            case .here: places[top] = .orphan
            case .elsewhere: places[top] = .remote
            // A run that ended is taken at its word; what else hangs below nothing, does not.
            case .unsaid:
                places[top] = span.end != nil && withRuns.contains(top) ? .remote : .orphan
            }
        }
        // A start told without a word on the parent: the first of them begins the trace.
        let starts = tops.filter { spans[$0].parentage == .unsaid && spans[$0].parent == nil }
        if !places.contains(.root), let first = starts.min(by: isEarlier) { places[first] = .root }
        return places
    }

    /// Whether spans of a run have come before the span around them: a model call or a step whose
    /// parent is still to come, in a trace whose root has not ended either.
    private func isUnfinished(_ tops: [Int], _ places: [Place?]) -> Bool {
        if tops.contains(where: { places[$0] == .root && spans[$0].end != nil }) { return false }
        return spans.indices.contains { index in
            let role = spans[index].role
            return role != .plumbing && role != .chain && places[self.tops[index]] == .orphan
        }
    }

    /// Each run has what is below it. Of what hangs below nothing known, each has what began after
    /// it and before the next.
    private func divided(among heads: [Int], _ places: [Place?]) -> [TracedRun] {
        var runs = heads.map { TracedRun(head: $0, isAlone: false, members: []) }
        var owners = [Int](repeating: -1, count: spans.count)
        for (number, head) in heads.enumerated() { owners[head] = number }
        for index in tree.order {
            let parent = tree.parents[index]
            if owners[index] < 0, parent >= 0 {
                owners[index] = owners[parent]
            } else if owners[index] < 0, places[index] != .root {
                owners[index] = max(heads.partitioningIndex { isEarlier(index, $0) } - 1, 0)
            }
            if owners[index] >= 0 { runs[owners[index]].members.append(index) }
        }
        return runs
    }

    func isEarlier(_ left: Int, _ right: Int) -> Bool {
        (spans[left].start, spans[left].id) < (spans[right].start, spans[right].id)
    }
}

/// One execution: the run it is, and the spans that belong to it.
struct TracedRun {
    /// The outermost run; `nil` while it is still to come.
    let head: Int?
    /// Whether no other run of the trace is an execution of its own.
    let isAlone: Bool
    /// Parents before children.
    var members: [Int]
}

extension [Int] {
    /// The first index whose element holds, of elements of which none holds before one that does not.
    fileprivate func partitioningIndex(where holds: (Int) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
