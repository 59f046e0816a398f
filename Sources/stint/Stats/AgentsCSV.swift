import StintWire

/// The figures of each agent as RFC 4180 has it, with the members of the interface as columns:
/// durations in seconds, shares in percent, unknown empty.
struct AgentsCSV {
    var agents: [AgentFiguresBody]

    /// The header, then a line for each agent.
    var lines: [String] {
        ([Self.members] + agents.map(row)).map(CSV.line)
    }

    private static let members = [
        "agentId", "executions", "successRate", "errorRate", "avgRuntime", "p50", "p95", "n",
        "tokens", "costUsd", "costKnownRate",
    ]

    private func row(_ agent: AgentFiguresBody) -> [String] {
        func text(_ value: Double?) -> String { value.map(JSONNumber.text) ?? "" }
        return [
            agent.agentId, String(agent.executions), text(agent.successRate),
            text(agent.errorRate), text(agent.avgRuntime), text(agent.p50), text(agent.p95),
            String(agent.n), agent.tokens.map(String.init) ?? "", text(agent.costUsd),
            text(agent.costKnownRate),
        ]
    }
}
