/// What a stranger sent, made safe to show on a terminal.
extension String {
    /// One line without anything a terminal acts upon: control characters and the marks that turn
    /// the direction of writing are left out; line breaks and tabs become blanks.
    ///
    /// - Parameter ascii: Whether other characters than those of ASCII become `?`, for a terminal
    ///   of another encoding would read controls out of their bytes.
    func plainLine(ascii: Bool = false) -> String {
        var plain = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .lineSeparator, .paragraphSeparator:
                plain.append(" ")
            case .control:
                if scalar == "\n" || scalar == "\t" { plain.append(" ") }
            case .format where scalar != "\u{200C}" && scalar != "\u{200D}":
                // The joiners stay: Persian and many emoji are not written without them.
                break
            case .surrogate:
                break
            default:
                plain.append(ascii && !scalar.isASCII ? "?" : scalar)
            }
        }
        return String(plain)
    }

    /// The lines of a text, each as ``plainLine(ascii:)``.
    func plainLines(ascii: Bool = false) -> [String] {
        split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .map { String($0).plainLine(ascii: ascii) }
    }

    /// JSON in which everything a terminal would act upon is written as an escape. The document
    /// stays the same.
    func escapedForTerminal() -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            let category = scalar.properties.generalCategory
            // Below U+0020 stands only blank space between the tokens: a valid document escapes
            // the rest.
            let isHarmful =
                (category == .control && scalar != "\n" && scalar != "\t" && scalar != "\r")
                || category == .format || category == .lineSeparator
                || category == .paragraphSeparator
            guard isHarmful else {
                escaped.append(scalar)
                continue
            }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                let zeros = String(repeating: "0", count: 4 - digits.count)
                escaped.append(contentsOf: "\\u\(zeros)\(digits)".unicodeScalars)
            }
        }
        return String(escaped)
    }
}
