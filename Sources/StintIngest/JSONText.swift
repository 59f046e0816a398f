/// A string of a document, not decoded yet: the bytes between its quotation marks, which are known
/// to be UTF-8 and to hold only escapes that JSON has.
struct JSONText {
    var start: Int
    var end: Int
    /// What was met in it. One byte, so that the whole is returned in registers.
    private var marks: UInt8 = 0

    init(start: Int, end: Int) {
        self.start = start
        self.end = end
    }

    var isEscaped: Bool { marks != 0 }
    /// Whether U+0000 is among its characters; only an escape can write it.
    var hasNUL: Bool { marks & 2 != 0 }
    /// Whether an escape of one half of a surrogate pair stands without the other: grammar, but no
    /// text. Decoded, it is U+FFFD.
    var hasLoneSurrogate: Bool { marks & 4 != 0 }

    fileprivate mutating func markEscape() { marks |= 1 }
    fileprivate mutating func markNUL() { marks |= 2 }
    fileprivate mutating func markLoneSurrogate() { marks |= 4 }

    /// UTF-8 bytes as written; the decoded text has at most as many, and at least a sixth.
    var count: Int { end - start }
}

/// A text that is compared with words, mostly without decoding it: no word needs an escape, but any
/// may be written with one.
struct JSONWord {
    fileprivate let text: JSONText
    fileprivate let bytes: UnsafeBufferPointer<UInt8>
    fileprivate let reader: JSONReader

    fileprivate init(text: JSONText, bytes: UnsafeBufferPointer<UInt8>, of reader: JSONReader) {
        self.text = text
        self.bytes = bytes
        self.reader = reader
    }

    @inline(__always)
    func spells(_ word: StaticString) -> Bool {
        text.isEscaped ? spellsDecoded(word) : bytes.spells(word)
    }

    @inline(never)
    private func spellsDecoded(_ word: StaticString) -> Bool {
        var decoded = reader.decode(text, keepsNUL: true)
        return decoded.withUTF8 { $0.spells(word) }
    }
}

extension IngestFault {
    static func loneSurrogate(_ pointer: String = "") -> IngestFault {
        .unfit(
            pointer: pointer,
            detail: "A `\\u` escape of half a surrogate pair stands without the other half.")
    }
}

extension JSONReader {
    /// Reads the string that stands next, up to and with its closing quotation mark.
    ///
    /// Most strings are short and plain, and end within the first words looked at.
    ///
    /// - Precondition: ``peek()`` says `string`.
    @inline(__always)
    mutating func string() throws(IngestFault) -> JSONText {
        let start = position + 1
        var index = start
        while end - index >= 8 {
            let found = Self.ends(word(at: index))
            if found == 0 {
                index += 8
                continue
            }
            index += found.trailingZeroBitCount >> 3
            guard bytes[index] == 0x22 else { break }
            position = index + 1
            return JSONText(start: start, end: index)
        }
        return try string(from: start, at: index)
    }

    /// - Parameter index: Up to where nothing but plain text stands.
    @inline(never)
    private mutating func string(
        from start: Int, at index: Int
    ) throws(IngestFault) -> JSONText {
        var index = index
        var text = JSONText(start: start, end: index)
        while true {
            while end - index >= 8 {
                let found = Self.ends(word(at: index))
                guard found == 0 else {
                    index += found.trailingZeroBitCount >> 3
                    break
                }
                index += 8
            }
            guard index < end else {
                throw malformed("A string ends with a quotation mark; the document ends too early.")
            }
            let byte = bytes[index]
            if byte == 0x22 {
                text.end = index
                position = index + 1
                return text
            } else if byte == 0x5C {
                index = try skipEscape(at: index, of: &text)
            } else if byte >= 0x80 {
                index = try skipSequence(at: index)
            } else if byte < 0x20 {
                throw malformed(
                    "In a string, control characters are escaped: `\\n`, `\\u0001`.", at: index)
            } else {
                index += 1
            }
        }
    }

