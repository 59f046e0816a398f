import StintWire

/// The load of workers, of the machines and of the server's own store.
struct LoadReport {
    var figures: MetricsBody
    var style: Style

    var lines: [String] {
        guard let resources = figures.resources else { return [] }
        let compute = resources.compute
        let now = figures.realtime?.systemLoad
        let rows = [
            row("CPU", now?.cpu, compute.cpuUsage), row("memory", now?.memory, compute.memoryUsage),
            row("GPU", nil, compute.gpuUsage),
        ]
        return Table(columns: Self.columns, rows: rows).lines(style)
            + style.filled([slots] + store(resources.databaseLoad))
    }

    private static let columns: [Table.Column] = [
        .init(title: "LOAD"), .init(title: "NOW", alignment: .right),
        .init(title: "MEAN", alignment: .right), .init(title: "PEAK", alignment: .right),
        .init(title: ""),
    ]

    private func row(_ name: String, _ now: Double?, _ series: [PointBody]?) -> [Cell] {
        let values = series?.map(\.value) ?? []
        let known = values.compactMap(\.self)
        guard !known.isEmpty || now != nil else {
            return [Cell(name)] + Array(repeating: Cell(style.missing), count: 3)
                + [Cell("not reported", color: .dim)]
        }
        let mean = known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
        let room = max(10, min((style.width ?? 80) - 36, 60))
        let chart = ColumnChart(values, room: room, top: 100)
        return [
            Cell(name), style.share(now), style.share(mean), style.share(known.max()),
            Cell(chart.lines(height: 1, unicode: style.isUnicode)[0]),
        ]
    }

    private var slots: String {
        guard let workers = figures.realtime?.systemLoad.workers, let total = workers.total,
            let busy = workers.busy
        else { return "workers not reported" }
        var text = "\(busy) of \(total) slots busy"
        if let used = figures.throughput?.capacityUtilization {
            text += ", \(NumberFormat.percent(used)) over the range"
        }
        return text
    }

    private func store(_ load: ResourcesBody.DatabaseLoad) -> [String] {
        guard let rate = load.queryRate else { return [] }
        let mean = load.avgQueryTime.map { " of \(NumberFormat.rate($0 * 1_000)) ms" } ?? ""
        return ["store \(NumberFormat.rate(rate)) queries/s\(mean)"]
    }
}
