import StintModel

// A program's texts are as long as they are; what a server takes is bounded, and one that is too
// long would cost the whole event.

extension String {
    /// As a name: never empty, at most ``Limits/nameBytes`` long.
    var asName: String { isEmpty ? "unnamed" : cut(toBytes: Limits.nameBytes) }

    /// As a text: at most ``Limits/textBytes`` long.
    var asText: String { cut(toBytes: Limits.textBytes) }

    /// The last so many UTF-8 bytes, from the beginning of a character on.
    func lastBytes(_ limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var start = utf8.index(endIndex, offsetBy: -limit)
        while start < endIndex, UTF8.isContinuation(utf8[start]) {
            start = utf8.index(after: start)
        }
        return String(self[start...])
    }
}
