import StintModel
import StintTraces
import Testing

/// Which executions a set of spans tells of.
@Suite struct TraceAssemblyTests {
    @Test func `an agent's run is the execution of its trace`() {
        let shown = executions(
            agent(1, named: "Order"), span(2, below: 1, .here, .model, "chat", from: 1, to: 2))
        #expect(shown.map(\.id.rawValue) == [alone])
        #expect(shown[0].status == .succeeded)
        #expect(shown[0][.agent] == .string("Order"))
        #expect(shown[0].steps.map(\.name) == ["chat"])
    }

    @Test func `neither web requests nor lone model calls are executions`() {
        #expect(executions(span(1), span(2, below: 1, .here, .model)).isEmpty)
        #expect(executions(span(1, nil, .model)).isEmpty)
        #expect(executions(span(1, below: 9, .elsewhere, .model)).isEmpty)
        #expect(executions(span(1, below: 9, .here)).isEmpty)
        #expect(executions(span(1, nil, .chain)).isEmpty)
    }

    @Test func `a model call whose parent is still to come shows that something runs`() {
        let shown = executions(span(2, below: 1, .here, .model, "chat", from: 3, to: 4))
        #expect(shown.map(\.status) == [.running])
        #expect(shown[0].startedAt == Instant(microseconds: 3_000_000))
    }

    @Test func `an agent whose parent in the same process is still to come has not ended`() {
        let shown = executions(agent(2, below: 1, .here, named: "Inner"))
        #expect(shown.map(\.status) == [.running])
        #expect(shown[0].steps.map(\.status) == [.succeeded])
    }

    @Test func `an agent below another process's span, or nobody knows whose, has ended`() {
        for parentage in [TraceSpan.Parentage.elsewhere, .unsaid] {
            let shown = executions(agent(2, below: 1, parentage, named: "Order"))
            #expect(shown.map(\.status) == [.succeeded])
        }
    }

