import StintModel

extension TrueFigures {
    /// Of each model the calls of executions that finished in the window.
    public var modelUsage: TrueFigure {
        let calls = Dictionary(grouping: finished.flatMap(\.calls)) { TrueFigure.row($0.model) }
        return .table(
            by: nil,
            calls.mapValues { calls in
                [
                    "calls": .count(calls.count),
                    "tokens": Self.total(of: calls.map(\.tokens)),
                    "avgLatency": .mean(calls.compactMap(\.latency)),
                    "n": .count(calls.compactMap(\.latency).count),
                    "cost": Self.total(of: calls.map(\.costNanos)),
                    "costKnownRate": Self.costKnownRate(calls),
                ]
            })
    }
}
