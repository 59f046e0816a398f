import StintModel
import StintWire

/// Anomalies and bursts, the oldest first. What they are is told beside them where there is room
/// for all, else below.
struct UnusualTable {
    var patterns: PatternsBody
    var style: Style

    var lines: [String] {
        let anomalies = patterns.anomalies.map { anomaly in
            Entry(
                start: anomaly.timestamp, end: anomaly.endTime,
                what: anomaly.type.replacing("_", with: " "), degree: anomaly.severity,
                detail: anomaly.description)
        }
        let bursts = patterns.bursts.map { burst in
            Entry(
                start: burst.startTime, end: burst.endTime, what: "burst", degree: burst.impact,
                detail:
                    "\(burst.totalExecutions) arrived, at most \(burst.peakExecutions) in 5 minutes"
            )
        }
        let entries = (anomalies + bursts).sorted { $0.start < $1.start }
        guard !entries.isEmpty else { return ["Nothing unusual."] }
        let details = entries.map { style.text($0.detail) }
        let heads = Table(columns: Self.columns, rows: entries.map(row)).lines(style)
        let width = heads.map(\.withoutColors.columns).max() ?? 0
        let widest = details.map(\.columns).max() ?? 0
        if width + 2 + widest <= style.width ?? .max {
            let rows = zip(entries, details).map { row($0) + [Cell($1)] }
            return Table(columns: Self.columns + [.init(title: "")], rows: rows).lines(style)
        }
        return heads.prefix(1)
            + zip(heads.dropFirst(), details).flatMap { head, detail in
                let words = detail.split(separator: " ").map(String.init)
                return [head] + style.filled(words, separator: " ", indentation: 4)
            }
    }

    private static let columns: [Table.Column] = [
        .init(title: "UNUSUAL"), .init(title: ""), .init(title: ""),
    ]

    private struct Entry {
        var start: Instant
        var end: Instant
        var what: String
        var degree: String
        var detail: String
    }

    private func row(_ entry: Entry) -> [Cell] {
        let color: Color? =
            switch entry.degree {
            case "high": .red
            case "medium": .yellow
            default: nil
            }
        return [
            Cell(style.time.range(entry.start, entry.end)), Cell(style.text(entry.what)),
            Cell(style.text(entry.degree), color: color),
        ]
    }
}
