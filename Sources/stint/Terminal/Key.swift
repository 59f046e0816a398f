/// A key that somebody pressed.
enum Key: Hashable, Sendable {
    case up, down, enter, escape, backspace
    case character(Character)

    /// The keys of what a terminal sends at once. Other sequences than those of the keys above, and
    /// control characters, are nobody's.
    static func keys(in bytes: [UInt8]) -> [Key] {
        var keys: [Key] = []
        var rest = String(decoding: bytes, as: UTF8.self).unicodeScalars[...]
        var text = ""
        func endText() {
            keys += text.map { .character($0) }
            text = ""
        }
        while let scalar = rest.popFirst() {
            guard scalar.value < 0x20 || scalar.value == 0x7F else {
                text.unicodeScalars.append(scalar)
                continue
            }
            endText()
            switch scalar {
            case "\r", "\n": keys.append(.enter)
            case "\u{8}", "\u{7F}": keys.append(.backspace)
            case "\u{1B}":
                guard rest.first == "[" || rest.first == "O" else {
                    keys.append(.escape)
                    break
                }
                rest.removeFirst()
                let last = rest.firstIndex { (0x40...0x7E).contains($0.value) }
                switch last.map({ rest[$0] }) {
                case "A": keys.append(.up)
                case "B": keys.append(.down)
                default: break
                }
                rest = last.map { rest[rest.index(after: $0)...] } ?? rest[rest.endIndex...]
            default: break
            }
        }
        endText()
        return keys
    }
}
