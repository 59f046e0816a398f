import StintModel

extension RunTelling {
    /// Its start, with all that is said of it.
    func started(as id: ExecutionID) -> Event? {
        guard let start else { return nil }
        var started = Event(.executionStarted, execution: id, at: start)
        started.facts = facts
        started.attributes = attributes(of: id)
        return started
    }

    /// Its finish; `nil` where it has not ended.
    func finished(as id: ExecutionID) -> Event? {
        guard let end else { return nil }
        var finished = Event(.executionFinished, execution: id, at: end)
        finished.outcome = outcome
        finished.failure = failed.flatMap { spans[$0].failure }
        return finished
    }

    private var outcome: Outcome {
        guard let failed else { return .succeeded }
        return spans[failed].status == .timedOut ? .timedOut : .failed
    }

    // MARK: The execution

    private var facts: [Fact] {
        var facts = [Fact(.source, .string("otlp"))]
        if let agent { facts.append(Fact(.agent, .string(agent))) }
        for name in [FactName.user, .environment] {
            if let value = fact(name) { facts.append(Fact(name, value)) }
        }
        return facts
    }

    private func fact(_ name: FactName) -> Scalar? {
        word { span in span.facts.first { $0.name == name }?.value }
    }

    /// What was understood of the spans, before what the heads say in words of their own, the innermost
    /// first; each key once.
    private func attributes(of id: ExecutionID) -> [Attribute] {
        var attributes: [Attribute] = []
        var keys: Set<Spelling> = []
        func append(_ attribute: Attribute) {
            if keys.insert(Spelling(attribute.key)).inserted { attributes.append(attribute) }
        }
        func append(_ key: String, _ text: String?) {
            if let text { append(Attribute(key, .string(text))) }
        }
        append("service", service)
        append("workflow", workflow)
        append("model", model)
        append("requestModel", word(\.requestModel))
        let trace = assembly.trace.text
        if !id.rawValue.isSpelled(like: trace) { append("traceId", trace) }
        for head in heads { spans[head].attributes.forEach(append) }
        for key in ["conversation", "provider"] where !keys.contains(Spelling(key)) {
            let told = earliest { span in
                span.attributes.first { $0.key.isSpelled(like: key) }
            }
            if let told { append(told) }
        }
        return attributes
    }

    /// What the run is part of: the wrapper around the agents, by its name where it says no other.
    private var workflow: String? {
        if let told = heads.lazy.compactMap({ spans[$0].workflow }).first { return told }
        guard let head = run.head, !mains.contains(head), !spans[head].name.isEmpty else {
            return nil
        }
        return spans[head].name
    }

    /// The model that answered, where all that answered were the same.
    private var model: String? {
        var found: String?
        for index in steps.indices where spans[index].role == .model {
            guard let model = spans[index].model ?? steps.retold[index].flatMap({ spans[$0].model })
            else { continue }
            if let found, !found.isSpelled(like: model) { return nil }
            found = model
        }
        return found
    }

    // MARK: Its steps

    /// A function of the step's span, what the call within it says, the id of the step around it and the
    /// execution's, and of nothing else: ``TraceTelling`` rests on it.
    func append(step index: Int, of id: ExecutionID, to events: inout [Event]) {
        let span = spans[index]
        let retold = steps.retold[index].map { spans[$0] }
        let key = span.id.text
        var started = Event(.stepStarted, execution: id, at: span.start)
        started.step = key
        started.facts = [Fact(.kind, .string(span.role.kind))]
        if !span.name.isEmpty { started.facts.append(Fact(.name, .string(span.name))) }
        if steps.around[index] >= 0 {
            started.facts.append(
                Fact(.parent, .string(spans[steps.around[index]].id.text)))
        }
        started.attributes = span.attributes
        if let model = span.requestModel {
            started.attributes.append(Attribute("requestModel", .string(model)))
        }
        events.append(started)
        guard let end = span.end else { return }
        if span.role == .model || span.role == .embedding {
            events.append(call(span, retold: retold, key: key, until: end, of: id))
        }
        var finished = Event(.stepFinished, execution: id, at: end)
        finished.step = key
        finished.outcome = span.hasFailed ? .failed : .succeeded
        finished.failure = span.hasFailed ? span.failure : nil
        events.append(finished)
    }

    private func call(
        _ span: TraceSpan, retold: TraceSpan?, key: String, until end: Instant, of id: ExecutionID
    ) -> Event {
        var called = Event(.modelCalled, execution: id, at: end)
        called.step = key
        called.tokens = span.tokens ?? retold?.tokens
        called.call = ModelCall(
            id: key,
            model: span.model ?? retold?.model ?? span.requestModel ?? retold?.requestModel,
            latency: max(end.since(span.start), .zero),
            costNanos: span.costNanos ?? retold?.costNanos)
        return called
    }
}

extension TraceSpan.Role {
    /// The sort of step, in the word of the interface.
    fileprivate var kind: String {
        switch self {
        case .model: "model"
        case .tool: "tool"
        case .retrieval: "retrieval"
        case .embedding: "embedding"
        case .agent, .workflow: "agent"
        case .plumbing, .chain: "step"
        }
    }
}