    @inline(__always)
    private func word(at index: Int) -> UInt64 { Self.word(of: bytes, at: index) }

    /// Eight bytes at once, the first in the lowest place.
    ///
    /// - Precondition: At least as many stand there.
    @inline(__always)
    static func word(of bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> UInt64 {
        let start = UnsafeRawPointer(bytes.baseAddress! + index)
        return UInt64(littleEndian: start.loadUnaligned(as: UInt64.self))
    }

    /// The high bit of the lowest byte that is not plain text: a quotation mark, a backslash, a
    /// control character or the beginning of a longer sequence. Bits above the lowest mean nothing.
    @inline(__always)
    private static func ends(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = word ^ (ones &* 0x22)
        let backslashes = word ^ (ones &* 0x5C)
        let found =
            ((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes)
            | ((word &- ones &* 0x20) & ~word) | word
        return found & (ones &* 0x80)
    }

    /// - Returns: Where the text goes on behind the escape.
    private func skipEscape(at index: Int, of text: inout JSONText) throws(IngestFault) -> Int {
        text.markEscape()
        guard index + 1 < end else {
            throw malformed("A string ends with a quotation mark; the document ends too early.")
        }
        switch bytes[index + 1] {
        case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74:
            return index + 2
        case 0x75:
            guard let unit = hexadecimal(at: index + 2) else {
                throw malformed("`\\u` is followed by four hexadecimal digits.", at: index)
            }
            if unit == 0 { text.markNUL() }
            guard unit & 0xF800 == 0xD800 else { return index + 6 }
            guard lowSurrogate(after: unit, at: index + 6) != nil else {
                text.markLoneSurrogate()
                return index + 6
            }
            return index + 12
        default:
            throw malformed(
                "After a backslash stands one of `\"`, `\\`, `/`, `b`, `f`, `n`, `r`, `t`, `u`.",
                at: index)
        }
    }

    /// The value of the four hexadecimal digits that stand there.
    private func hexadecimal(at index: Int) -> UInt32? {
        guard end - index >= 4 else { return nil }
        var value: UInt32 = 0
        for byte in bytes[index..<(index + 4)] {
            switch byte {
            case 0x30...0x39: value = value << 4 | UInt32(byte - 0x30)
            case 0x41...0x46: value = value << 4 | UInt32(byte - 0x37)
            case 0x61...0x66: value = value << 4 | UInt32(byte - 0x57)
            default: return nil
            }
        }
        return value
    }

    private func lowSurrogate(after high: UInt32, at index: Int) -> UInt32? {
        guard high < 0xDC00, end - index >= 6, bytes[index] == 0x5C, bytes[index + 1] == 0x75,
            let low = hexadecimal(at: index + 2), low & 0xFC00 == 0xDC00
        else { return nil }
        return low
    }

    /// Checks one sequence of two to four bytes against table 3-7 of the Unicode standard.
    ///
    /// - Returns: Where the text goes on behind it.
    @inline(__always)
    private func skipSequence(at index: Int) throws(IngestFault) -> Int {
        func isContinuation(_ offset: Int) -> Bool {
            index + offset < end && bytes[index + offset] & 0xC0 == 0x80
        }
        let lead = bytes[index]
        let second = index + 1 < end ? bytes[index + 1] : 0
        switch lead {
        case 0xC2...0xDF:
            if isContinuation(1) { return index + 2 }
        case 0xE0...0xEF:
            let isShortest = lead != 0xE0 || second >= 0xA0
            let isScalar = lead != 0xED || second <= 0x9F
            if isShortest, isScalar, isContinuation(1), isContinuation(2) { return index + 3 }
        case 0xF0...0xF4:
            let isShortest = lead != 0xF0 || second >= 0x90
            let isScalar = lead != 0xF4 || second <= 0x8F
            if isShortest, isScalar, isContinuation(1), isContinuation(2), isContinuation(3) {
                return index + 4
            }
        default:
            break
        }
        throw malformed("JSON is UTF-8; these bytes are not.", at: index)
    }

    /// The decoded text.
    ///
    /// - Parameter keepsNUL: Whether U+0000 stays; else it becomes U+FFFD, since what stores and
    ///   shows a text often ends it there.
    @inline(__always)
    func decode(_ text: JSONText, keepsNUL: Bool = false) -> String {
        guard text.isEscaped else {
            return String(decoding: slice(text), as: UTF8.self)
        }
        return unescape(text, keepsNUL: keepsNUL)
    }

    /// Whether two texts are written alike.
    @inline(__always)
    func spellTheSame(_ left: JSONText, _ right: JSONText) -> Bool {
        guard left.count == right.count else { return false }
        var offset = 0
        while left.count - offset >= 8 {
            guard word(at: left.start + offset) == word(at: right.start + offset) else {
                return false
            }
            offset += 8
        }
        while offset < left.count {
            guard bytes[left.start + offset] == bytes[right.start + offset] else { return false }
            offset += 1
        }
        return true
    }

    /// The text, to be compared with words that are known.
    @inline(__always)
    func word(_ text: JSONText) -> JSONWord { JSONWord(text: text, bytes: slice(text), of: self) }

    /// The bytes as they are written, escapes and all.
    @inline(__always)
    func slice(_ text: JSONText) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: bytes[text.start..<text.end])
    }

