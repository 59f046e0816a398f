/// Lines of comma-separated values (RFC 4180).
public enum CSV {
    /// One line, without its end.
    public static func line(_ fields: [String]) -> String {
        fields.map(field).joined(separator: ",")
    }

    /// A text that a spreadsheet would take for a formula begins with an apostrophe, which shows it
    /// as the text it is; numbers stay numbers.
    private static func field(_ text: String) -> String {
        let text = isGuarded(text) && Double(text) == nil ? "'" + text : text
        let needsQuotes = text.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
        return needsQuotes ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
    }

    /// The text that a field stands for: less the apostrophe that guards it.
    static func unguarded(_ text: String) -> String {
        text.hasPrefix("'") && isGuarded(text) ? String(text.dropFirst()) : text
    }

    /// Whether a text gets an apostrophe. One that begins like a guarded one gets another, so that
    /// taking one away always gives the text back.
    private static func isGuarded(_ text: String) -> Bool {
        guard let first = text.utf8.first(where: { $0 != UInt8(ascii: "'") }) else { return false }
        return formulaStarts.contains(first)
    }

    private static let formulaStarts: Set<UInt8> = [
        UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0D,
    ]
}
