/// The room that text takes on a terminal.
extension String {
    /// Columns on a terminal: two for East Asian wide characters and emoji, none for marks that
    /// combine with the character before, one for the others.
    var columns: Int { reduce(0) { $0 + $1.columns } }

    /// The text, or its longest beginning that fits with `mark` after it.
    func cut(toColumns room: Int, mark: String = "…") -> String {
        guard columns > room else { return self }
        let room = room - mark.columns
        guard room >= 0 else { return "" }
        var used = 0
        var kept = ""
        for character in self {
            used += character.columns
            if used > room { break }
            kept.append(character)
        }
        while kept.last == " " { kept.removeLast() }
        return kept + mark
    }
}

extension Character {
    fileprivate var columns: Int {
        var columns = 0
        for scalar in unicodeScalars {
            if scalar == "\u{FE0F}", columns > 0 { columns = 2 }
            columns = max(columns, scalar.columns)
        }
        return columns
    }
}

extension Unicode.Scalar {
    fileprivate var columns: Int {
        if value < 0x300 { return value < 0x20 || (0x7F..<0xA0).contains(value) ? 0 : 1 }
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: break
        }
        // Vowels and finals of Hangul that join the consonant before.
        if (0x1160...0x11FF).contains(value) { return 0 }
        if properties.isEmojiPresentation { return 2 }
        return Self.wide.contains { $0.contains(value) } ? 2 : 1
    }

    /// The blocks that Unicode Standard Annex 11 calls wide or full-width.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF,
        0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F,
        0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18CFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F265,
        0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD,
    ]
}
