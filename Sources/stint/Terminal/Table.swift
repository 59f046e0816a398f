/// One field of a table: safe text, and the colour it is shown in.
struct Cell: Hashable, Sendable, ExpressibleByStringLiteral {
    var text: String
    var color: Color?

    init(_ text: String, color: Color? = nil) {
        self.text = text
        self.color = color
    }

    init(stringLiteral value: String) { self.init(value) }
}

/// Rows whose fields stand under each other, fitted to the width of a terminal.
///
/// Where the rows are too wide, one column is cut; then columns leave in the order they name; then
/// the columns that may shrink do; then the columns that leave last; then every line is cut.
struct Table {
    enum Alignment: Sendable { case left, right }

    /// When a column makes room for the others.
    enum Departure: Hashable, Sendable {
        case never
        case early(Int)
        /// After those that may shrink did.
        case late(Int)

        var rank: Int? {
            switch self {
            case .never: nil
            case .early(let rank): rank
            case .late(let rank): 1_000 + rank
            }
        }

        var isEarly: Bool { if case .early = self { true } else { false } }
    }

    struct Column: Sendable {
        var title: String
        var alignment = Alignment.left
        var departure = Departure.never
        /// Whether it takes the room that is left, and is cut before anything else gives way.
        var isFlexible = false
        /// Columns it may shrink to, for one that may.
        var minimum: Int?
    }

    var columns: [Column]
    var rows: [[Cell]]
    var hasHeader = true
    /// Blanks before each line.
    var indentation = 0
    /// Blanks between two columns.
    var gap = 2

    /// The lines without their ends, without blanks at their ends.
    func lines(_ style: Style) -> [String] {
        let widths = fittedWidths(style.width)
        var lines: [String] = []
        if hasHeader { lines.append(line(columns.map { Cell($0.title) }, widths, style)) }
        for row in rows { lines.append(line(row, widths, style)) }
        return lines
    }

    /// The width of each column; `nil` for one that is not shown.
    private func fittedWidths(_ width: Int?) -> [Int?] {
        let natural = columns.indices.map { index in
            let cells = rows.map { $0[index].text.columns }.max() ?? 0
            return max(cells, hasHeader ? columns[index].title.columns : 0)
        }
        guard let width else { return natural }
        let room = width - indentation

        let departing = columns.indices.filter { columns[$0].departure != .never }
            .sorted { columns[$0].departure.rank ?? 0 < columns[$1].departure.rank ?? 0 }
        let early = departing.count { columns[$0].departure.isEarly }
        let stages =
            (0...early).map { (departed: $0, shrinks: false) }
            + (early...departing.count).map { (departed: $0, shrinks: true) }
        for stage in stages {
            let shown = columns.indices.filter { !departing.prefix(stage.departed).contains($0) }
            if let widths = fit(shown, natural, into: room, shrinking: stage.shrinks) {
                return widths
            }
        }
        return columns.indices.map { departing.contains($0) ? nil : natural[$0] }
    }

    /// - Returns: `nil` where the columns shown do not fit.
    private func fit(
        _ shown: [Int], _ natural: [Int], into room: Int, shrinking: Bool
    ) -> [Int?]? {
        var widths: [Int?] = columns.indices.map { shown.contains($0) ? natural[$0] : nil }
        let flexible = shown.first { columns[$0].isFlexible }
        let least = flexible.map { min(natural[$0], shrinking ? 10 : 16) } ?? 0
        if shrinking {
            for index in shown {
                if let minimum = columns[index].minimum {
                    widths[index] = min(natural[index], minimum)
                }
            }
        }
        if let flexible { widths[flexible] = least }
        let gaps = max(0, shown.count - 1) * gap
        var spare = room - gaps - widths.reduce(0) { $0 + ($1 ?? 0) }
        guard spare >= 0 else { return nil }
        for index in shown where index != flexible {
            let growth = min(spare, natural[index] - (widths[index] ?? 0))
            widths[index]? += growth
            spare -= growth
        }
        if let flexible { widths[flexible]? += min(spare, natural[flexible] - least) }
        return widths
    }

    private func line(_ cells: [Cell], _ widths: [Int?], _ style: Style) -> String {
        var line = String(repeating: " ", count: indentation)
        var used = indentation
        // Blanks are written before the next text only, so that no line ends in them.
        var owed = 0
        let shown = zip(zip(cells, columns), widths).filter { $0.1 != nil }
        for (index, entry) in shown.enumerated() {
            let ((cell, column), width) = entry
            let text = cell.text.cut(toColumns: width ?? 0, mark: style.ellipsis)
            let padding = (width ?? 0) - text.columns
            owed += index == 0 ? 0 : gap
            if column.alignment == .right { owed += padding }
            if !text.isEmpty {
                let room = style.width.map { max(0, $0 - used - owed) } ?? .max
                let fitting = text.cut(toColumns: room, mark: style.ellipsis)
                if fitting.isEmpty { break }
                line += String(repeating: " ", count: owed) + style.painted(fitting, cell.color)
                used += owed + fitting.columns
                owed = 0
                if fitting != text { break }
            }
            if column.alignment == .left { owed += padding }
        }
        return line
    }
}
