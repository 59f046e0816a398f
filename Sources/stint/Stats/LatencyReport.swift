import StintWire

/// How long executions waited and ran: the percentiles, and how the durations spread.
struct LatencyReport {
    var latency: LatencyBody
    var style: Style

    var lines: [String] {
        let rows = [
            ("queue", latency.queueLatency), ("execution", latency.executionLatency),
            ("end to end", latency.endToEndLatency),
        ]
        guard rows.contains(where: { $0.1.n > 0 }) else { return [] }
        let table = Table(columns: Self.columns, rows: rows.map(row)).lines(style)
        return table + bound + [""] + distribution
    }

    private static let columns: [Table.Column] = [
        .init(title: "LATENCY"), .init(title: "P50", alignment: .right),
        .init(title: "P75", alignment: .right, departure: .early(2)),
        .init(title: "P90", alignment: .right, departure: .early(3)),
        .init(title: "P95", alignment: .right), .init(title: "P99", alignment: .right),
        .init(title: "MEAN", alignment: .right),
        .init(title: "OF", alignment: .right, departure: .early(1)),
    ]

    private func row(_ name: String, _ figures: LatencyBody.Figures) -> [Cell] {
        let times = [
            figures.p50, figures.p75, figures.p90, figures.p95, figures.p99, figures.avg,
        ]
        return [Cell(name)] + times.map { Cell(style.seconds($0)) } + [Cell(String(figures.n))]
    }

    private var bound: [String] {
        guard latency.method == .sketch else { return [] }
        let percent = NumberFormat.percent(latency.method.bound * 100)
        return ["percentiles within \(percent) of the exact ones"]
    }

    private var distribution: [String] {
        let most = latency.latencyDistribution.map(\.count).max() ?? 0
        guard most > 0 else { return [] }
        let cells = max(8, min((style.width ?? 80) - 32, 40))
        let rows = latency.latencyDistribution.map { bucket in
            [
                Cell(style.text(bucket.bucket)), Cell(String(bucket.count)),
                Cell(bucket.percentage.map(NumberFormat.percent) ?? style.missing),
                Cell(
                    Bar.drawn(
                        Double(bucket.count) / Double(most), cells: cells,
                        unicode: style.isUnicode)),
            ]
        }
        return Table(
            columns: [
                .init(title: "RAN FOR"), .init(title: "EXECUTIONS", alignment: .right),
                .init(title: "SHARE", alignment: .right), .init(title: ""),
            ], rows: rows
        ).lines(style)
    }
}