    @Test func `agents with nothing above them are executions of their own`() {
        let shown = executions(
            span(1), agent(2, below: 1, .here, named: "A"), agent(3, below: 1, .here, named: "B"),
            span(4, below: 3, .here, .tool, "t"))
        #expect(
            shown.map(\.id.rawValue) == ["\(alone):0000000000000002", "\(alone):0000000000000003"])
        #expect(shown.map { $0.steps.count } == [0, 1])
    }

    @Test func `a chain is a run where it stands above an agent`() {
        let shown = executions(
            span(1, nil, .chain, "crew"), agent(2, below: 1, .here, named: "A"),
            agent(3, below: 1, .here, named: "B", from: 5))
        #expect(shown.map(\.id.rawValue) == [alone])
        #expect(shown[0][.agent] == .string("A"))
        #expect(shown[0].steps.map(\.name) == ["A", "B"])
    }

    @Test func `a wrapper that says all is well is overruled by its agent that failed last`() {
        let wrapper = agent(1, named: nil)
        let failed = agent(2, below: 1, .here, named: "A", to: 5, status: .error)
        #expect(executions(wrapper, failed).map(\.status) == [.failed])
        let again = agent(3, below: 1, .here, named: "A", from: 6, to: 9)
        #expect(executions(wrapper, failed, again).map(\.status) == [.succeeded])
    }

    @Test func `an agent that survives a failing agent within it succeeds`() {
        let shown = executions(
            agent(1, named: "Chief"), agent(2, below: 1, .here, named: "Critic", status: .error))
        #expect(shown.map(\.status) == [.succeeded])
        #expect(shown[0].steps.map(\.status) == [.failed])
    }

    @Test func `a failed root fails the run below it`() {
        let shown = executions(
            span(1, nil, .plumbing, status: .error), agent(2, below: 1, .here, named: "A"))
        #expect(shown.map(\.status) == [.failed])
    }

    @Test func `an error that means a deadline is a run that timed out, and a step that failed`() {
        let shown = executions(
            agent(1, named: "A", status: .timedOut),
            span(2, below: 1, .here, .tool, "t", status: .timedOut))
        #expect(shown.map(\.status) == [.timedOut])
        #expect(shown[0].steps.map(\.status) == [.failed])
    }

    @Test func `an agent told twice, one span within the other, is one run`() {
        let shown = executions(
            agent(1, named: "A"), agent(2, below: 1, .here, named: "A"),
            span(3, below: 2, .here, .model, "chat"))
        #expect(shown[0].steps.map(\.name) == ["chat"])
        #expect(shown[0].steps[0].parent == nil)
    }

    @Test func `an agent that calls itself by a tool is a step each time`() {
        let shown = executions(
            agent(1, named: "A"), span(2, below: 1, .here, .tool, "call A", from: 1),
            agent(3, below: 2, .here, named: "A", from: 2))
        #expect(shown[0].steps.map(\.name) == ["call A", "A"])
        #expect(shown[0].steps[1].parent == "0000000000000002")
    }

    @Test func `a model call told by two instrumentations counts once`() {
        var outer = span(2, below: 1, .here, .model, "ChatOpenAI")
        outer.tokens = Tokens(input: 5, output: 1)
        var inner = span(3, below: 2, .here, .model, "ChatCompletion", from: 1)
        inner.tokens = Tokens(input: 5, output: 1)
        inner.model = "m"
        let shown = executions(agent(1, named: "A"), outer, inner)
        #expect(shown[0].tokens == Tokens(input: 5, output: 1))
        #expect(shown[0].modelCalls.map(\.model) == ["m"])
    }

    @Test func `a start told ahead opens the run, and is forgotten when the span comes`() {
        var marker = agent(7, named: "A", from: 1, to: nil)
        marker.announces = SpanID(1)
        #expect(executions(marker).map(\.status) == [.running])
        let shown = executions(marker, agent(1, named: "A", from: 1))
        #expect(shown.map(\.status) == [.succeeded])
        #expect(shown[0].steps.isEmpty)
    }

    @Test func `the run is bounded by the outermost span above it`() {
        let shown = executions(
            span(1, below: 9, .elsewhere, from: 1, to: 20),
            agent(2, below: 1, .here, named: "A", from: 2, to: 10))
        #expect(shown[0].startedAt == Instant(microseconds: 1_000_000))
        #expect(shown[0].finishedAt == Instant(microseconds: 20_000_000))
    }

    @Test func `spans that name an execution belong to that one, whatever their trace`() {
        var tool = span(2, below: 1, .here, .tool, "t")
        tool.execution = ExecutionID(rawValue: "arn:x")
        let shown = executions(agent(1, named: "A"), tool)
        #expect(shown.map(\.id.rawValue) == ["arn:x"])
        #expect(shown[0].attributes.contains(Attribute("traceId", .string(alone))))
    }

    @Test func `two runs of one trace that name the same execution are one`() {
        var one = agent(1, named: "A")
        var other = agent(2, named: "B", from: 1)
        one.execution = ExecutionID(rawValue: "e")
        other.execution = ExecutionID(rawValue: "e")
        #expect(executions(one, other).map(\.id.rawValue) == ["e"])
    }

    @Test func `spans that are each other's parents are read all the same`() {
        let shown = executions(
            agent(1, below: 2, .here, named: "A"), span(2, below: 3, .here, .tool),
            span(3, below: 1, .here, .model), span(4, below: 4, .here, .model))
        #expect(shown.count == 1)
    }

    @Test func `ten thousand spans deep, and as many side by side, are told in a moment`() {
        let count = UInt64(Limits.spansPerTrace)
        let deep = (1...count).map { agent($0, below: $0 - 1, named: "A \($0)", from: Int64($0)) }
        #expect(trace(deep).executions().count == 1)
        let wide = (1...count).map { agent($0, named: "A \($0)", from: Int64($0)) }
        #expect(trace(wide).executions().count == Int(count))
    }
}
