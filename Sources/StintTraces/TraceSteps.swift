import StintModel

/// Which spans of a run are its steps: model calls, tools, retrievals and agents within it. What
/// frameworks put between them is not.
struct TraceSteps {
    /// In order of start.
    private(set) var indices: [Int] = []
    /// For each span of the trace whether it is a step of this run.
    private(set) var isStep: [Bool]
    /// For each step, the one around it; -1 where there is none.
    private(set) var around: [Int]
    /// For each model call that has another one within: the same call, told by a second
    /// instrumentation.
    private(set) var retold: [Int: Int] = [:]

    init(of run: TracedRun, mains: [Int], in assembly: TraceAssembly) {
        let spans = assembly.spans
        let names = Set(mains.map { Spelling(spans[$0].agent ?? spans[$0].name) })
        let mains = Set(mains)
        isStep = [Bool](repeating: false, count: spans.count)
        around = [Int](repeating: -1, count: spans.count)
        // The step that each member is, or is within; -1 where there is none.
        var nearest = around
        for index in run.members where index != run.head {
            let parent = assembly.tree.parents[index]
            let outer = parent >= 0 ? nearest[parent] : -1
            switch spans[index].role {
            case .model:
                if outer >= 0, spans[outer].role == .model {
                    retold[outer] = retold[outer] ?? index
                    nearest[index] = outer
                    continue
                }
                isStep[index] = true
            case .tool, .retrieval, .embedding:
                isStep[index] = true
            case .agent, .workflow:
                let run = assembly.enclosing[index]
                let isWithin = run >= 0 && (spans[run].isNamedRun || mains.contains(run))
                isStep[index] =
                    mains.contains(index)
                    ? names.count > 1
                    : Self.isAgent(
                        spans[index], within: isWithin ? spans[run] : nil,
                        directly: run >= 0 && nearest[run] == outer)
            case .plumbing, .chain:
                break
            }
            nearest[index] = isStep[index] ? index : outer
            if !isStep[index] { continue }
            indices.append(index)
            around[index] = outer
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
