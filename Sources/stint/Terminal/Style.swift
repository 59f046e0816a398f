/// How text is drawn: with which signs, in which colours, how wide, in which zone.
struct Style: Sendable {
    /// Whether the locale shows more than ASCII.
    var isUnicode = true
    /// Whether a status is told by its shape. Only on a terminal.
    var hasShapes = true
    var hasColors = false
    /// Columns that lines must fit; `nil` where nothing is cut.
    var width: Int?
    /// Whether ids are shortened for the eye. A reader that is a program gets them whole.
    var shortensIDs = true
    var time: TimeFormat

    /// What stands for a value that is not known.
    var missing: String { isUnicode ? "–" : "-" }
    var ellipsis: String { isUnicode ? "…" : "..." }
    /// Between the thousands of a count in prose.
    var thousands: String { isUnicode ? NumberFormat.narrowSpace : "" }

    /// A stranger's text as one safe line.
    func text(_ text: String) -> String { text.plainLine(ascii: !isUnicode) }

    func lines(_ text: String) -> [String] { text.plainLines(ascii: !isUnicode) }

    /// Shape and word of a status; the short word where there is nothing but ASCII.
    func status(_ sign: StatusSign) -> Cell {
        guard isUnicode else { return Cell(sign.plain, color: sign.color) }
        let word = text(sign.word)
        return Cell(hasShapes ? "\(sign.shape) \(word)" : word, color: sign.color)
    }

    /// The shape alone, for where the line says the rest; a word where there are no shapes.
    func mark(_ sign: StatusSign) -> Cell {
        guard isUnicode else { return Cell(sign.plain, color: sign.color) }
        return Cell(hasShapes ? String(sign.shape) : text(sign.word), color: sign.color)
    }

    func painted(_ text: String, _ color: Color?) -> String {
        guard hasColors, let color, !text.isEmpty else { return text }
        return "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m"
    }
}

/// A colour by its number among those the terminal's own theme defines.
enum Color: Int, Sendable {
    case dim = 2
    case red = 31
    case green = 32
    case yellow = 33
    case blue = 34
    case magenta = 35
}
