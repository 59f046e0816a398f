import StintModel

/// Which spans of a run are its steps: model calls, tools, retrievals and agents within it. What
/// frameworks put between them is not.
struct TraceSteps {
    /// In order of start.
    private(set) var indices: [Int] = []
    /// For each step that is within another one, the one around it.
    private(set) var around: [Int: Int] = [:]
    /// What model calls within a model call say: the same call, told by a second instrumentation.
    private(set) var retold: [Int: TraceSpan] = [:]

    init(of run: TracedRun, mains: [Int], in assembly: TraceAssembly) {
        let spans = assembly.spans
        let names = Set(mains.map { Spelling(spans[$0].agent ?? spans[$0].name) })
        let mains = Set(mains)
        // The step that each member is, or is within.
        var nearest: [Int: Int] = [:]
        for index in run.members where index != run.head {
            let parent = assembly.tree.parents[index]
            let outer = parent >= 0 ? nearest[parent] : nil
            let span = spans[index]
            let isStep: Bool
            switch span.role {
            case .model:
                if let outer, spans[outer].role == .model {
                    retold[outer] = retold[outer] ?? span
                    nearest[index] = outer
                    continue
                }
                isStep = true
            case .tool, .retrieval, .embedding:
                isStep = true
            case .agent, .workflow:
                let run = assembly.enclosing[index]
                let isWithin = run >= 0 && (spans[run].isNamedRun || mains.contains(run))
                isStep =
                    mains.contains(index)
                    ? names.count > 1
                    : Self.isAgent(
                        span, within: isWithin ? spans[run] : nil,
                        directly: run >= 0 && nearest[run] == outer)
            case .plumbing, .chain:
                isStep = false
            }
            nearest[index] = isStep ? index : outer
            if !isStep { continue }
            indices.append(index)
            if let outer { around[index] = outer }
        }
        indices.sort(by: assembly.isEarlier)
    }

    /// Whether a run within a run is an agent of its own. Frameworks tell one run in several spans, one
    /// directly within the other (`invoke_agent X` around `X.workflow`); have runs without a name, which
    /// count within an agent alone; and call a node of a graph an agent, by that very name.
    private static func isAgent(
        _ span: TraceSpan, within outer: TraceSpan?, directly: Bool
    ) -> Bool {
        if span.agent == nil, outer == nil || span.role != .agent || span.name == "agent" {
            return false
        }
        guard directly, let outer else { return true }
        return !(outer.agent ?? outer.name).isSpelled(like: span.agent ?? span.name)
    }
}
