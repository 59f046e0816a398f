/// Keeps secrets that were sent as attributes from being stored.
///
/// A text is masked where the attribute's name has one of these in it, in any case: `secret`,
/// `token`, `password`, `authorization`, `cookie`, and `apikey` with or without `-` or `_` between
/// its two words. Numbers stay: `maxTokens` is none.
enum Redaction {
    static let mask = "[redacted]"

    static func covers(_ key: JSONText, of reader: JSONReader) -> Bool {
        guard key.isEscaped else { return covers(reader.slice(key)) }
        var name = reader.decode(key)
        return name.withUTF8 { covers($0) }
    }

    static func covers(_ name: String) -> Bool {
        var name = name
        return name.withUTF8 { covers($0) }
    }

    private static func covers(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        for index in name.indices {
            let isFound =
                switch name[index] | 0x20 {
                case 0x73: name.hasWord("secret", at: index)
                case 0x74: name.hasWord("token", at: index)
                case 0x70: name.hasWord("password", at: index)
                case 0x61: name.hasWord("authorization", at: index) || name.hasKey(at: index)
                case 0x63: name.hasWord("cookie", at: index)
                default: false
                }
            if isFound { return true }
        }
        return false
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether the word, in small letters, stands there in any case.
    fileprivate func hasWord(_ word: StaticString, at index: Int) -> Bool {
        guard count - index >= word.utf8CodeUnitCount else { return false }
        return (0..<word.utf8CodeUnitCount).allSatisfy {
            self[index + $0] | 0x20 == word.utf8Start[$0]
        }
    }

    /// `apikey`, `api-key` or `api_key`.
    fileprivate func hasKey(at index: Int) -> Bool {
        guard hasWord("api", at: index), count - index > 3 else { return false }
        let separator = self[index + 3]
        return hasWord("key", at: index + (separator == 0x2D || separator == 0x5F ? 4 : 3))
    }
}