    @inline(never)
    private func unescape(_ text: JSONText, keepsNUL: Bool) -> String {
        // An escape is never shorter than what it stands for.
        String(unsafeUninitializedCapacity: text.count) { buffer in
            var count = 0
            unescape(text, keepsNUL: keepsNUL) { byte in
                buffer[count] = byte
                count += 1
            }
            return count
        }
    }

    /// The bytes that the decoded text has, found without decoding it.
    func decodedCount(_ text: JSONText) -> Int {
        guard text.isEscaped else { return text.count }
        var count = 0
        unescape(text, keepsNUL: true) { _ in count += 1 }
        return count
    }

    @inline(__always)
    private func unescape(_ text: JSONText, keepsNUL: Bool, into put: (UInt8) -> Void) {
        var index = text.start
        while index < text.end {
            let byte = bytes[index]
            guard byte == 0x5C else {
                put(byte)
                index += 1
                continue
            }
            let escape = bytes[index + 1]
            index += 2
            switch escape {
            case 0x62: put(0x08)
            case 0x66: put(0x0C)
            case 0x6E: put(0x0A)
            case 0x72: put(0x0D)
            case 0x74: put(0x09)
            case 0x75:
                let unit = hexadecimal(at: index) ?? 0
                index += 4
                if let low = lowSurrogate(after: unit, at: index), unit & 0xF800 == 0xD800 {
                    index += 6
                    Self.put(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00), into: put)
                } else if unit & 0xF800 == 0xD800 || (unit == 0 && !keepsNUL) {
                    Self.put(0xFFFD, into: put)
                } else {
                    Self.put(unit, into: put)
                }
            default: put(escape)
            }
        }
    }

    @inline(__always)
    private static func put(_ scalar: UInt32, into put: (UInt8) -> Void) {
        func tail(_ shift: UInt32) -> UInt8 { UInt8(0x80 | (scalar >> shift) & 0x3F) }
        switch scalar {
        case ..<0x80:
            put(UInt8(scalar))
        case ..<0x800:
            put(UInt8(0xC0 | scalar >> 6))
            put(tail(0))
        case ..<0x10000:
            put(UInt8(0xE0 | scalar >> 12))
            put(tail(6))
            put(tail(0))
        default:
            put(UInt8(0xF0 | scalar >> 18))
            put(tail(12))
            put(tail(6))
            put(tail(0))
        }
    }
}
