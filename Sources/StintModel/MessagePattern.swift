/// A message with the parts that vary from one execution to the next taken out, so that failures of
/// one cause read alike: `Too many requests: limit {n} per minute reached`.
///
/// From left to right, the first of these that fits is replaced, what stands between stays:
/// quoted text is `{text}`; an address of the web `{url}`; a path of two slashes or more `{path}`; a
/// UUID, or a word of at least eight characters with a part that mixes letters and digits, `{id}`; a
/// number, with its sign and fraction, `{n}`, also at the end of a word (`w-03` becomes `w-{n}`).
/// Blanks become one.
public struct MessagePattern: Hashable, Sendable {
    public let text: String

    /// The most bytes of a pattern, and of a message that are read: the beginning tells the cause.
    static let longest = (pattern: 256, message: 1_024)

    public init(_ message: String) {
        var reading = PatternReading(Array(message.utf8.prefix(Self.longest.message)))
        reading.readAll()
        // The cut may have gone through a character.
        var bytes = reading.pattern.prefix(Self.longest.pattern)
        while let last = bytes.last, last >= 0x80, String(validating: bytes, as: UTF8.self) == nil {
            bytes.removeLast()
        }
        text = String(decoding: bytes, as: UTF8.self)
    }
}

/// Goes through the bytes of a message once.
private struct PatternReading {
    private let bytes: [UInt8]
    private var place = 0
    private(set) var pattern: [UInt8] = []

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        pattern.reserveCapacity(bytes.count)
    }

    mutating func readAll() {
        while place < bytes.count {
            if skipBlanks() { continue }
            if let end = quotedEnd() {
                replace(through: end, by: "{text}")
            } else if isWordStart {
                readWord()
            } else {
                pattern.append(bytes[place])
                place += 1
            }
        }
        while pattern.last == 0x20 { pattern.removeLast() }
    }

    private mutating func replace(through end: Int, by mark: String) {
        pattern.append(contentsOf: mark.utf8)
        place = end
    }

    private mutating func skipBlanks() -> Bool {
        guard Self.isBlank(bytes[place]) else { return false }
        while place < bytes.count, Self.isBlank(bytes[place]) { place += 1 }
        if !pattern.isEmpty { pattern.append(0x20) }
        return true
    }

    /// The end of a quotation that begins here and is closed on its line.
    ///
    /// An apostrophe within a word (`don't`) begins none.
    private func quotedEnd() -> Int? {
        let quote = bytes[place]
        guard quote == 0x22 || quote == 0x27 || quote == 0x60 else { return nil }
        if place > 0, Self.isWord(bytes[place - 1]) { return nil }
        var end = place + 1
        while end < bytes.count, bytes[end] != 0x0A {
            let isClosed =
                bytes[end] == quote && (end + 1 == bytes.count || !Self.isWord(bytes[end + 1]))
            if isClosed { return end + 1 }
            end += 1
        }
        return nil
    }

    // MARK: Words

    private var isWordStart: Bool {
        let byte = bytes[place]
        if Self.isWord(byte) || byte == 0x2F { return true }
        return isSign
    }

    /// A minus before a number; after a letter or digit it is a hyphen.
    private var isSign: Bool {
        bytes[place] == 0x2D && place + 1 < bytes.count && Self.isDigit(bytes[place + 1])
            && (place == 0 || !Self.isWord(bytes[place - 1]))
    }

    /// A run of what addresses, paths, ids and numbers are made of, without a full stop or colon
    /// at its end.
    private mutating func readWord() {
        var end = place
        while end < bytes.count,
            Self.isWord(bytes[end]) || "-_./:%+~@=?&#".utf8.contains(bytes[end])
        {
            end += 1
        }
        while end > place + 1, ".:?=-".utf8.contains(bytes[end - 1]) { end -= 1 }
        let word = bytes[place..<end]
        if Self.isAddress(word) {
            replace(through: end, by: "{url}")
        } else if word.count(where: { $0 == 0x2F }) >= 2, word.contains(where: Self.isWord) {
            replace(through: end, by: "{path}")
        } else {
            readPart()
        }
    }

    /// An id, a number, or letters.
    private mutating func readPart() {
        if let end = identifierEnd() { return replace(through: end, by: "{id}") }
        var end = place
        if isSign { end += 1 }
        if end < bytes.count, Self.isDigit(bytes[end]) {
            return replace(through: numberEnd(from: end), by: "{n}")
        }
        end = place
        while end < bytes.count, Self.isWord(bytes[end]), !Self.isDigit(bytes[end]) { end += 1 }
        if end == place { end += 1 }
        pattern.append(contentsOf: bytes[place..<end])
        place = end
    }

    /// Digits, with a fraction and groups of thousands: `1,024.5`, `128 000`.
    private func numberEnd(from start: Int) -> Int {
        var end = start
        while end < bytes.count {
            let isInside =
                (bytes[end] == 0x2E || bytes[end] == 0x2C) && end + 1 < bytes.count
                && Self.isDigit(bytes[end + 1])
            guard Self.isDigit(bytes[end]) || isInside || isThousands(at: end) else { break }
            end += 1
        }
        return end
    }

    /// Whether a blank stands here between groups of digits, three of them after it.
    private func isThousands(at place: Int) -> Bool {
        guard bytes[place] == 0x20, place + 3 < bytes.count,
            bytes[(place + 1)...(place + 3)].allSatisfy(Self.isDigit)
        else { return false }
        return place + 4 == bytes.count || !Self.isWord(bytes[place + 4])
    }

    /// A UUID, or a run of at least eight letters, digits, `-` and `_` that has a digit in each of
    /// its longest parts: `ex_7f3a9c21`, `msg-77a0e1`.
    private func identifierEnd() -> Int? {
        if place > 0, Self.isWord(bytes[place - 1]) { return nil }
        var end = place
        while end < bytes.count,
            Self.isWord(bytes[end]) || bytes[end] == 0x2D || bytes[end] == 0x5F
        {
            end += 1
        }
        while end > place, bytes[end - 1] == 0x2D || bytes[end - 1] == 0x5F { end -= 1 }
        guard end - place >= 8 else { return nil }
        let parts = bytes[place..<end].split { $0 == 0x2D || $0 == 0x5F }
        // Of hexadecimal parts some have no digit; so one that mixes both is enough.
        let isMixed = parts.contains { part in
            part.count >= 4 && part.contains(where: Self.isDigit)
                && part.contains { Self.isWord($0) && !Self.isDigit($0) }
        }
        return isMixed ? end : nil
    }

    private static func isAddress(_ word: ArraySlice<UInt8>) -> Bool {
        ["http://", "https://", "ws://", "wss://", "s3://", "arn:"].contains {
            word.starts(with: $0.utf8)
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D) ~= byte }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39) ~= byte }

    /// Letters and digits; every character beyond ASCII counts as a letter.
    private static func isWord(_ byte: UInt8) -> Bool {
        isDigit(byte) || (0x41...0x5A) ~= byte || (0x61...0x7A) ~= byte || byte >= 0x80
    }
}
