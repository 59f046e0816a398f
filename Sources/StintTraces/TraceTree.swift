import StintModel

/// The spans of a trace, each under its parent, as far as those are known: a forest.
struct TraceTree {
    /// In order of id. Starts that were told ahead stand for spans that have not come, as open ones;
    /// those of spans that have are left out.
    let spans: [TraceSpan]
    /// The index of the parent; -1 where it has none, or none that is known.
    private(set) var parents: [Int]
    /// All indices, parents before children.
    private(set) var order: [Int] = []

    init(_ trace: Trace) {
        spans = Self.known(trace.spans)
        parents = spans.map { _ in -1 }
        for (index, span) in spans.enumerated() {
            guard let parent = span.parent else { continue }
            let place = Self.position(of: parent, in: spans)
            if place < spans.count, spans[place].id == parent { parents[index] = place }
        }
        order.reserveCapacity(spans.count)
        var visits = [Visit](repeating: .none, count: spans.count)
        for index in spans.indices { appendWithParents(index, &visits) }
    }

    private enum Visit { case none, begun, done }

    /// Spans that are one another's parents, which no honest program sends, are cut apart where the
    /// walk from the smallest id closes.
    private mutating func appendWithParents(_ index: Int, _ visits: inout [Visit]) {
        var path: [Int] = []
        var next = index
        while next >= 0, visits[next] == .none {
            visits[next] = .begun
            path.append(next)
            next = parents[next]
        }
        if next >= 0, visits[next] == .begun, let last = path.last { parents[last] = -1 }
        for step in path.reversed() {
            visits[step] = .done
            order.append(step)
        }
    }

    private static func known(_ told: [TraceSpan]) -> [TraceSpan] {
        guard told.contains(where: { $0.announces != nil }) else { return told }
        var spans = told.filter { $0.announces == nil }
        let ended = spans
        var announced: [SpanID: TraceSpan] = [:]
        for marker in told {
            guard let id = marker.announces else { continue }
            let place = position(of: id, in: ended)
            if place < ended.count, ended[place].id == id { continue }
            var span = marker
            span.id = id
            span.announces = nil
            span.end = nil
            if let other = announced[id], !span.outranks(other) { continue }
            announced[id] = span
        }
        spans += announced.values
        spans.sort { $0.id < $1.id }
        return spans
    }

    /// Where the id stands, or would.
    private static func position(of id: SpanID, in spans: [TraceSpan]) -> Int {
        var low = 0
        var high = spans.count
        while low < high {
            let middle = (low + high) / 2
            if spans[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
