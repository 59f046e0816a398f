import Foundation

// Values of one sort. Each reads the value that stands next, and says what would be right where that
// is something else.

extension OTLPJSONDecoding {
    mutating func json<Value>(
        _ read: (inout JSONReader) throws(IngestFault) -> Value
    ) throws(Fault) -> Value {
        do throws(IngestFault) { return try read(&reader) } catch { throw .json(error) }
    }

    private func unfit(_ expected: String) -> Fault {
        .json(reader.malformed("\(expected) is expected here."))
    }

    private mutating func expect(_ kind: JSONReader.Kind, _ expected: String) throws(Fault) {
        let found = try json { (reader) throws(IngestFault) in try reader.peek() }
        guard found == kind else { throw unfit(expected) }
    }

    /// Leads through the object that stands next, which becomes a message. A member that is null is
    /// as one that is absent.
    ///
    /// - Parameter read: Consumes a member's value and returns `true`; or `false`, and it is passed
    ///   over.
    mutating func members(
        _ read: (inout Self, JSONWord) throws(Fault) -> Bool
    ) throws(Fault) {
        do throws(OTLPBodyError) { try tally.countPart() } catch { throw .body(error) }
        try expect(.object, "An object")
        try json { (reader) throws(IngestFault) in try reader.enterObject() }
        while true {
            let key = try json { (reader) throws(IngestFault) in
                while let key = try reader.nextKey() {
                    if try !reader.skipNull() { return JSONText?.some(key) }
                }
                return nil
            }
            guard let key else { return }
            if try !read(&self, reader.word(key)) {
                try json { (reader) throws(IngestFault) in try reader.skip(tolerant: true) }
            }
        }
    }

    mutating func elements(
        _ read: (inout Self) throws(Fault) -> Void
    ) throws(Fault) {
        try expect(.array, "An array")
        try json { (reader) throws(IngestFault) in try reader.enterArray() }
        while try json({ (reader) throws(IngestFault) in try reader.nextElement() }) {
            try read(&self)
        }
    }

    mutating func text() throws(Fault) -> String {
        try expect(.string, "A string")
        return try json { (reader) throws(IngestFault) in
            let text = try reader.string()
            return reader.decode(text, keepsNUL: true)
        }
    }

    mutating func flag() throws(Fault) -> Bool {
        try expect(.boolean, "`true` or `false`")
        return try json { (reader) throws(IngestFault) in try reader.boolean() }
    }

    /// A number, or a string that writes one.
    private mutating func number<Value>(
        _ expected: String, written: (String) -> Value?, read: (JSONNumber) -> Value?
    ) throws(Fault) -> Value {
        switch try json({ (reader) throws(IngestFault) in try reader.peek() }) {
        case .string:
            if let value = written(try text()) { return value }
        case .number:
            let number = try json { (reader) throws(IngestFault) in try reader.number() }
            if let value = read(number) { return value }
        default: break
        }
        throw unfit(expected)
    }

    mutating func integer() throws(Fault) -> Int64 {
        try number(
            "A whole number of 64 bits, or a string of one,", written: { Int64($0) },
            read: { $0.integer })
    }

    mutating func nanoseconds() throws(Fault) -> UInt64 {
        try number(
            "Nanoseconds since 1970, as a number or a string,", written: { UInt64($0) },
            read: { $0.integer.flatMap { UInt64(exactly: $0) } })
    }

    mutating func double() throws(Fault) -> Double {
        try number("A number", written: Self.double, read: { $0.double })
    }

    private static func double(_ text: String) -> Double? {
        switch text {
        case "NaN": .nan
        case "Infinity": .infinity
        case "-Infinity": -.infinity
        default: Double(text).flatMap { $0.isFinite ? $0 : nil }
        }
    }

    /// A word of an enumeration, which OTLP writes as its number.
    mutating func word() throws(Fault) -> Int32 {
        try expect(.number, "A whole number")
        let number = try json { (reader) throws(IngestFault) in try reader.number() }
        guard let value = number.integer.flatMap({ Int32(exactly: $0) }) else {
            throw unfit("A whole number")
        }
        return value
    }

    /// The bytes of an id; none where it is no hex, so that its span is refused and no other.
    mutating func id() throws(Fault) -> Data {
        try expect(.string, "An id in hex")
        return try json { (reader) throws(IngestFault) in
            let text = try reader.string()
            return Self.bytes(hex: reader.slice(text)) ?? Data()
        }
    }

    private static func bytes(hex: UnsafeBufferPointer<UInt8>) -> Data? {
        // No id has more than 16 bytes.
        guard hex.count % 2 == 0, hex.count <= 32 else { return nil }
        func digit(_ byte: UInt8) -> UInt8? {
            switch byte {
            case 0x30...0x39: byte - 0x30
            case 0x41...0x46: byte - 0x37
            case 0x61...0x66: byte - 0x57
            default: nil
            }
        }
        var bytes = Data(capacity: hex.count / 2)
        for index in stride(from: 0, to: hex.count, by: 2) {
            guard let high = digit(hex[index]), let low = digit(hex[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    /// Base64, of the standard alphabet or the one for URLs, padded or not.
    mutating func base64() throws(Fault) -> Data {
        var text = try text()
        text = text.replacing("-", with: "+").replacing("_", with: "/")
        while text.utf8.count % 4 != 0 { text += "=" }
        guard let bytes = Data(base64Encoded: text) else { throw unfit("Base64") }
        return bytes
    }
}
