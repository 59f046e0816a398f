import StintWire

/// What each agent did, the busiest first.
struct AgentsTable {
    var agents: [AgentFiguresBody]
    var style: Style

    /// None where there are no agents.
    var lines: [String] {
        guard !agents.isEmpty else { return [] }
        let sorted = agents.sorted {
            ($1.executions, $0.agentName) < ($0.executions, $1.agentName)
        }
        let (shown, more) = style.first(sorted)
        return Table(columns: Self.columns, rows: shown.map(row)).lines(style) + more
    }

    private static let columns: [Table.Column] = [
        .init(title: "AGENT", isFlexible: true), .init(title: "EXECUTIONS", alignment: .right),
        .init(title: "SUCCESS", alignment: .right),
        .init(title: "MEAN", alignment: .right, departure: .early(3)),
        .init(title: "P50", alignment: .right), .init(title: "P95", alignment: .right),
        .init(title: "TOKENS", alignment: .right, departure: .early(4)),
        .init(title: "COST", alignment: .right, departure: .early(2)),
        .init(title: "PRICED", alignment: .right, departure: .early(1)),
    ]

    private func row(_ agent: AgentFiguresBody) -> [Cell] {
        [
            Cell(agent.agentName.isEmpty ? style.missing : style.text(agent.agentName)),
            Cell(String(agent.executions)), style.share(agent.successRate),
            Cell(style.seconds(agent.avgRuntime)), Cell(style.seconds(agent.p50)),
            Cell(style.seconds(agent.p95)),
            Cell(agent.tokens.map(NumberFormat.compact) ?? style.missing),
            style.cost(agent.costUsd, known: agent.costKnownRate), style.share(agent.costKnownRate),
        ]
    }
}

/// What each model was asked for, the most expensive first.
struct ModelsTable {
    var models: [ResourcesBody.ModelUsage]
    var style: Style

    /// None where there are no calls.
    var lines: [String] {
        guard !models.isEmpty else { return [] }
        let sorted = models.sorted {
            ($1.cost ?? -1, $1.calls, $0.model) < ($0.cost ?? -1, $0.calls, $1.model)
        }
        let (shown, more) = style.first(sorted)
        return Table(columns: Self.columns, rows: shown.map(row)).lines(style) + more
    }

    private static let columns: [Table.Column] = [
        .init(title: "MODEL", isFlexible: true), .init(title: "CALLS", alignment: .right),
        .init(title: "TOKENS", alignment: .right, departure: .early(1)),
        .init(title: "MEAN", alignment: .right, departure: .early(2)),
        .init(title: "COST", alignment: .right), .init(title: "PRICED", alignment: .right),
    ]

    private func row(_ usage: ResourcesBody.ModelUsage) -> [Cell] {
        [
            Cell(usage.model.isEmpty ? style.missing : style.text(usage.model)),
            Cell(String(usage.calls)),
            Cell(usage.tokens.map(NumberFormat.compact) ?? style.missing),
            Cell(style.seconds(usage.avgLatency)),
            style.cost(usage.cost, known: usage.costKnownRate), style.share(usage.costKnownRate),
        ]
    }
}

extension Style {
    /// A share in percent.
    func share(_ percent: Double?) -> Cell { Cell(percent.map(NumberFormat.percent) ?? missing) }

    /// A cost; `no price` where there were calls and none has one.
    func cost(_ usd: Double?, known: Double?) -> Cell {
        guard let usd else { return Cell(known == nil ? missing : "no price") }
        return Cell(NumberFormat.cost(usd, separator: "") ?? missing)
    }

    /// As many rows as one wants to see at once, and a line that says how many more there are. All
    /// where nothing is cut.
    fileprivate func first<Row>(_ rows: [Row]) -> (shown: ArraySlice<Row>, more: [String]) {
        let limit = 20
        guard width != nil, rows.count > limit else { return (rows[...], []) }
        return (rows.prefix(limit), ["\(ellipsis) \(rows.count - limit) more (--wide)"])
    }
}
