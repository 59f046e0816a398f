/// Lines of comma-separated values (RFC 4180).
enum CSV {
    static func line(_ fields: [String]) -> String {
        fields.map(field).joined(separator: ",")
    }

    /// A text that a spreadsheet would take for a formula begins with an apostrophe, which shows it
    /// as the text it is; numbers stay numbers.
    private static func field(_ text: String) -> String {
        var text = text
        if let first = text.utf8.first, formulaStarts.contains(first), Double(text) == nil {
            text = "'" + text
        }
        let needsQuotes = text.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
        return needsQuotes ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
    }

    private static let formulaStarts: Set<UInt8> = [
        UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0D,
    ]
}
