@testable import stint

/// A terminal that shows what is written to it, as far as frames go.
struct TestTerminal {
    private(set) var size: TerminalSize
    /// What has scrolled away, oldest first.
    private(set) var history: [String] = []
    private(set) var isCursorHidden = false
    private var lines: [[Character]] = [[]]
    private var row = 0
    private var column = 0

    init(columns: Int, rows: Int) {
        size = TerminalSize(columns: columns, rows: rows)
    }

    /// The lines from the top to the last one that is not empty.
    var screen: [String] {
        var shown = lines.map { String($0) }
        while shown.last?.isEmpty ?? false { shown.removeLast() }
        return shown
    }

    mutating func write(_ text: String) {
        var rest = text[...]
        while let character = rest.popFirst() {
            switch character {
            case "\r": column = 0
            case "\n": newLine()
            case "\u{1B}":
                let end = rest.firstIndex { $0.isLetter } ?? rest.endIndex
                guard end != rest.endIndex else { return }
                act(on: rest[end], rest[..<end].dropFirst())
                rest = rest[rest.index(after: end)...]
            default:
                if column == size.columns { newLine() }
                while lines[row].count <= column { lines[row].append(" ") }
                lines[row][column] = character
                column += 1
            }
        }
    }

    /// Makes the window narrower; lines that no longer fit are folded, as most terminals do.
    mutating func narrow(to columns: Int) {
        size.columns = columns
        var folded: [[Character]] = []
        for (index, line) in lines.enumerated() {
            if index == row { row = folded.count }
            var rest = line[...]
            repeat {
                folded.append(Array(rest.prefix(columns)))
                rest = rest.dropFirst(columns)
            } while !rest.isEmpty
        }
        lines = folded
        while lines.count > size.rows {
            history.append(String(lines.removeFirst()))
            row -= 1
        }
    }

    private mutating func newLine() {
        column = 0
        row += 1
        if row == lines.count { lines.append([]) }
        guard row == size.rows else { return }
        history.append(String(lines.removeFirst()))
        row -= 1
    }

    private mutating func act(on command: Character, _ number: Substring) {
        switch command {
        case "A": row = max(0, row - (Int(number) ?? 1))
        case "K": lines[row].removeLast(max(0, lines[row].count - column))
        case "J":
            lines[row].removeLast(max(0, lines[row].count - column))
            lines.removeLast(lines.count - row - 1)
        case "h": isCursorHidden = false
        case "l": isCursorHidden = true
        default: break
        }
    }
}
