import StintModel
import StintTraces

/// A span from 0 s to 10 s, unless it says otherwise.
func span(
    _ id: UInt64, below parent: UInt64? = nil, _ parentage: TraceSpan.Parentage? = nil,
    _ role: TraceSpan.Role = .plumbing, _ name: String = "", from start: Int64 = 0,
    to end: Int64? = 10, status: TraceSpan.Status = .unset, agent: String? = nil
) -> TraceSpan {
    var span = TraceSpan(
        id: SpanID(id)!, parent: parent.flatMap { SpanID($0) }, parentage: parentage, role: role,
        name: name, start: Instant(microseconds: start * 1_000_000),
        end: end.map { Instant(microseconds: $0 * 1_000_000) }, status: status)
    span.agent = agent
    return span
}

func agent(
    _ id: UInt64, below parent: UInt64? = nil, _ parentage: TraceSpan.Parentage? = nil,
    named name: String?, from start: Int64 = 0, to end: Int64? = 10,
    status: TraceSpan.Status = .unset
) -> TraceSpan {
    span(
        id, below: parent, parentage, .agent, name ?? "nameless", from: start, to: end,
        status: status, agent: name)
}

func trace(_ spans: [TraceSpan]) -> Trace {
    var trace = Trace(id: TraceID(high: 0, low: 1)!)
    trace.merge(spans)
    return trace
}

/// What readers see of the executions that a set of spans tells of, by id.
func executions(_ spans: TraceSpan...) -> [Execution] {
    trace(spans).executions().map { told in
        var state = ExecutionState(told.events[0])
        for event in told.events { state.apply(event) }
        return Execution(id: told.id, workspace: .default, state: state, retention: .days(90))
    }
}

/// The id of a trace that is one execution.
let alone = "00000000000000000000000000000001"
