/// Reads JSON (RFC 8259) from bytes, value by value, and takes nothing that is not JSON: strict
/// UTF-8, the grammar to the letter, at most ``depthLimit`` levels.
///
/// Nothing is built that is not asked for: a string is a slice until it is decoded, and what is
/// skipped is checked all the same. Time is linear in the bytes read, and the memory constant.
///
/// Two things are left to the caller, because they spoil one value rather than the document: keys
/// that stand twice in an object (``JSONKeySet``), and escapes of half a surrogate pair
/// (``JSONText/hasLoneSurrogate``).
struct JSONReader {
    /// How deep arrays and objects may stand in each other.
    static let depthLimit = 64

    let bytes: UnsafeBufferPointer<UInt8>
    /// The byte to be read next.
    var position: Int
    /// One past the last byte of the document.
    let end: Int
    private var depth = 0
    /// Whether the array or object just entered has not been asked for its first value.
    private var isFirst = false

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.init(bytes, from: 0, to: bytes.count)
    }

    /// - Precondition: The range lies within the bytes.
    init(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int) {
        precondition(0 <= start && start <= end && end <= bytes.count, "A range of the bytes.")
        self.bytes = bytes
        self.end = end
        position = start
    }

    /// Reads one line: up to the next line feed, or to the last byte.
    init(lineOf bytes: UnsafeBufferPointer<UInt8>, from start: Int) {
        let ones: UInt64 = 0x0101_0101_0101_0101
        var end = start
        while bytes.count - end >= 8 {
            let word = Self.word(of: bytes, at: end) ^ (ones &* 0x0A)
            let found = (word &- ones) & ~word & (ones &* 0x80)
            if found != 0 { break }
            end += 8
        }
        while end < bytes.count, bytes[end] != 0x0A { end += 1 }
        self.init(bytes, from: start, to: end)
    }

    /// The sorts of value, told by their first byte.
    enum Kind {
        case object
        case array
        case string
        case number
        case boolean
        case null
    }

    /// What stands next; nothing is consumed but white space.
    @inline(__always)
    mutating func peek() throws(IngestFault) -> Kind {
        switch try nextByte("A value is expected; the document ends too early.") {
        case 0x7B: return .object
        case 0x5B: return .array
        case 0x22: return .string
        case 0x2D, 0x30...0x39: return .number
        case 0x74, 0x66: return .boolean
        case 0x6E: return .null
        default: throw malformed("A JSON value is expected here.")
        }
    }

    /// Goes into the object that stands next; ``nextKey()`` leads through it.
    @inline(__always)
    mutating func enterObject() throws(IngestFault) {
        try enter()
    }

    /// Goes into the array that stands next; ``nextElement()`` leads through it.
    @inline(__always)
    mutating func enterArray() throws(IngestFault) {
        try enter()
    }

    @inline(__always)
    private mutating func enter() throws(IngestFault) {
        guard depth < Self.depthLimit else {
            throw malformed("Arrays and objects stand in each other at most 64 deep.")
        }
        depth += 1
        position += 1
        isFirst = true
    }

    /// Reads up to the value of the next member of the object entered last.
    ///
    /// - Returns: `nil` at the object's end, which is left thereby.
    @inline(__always)
    mutating func nextKey() throws(IngestFault) -> JSONText? {
        let early: StaticString = "An object ends with `}`; the document ends too early."
        var byte = try nextByte(early)
        if byte == 0x7D {
            leave()
            return nil
        }
        if !isFirst {
            guard byte == 0x2C else { throw malformed("`,` or `}` is expected after a member.") }
            position += 1
            byte = try nextByte(early)
        }
        isFirst = false
        return try key(byte)
    }

    @inline(__always)
    private mutating func key(_ byte: UInt8) throws(IngestFault) -> JSONText {
        guard byte == 0x22 else { throw malformed("A key in quotation marks is expected here.") }
        let key = try string()
        guard try nextByte("`:` is expected; the document ends too early.") == 0x3A else {
            throw malformed("`:` is expected after a key.")
        }
        position += 1
        return key
    }

    /// Reads up to the next element of the array entered last.
    ///
    /// - Returns: Whether there is one. Where not, the array is left.
    @inline(__always)
    mutating func nextElement() throws(IngestFault) -> Bool {
        let byte = try nextByte("An array ends with `]`; the document ends too early.")
        if byte == 0x5D {
            leave()
            return false
        }
        if !isFirst {
            guard byte == 0x2C else { throw malformed("`,` or `]` is expected after an element.") }
            position += 1
            _ = try peek()
        }
        isFirst = false
        return true
    }

    @inline(__always)
    private mutating func leave() {
        position += 1
        depth -= 1
        isFirst = false
    }

    /// Consumes a `null`, where one stands next.
    @inline(__always)
    mutating func skipNull() throws(IngestFault) -> Bool {
        guard try nextByte("A value is expected; the document ends too early.") == 0x6E else {
            return false
        }
        try consume("null")
        return true
    }

    /// - Precondition: ``peek()`` says `boolean`.
    mutating func boolean() throws(IngestFault) -> Bool {
        let isTrue = bytes[position] == 0x74
        try consume(isTrue ? "true" : "false")
        return isTrue
    }

    private mutating func consume(_ word: StaticString) throws(IngestFault) {
        let count = word.utf8CodeUnitCount
        guard end - position >= count,
            (0..<count).allSatisfy({ bytes[position + $0] == word.utf8Start[$0] })
        else { throw malformed("The only words of JSON are `true`, `false` and `null`.") }
        position += count
    }

    /// Passes over the next value whatever it is, and checks every byte of it.
    ///
    /// - Parameter tolerant: Whether an escape of half a surrogate pair may stand in it.
    mutating func skip(tolerant: Bool = false) throws(IngestFault) {
        // The sort of each level entered here, the innermost in the lowest bit: 1 is an object.
        var objects: UInt64 = 0
        let outside = depth
        repeat {
            switch try peek() {
            case .object:
                try enter()
                objects = objects << 1 | 1
            case .array:
                try enter()
                objects <<= 1
            case .string:
                try skipString(tolerant: tolerant)
            case .number:
                _ = try number()
            case .boolean:
                _ = try boolean()
            case .null:
                try consume("null")
            }
            while depth > outside {
                if objects & 1 == 1 {
                    if let key = try nextKey() {
                        guard tolerant || !key.hasLoneSurrogate else { throw .loneSurrogate() }
                        break
                    }
                } else if try nextElement() {
                    break
                }
                objects >>= 1
            }
        } while depth > outside
    }

    private mutating func skipString(tolerant: Bool) throws(IngestFault) {
        let text = try string()
        guard tolerant || !text.hasLoneSurrogate else { throw .loneSurrogate() }
    }

    /// Sees to it that nothing but white space follows the document.
    mutating func finish() throws(IngestFault) {
        skipSpace()
        guard position == end else {
            throw malformed(
                "Nothing may follow the value of a JSON document; "
                    + "lines of JSON are sent as application/x-ndjson.")
        }
    }

    /// Sees to it that no byte order mark stands first, which RFC 8259 does not allow.
    func refuseByteOrderMark() throws(IngestFault) {
        guard end - position >= 3, bytes[position] == 0xEF, bytes[position + 1] == 0xBB,
            bytes[position + 2] == 0xBF
        else { return }
        throw malformed("JSON begins without a byte order mark.")
    }

    @inline(__always)
    mutating func skipSpace() {
        while position < end, bytes[position] <= 0x20, Self.isSpace(bytes[position]) {
            position += 1
        }
    }

    @inline(__always)
    static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    @inline(__always)
    private mutating func nextByte(_ early: StaticString) throws(IngestFault) -> UInt8 {
        skipSpace()
        guard position < end else {
            throw malformed(early.description)
        }
        return bytes[position]
    }

    @inline(never)
    func malformed(_ detail: String, at offset: Int? = nil) -> IngestFault {
        .malformed(detail: detail, offset: offset ?? position)
    }
}
