import StintModel

/// Shown figures beside the true ones.
public struct FigureComparison: Sendable {
    public struct Difference: Hashable, Sendable {
        /// Where it stands in the answer: `latency.queueLatency.p95`.
        public var path: String
        public var shown: String
        public var truth: String
    }

    /// How many figures were looked at.
    public private(set) var compared = 0
    public private(set) var differences: [Difference] = []

    public init() {}

    public mutating func compare(_ shown: ShownFigure, with truth: TrueFigure, at path: String = "")
    {
        switch truth {
        case .members(let members):
            for member in members {
                compare(shown[member.name], with: member.figure, at: path + "." + member.name)
            }
        case .rows(let rows):
            let shownRows = shown.rows
            guard expect(shownRows.count, rows.count, "rows", path) else { return }
            for (index, row) in rows.enumerated() {
                compare(shownRows[index], with: row, at: "\(path)[\(index)]")
            }
        case .table(let key, let rows):
            compare(shown, with: rows, by: key, at: path)
        case .number, .text, .instant, .notBefore, .change, .any:
            compared += 1
            guard !truth.allows(shown) else { return }
            note(path, shown.description, truth.description)
        }
    }

    private mutating func compare(
        _ shown: ShownFigure, with rows: [String: TrueFigure], by key: String?, at path: String
    ) {
        var shownRows: [String: ShownFigure] = [:]
        if let key {
            for row in shown.rows {
                let name = TrueFigure.row(row[key].text)
                if shownRows.updateValue(row, forKey: name) != nil {
                    note("\(path)[\(name)]", "twice", "once")
                }
            }
        } else if case .members(let members) = shown {
            for (name, row) in members { shownRows[TrueFigure.row(name)] = row }
        }
        compared += 1
        for name in shownRows.keys.sorted() where rows[name] == nil {
            note("\(path)[\(name)]", "there", "none")
        }
        for (name, row) in rows.sorted(by: { $0.key < $1.key }) {
            compare(shownRows[name] ?? .null, with: row, at: "\(path)[\(name)]")
        }
    }

    private mutating func expect(
        _ shown: Int, _ truth: Int, _ what: String, _ path: String
    ) -> Bool {
        compared += 1
        guard shown != truth else { return true }
        note(path, "\(shown) \(what)", "\(truth)")
        return false
    }

    private mutating func note(_ path: String, _ shown: String, _ truth: String) {
        let path = path.hasPrefix(".") ? String(path.dropFirst()) : path
        differences.append(Difference(path: path, shown: shown, truth: truth))
    }
}

extension TrueFigure {
    /// Whether a single figure may be shown so.
    func allows(_ shown: ShownFigure) -> Bool {
        switch self {
        case .number(nil, _), .change(nil, _, _), .change(_, nil, _), .instant(nil):
            return shown == .null
        case .number(let truth?, let margin):
            guard let shown = shown.number else { return false }
            return abs(shown - truth) <= margin.width(at: truth)
        case .change(let before?, let after?, let margin):
            // Nothing can be compared with nothing.
            guard before > 0 else { return shown == .null }
            guard let shown = shown.number else { return false }
            let (old, new) = (margin.width(at: before), margin.width(at: after))
            let least = 100 * ((after - new) / (before + old) - 1)
            let most = 100 * ((after + new) / max(before - old, .leastNormalMagnitude) - 1)
            return (least - 0.005_001...most + 0.005_001).contains(shown)
        case .text(let truth):
            return (shown.text ?? "").isSpelled(like: truth ?? "")
        case .instant(let truth?):
            return shown.text.flatMap { Instant(rfc3339: $0) } == truth
        case .notBefore(let truth, let margin):
            guard let shown = shown.text.flatMap({ Instant(rfc3339: $0) }) else { return false }
            return shown >= truth - margin
        case .any(let figures):
            return figures.isEmpty ? shown == .null : figures.contains { $0.allows(shown) }
        case .members, .rows, .table:
            return false
        }
    }
}

extension TrueFigure.Margin {
    func width(at truth: Double) -> Double {
        let rounding = abs(truth) * 1e-12 + 1e-9
        return switch self {
        case .none: rounding
        case .hundredth: 0.005 + rounding
        case .relative(let share): abs(truth) * share + rounding
        case .absolute(let width): width + rounding
        }
    }
}

extension TrueFigure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .number(let number, _): number.map { ShownFigure.number($0).description } ?? "null"
        case .text(let text): text ?? "null"
        case .instant(let instant): instant?.rfc3339 ?? "null"
        case .notBefore(let instant, _): instant.rfc3339
        case .change(let before?, let after?, _) where before > 0:
            "\(100 * (after / before - 1))"
        case .change: "null"
        case .any(let figures): figures.map(\.description).joined(separator: " or ")
        case .members(let members): "\(members.count) members"
        case .rows(let rows): "\(rows.count) rows"
        case .table(_, let rows): "\(rows.count) rows"
        }
    }
}

extension ShownFigure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .null: "null"
        case .flag(let flag): "\(flag)"
        case .number(let number):
            number == number.rounded() && abs(number) < 1e15 ? "\(Int64(number))" : "\(number)"
        case .text(let text): text
        case .rows(let rows): "\(rows.count) rows"
        case .members(let members): "\(members.count) members"
        }
    }
}
