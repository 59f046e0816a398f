import StintModel

/// What the spans of one run tell: whose run it is, from when until when, and how it ended.
struct RunTelling {
    let assembly: TraceAssembly
    let run: TracedRun
    /// The spans of the agent that does the work: the outermost run where that names an agent, else the
    /// topmost below it that do. Empty while the outermost run is still to come.
    let mains: [Int]
    /// The outermost run and what is above it, or is it in all but name; the innermost first. What they
    /// say is said of the execution.
    let heads: [Int]
    /// The members that are steps, and of each the step around it.
    let steps: TraceSteps

    var spans: [TraceSpan] { assembly.spans }

    init(_ run: TracedRun, of assembly: TraceAssembly) {
        self.run = run
        self.assembly = assembly
        guard let head = run.head else {
            mains = []
            heads = []
            steps = TraceSteps(of: run, mains: [], in: assembly)
            return
        }
        let mains = Self.mains(below: head, run, assembly)
        self.mains = mains
        var heads = mains.count == 1 && mains[0] != head ? [mains[0], head] : [head]
        var above = assembly.tree.parents[head]
        while run.isAlone, above >= 0 {
            heads.append(above)
            above = assembly.tree.parents[above]
        }
        self.heads = heads
        steps = TraceSteps(of: run, mains: mains, in: assembly)
    }

    /// A run without a name is a wrapper around agents (OpenAI Agents' and CrewAI's outermost spans): whose
    /// run it is, and whether it failed, is told by those.
    private static func mains(
        below head: Int, _ run: TracedRun, _ assembly: TraceAssembly
    ) -> [Int] {
        let spans = assembly.spans
        if spans[head].isNamedRun { return [head] }
        // Through which only wrappers and plumbing lead up to the head.
        var isClear = [Int: Bool]()
        var named: [Int] = []
        var nameless: [Int] = []
        for index in run.members {
            let parent = assembly.tree.parents[index]
            guard index == head || (parent >= 0 && isClear[parent] == true) else { continue }
            let span = spans[index]
            isClear[index] = !span.isNamedRun && !span.isStepAlways
            if span.isNamedRun { named.append(index) }
            if span.role == .agent, index != head, assembly.enclosing[index] == head {
                nameless.append(index)
            }
        }
        if !named.isEmpty { return named }
        return spans[head].role == .chain && !nameless.isEmpty ? nameless : [head]
    }

    // MARK: What it says

    /// Its trace's id, with the outermost span's where the trace is of several; or what a span says.
    var id: ExecutionID {
        if let told = word(\.execution) { return told }
        let suffix = run.isAlone ? "" : ":" + (run.head.map { spans[$0].id.text } ?? "")
        guard let id = ExecutionID(rawValue: assembly.trace.text + suffix) else {
            preconditionFailure("Hex of a trace and a span is short enough for an id.")
        }
        return id
    }

    /// Of a trace whose outermost span is still to come, what its model calls and tools say.
    var agent: String? {
        if let main = mains.min(by: assembly.isEarlier).map({ spans[$0] }) {
            return main.agent ?? main.workflow ?? (main.name.isEmpty ? service : main.name)
        }
        return earliest { $0.isNamedRun ? nil : $0.agent } ?? earliest { $0.agent } ?? service
    }

    /// The span that bounds it: the outermost known above the run, where that has the trace to itself.
    var bound: Int? { run.isAlone ? heads.last : run.head }

    var start: Instant? {
        if let bound { return spans[bound].start }
        return run.members.lazy.filter { spans[$0].role != .plumbing }.map { spans[$0].start }.min()
    }

    /// Where the outermost span and the run itself both have ended; else `nil`.
    var end: Instant? {
        guard let head = run.head, let bound, let own = spans[head].end,
            let outer = spans[bound].end
        else { return nil }
        return max(own, outer)
    }

    /// The span whose failure is the execution's: the run's own, else that of the agent last to end
    /// where the run is a wrapper, else that of what is above it. `nil` where it succeeded.
    var failed: Int? {
        guard let head = run.head, let bound else { return nil }
        if spans[head].hasFailed { return head }
        let last = mains.max { left, right in
            (spans[left].end ?? spans[left].start, spans[left].id)
                < (spans[right].end ?? spans[right].start, spans[right].id)
        }
        if let last, spans[last].hasFailed { return last }
        return spans[bound].hasFailed ? bound : nil
    }

    var service: String? { word(\.service) }

    /// What the heads say, else the earliest member that says anything.
    func word<Word>(_ word: (TraceSpan) -> Word?) -> Word? {
        for head in heads {
            if let told = word(spans[head]) { return told }
        }
        return earliest(word)
    }

    func earliest<Word>(_ word: (TraceSpan) -> Word?) -> Word? {
        // A span is large: none is copied to be asked.
        spans.withUnsafeBufferPointer { spans in
            var found: (index: Int, word: Word)?
            for index in run.members {
                guard let told = word(spans[index]) else { continue }
                if let found, assembly.isEarlier(found.index, index) { continue }
                found = (index, told)
            }
            return found?.word
        }
    }
}

extension TraceSpan {
    /// A run that says which agent it is.
    var isNamedRun: Bool { (role == .agent || role == .workflow) && agent != nil }

    /// A step wherever it stands.
    var isStepAlways: Bool {
        switch role {
        case .model, .tool, .retrieval, .embedding: true
        case .plumbing, .agent, .workflow, .chain: false
        }
    }
}
