import StintModel

// Values of one sort, within their limits. Each reads the value that stands next, and says what
// would be right where that is something else. The pointer is built only then.

extension JSONReader {
    /// A text as its sender wrote it, U+0000 replaced by U+FFFD.
    mutating func text(
        atMost limit: Int, _ pointer: @autoclosure () -> String
    ) throws(IngestFault) -> String {
        let slice = try textSlice(atMost: limit, pointer())
        // Few texts are escaped, and what they stand for is never longer, U+0000 aside.
        let text = decode(slice)
        if slice.isEscaped, text.utf8.count > limit { throw .tooLong(limit, pointer()) }
        return text
    }

    /// A name: like a text, but U+0000 is refused. Empty where the sender left it empty.
    mutating func nameSlice(
        atMost limit: Int, _ pointer: @autoclosure () -> String
    ) throws(IngestFault) -> JSONText {
        let slice = try textSlice(atMost: limit, pointer())
        guard slice.isEscaped else { return slice }
        if slice.hasNUL {
            throw .unfit(pointer: pointer(), detail: "A name does not hold the character U+0000.")
        }
        if decodedCount(slice) > limit { throw .tooLong(limit, pointer()) }
        return slice
    }

    private mutating func textSlice(
        atMost limit: Int, _ pointer: @autoclosure () -> String
    ) throws(IngestFault) -> JSONText {
        guard try peek() == .string else {
            throw .unfit(pointer: pointer(), detail: "A string is expected.")
        }
        let text = try string()
        if text.hasLoneSurrogate { throw .loneSurrogate(pointer()) }
        // An escape writes at most six bytes for one.
        if text.count > (text.isEscaped ? 6 * limit : limit) { throw .tooLong(limit, pointer()) }
        return text
    }

    /// A whole number of a range.
    mutating func integer(
        in range: ClosedRange<Int64>, _ pointer: @autoclosure () -> String
    ) throws(IngestFault) -> Int64 {
        guard try peek() == .number, let value = try number().integer, range.contains(value) else {
            throw .unfit(
                pointer: pointer(),
                detail: "An integer from \(range.lowerBound) through \(range.upperBound) "
                    + "is expected.")
        }
        return value
    }

    /// Any number that a `Double` can hold.
    mutating func finiteNumber(
        _ pointer: @autoclosure () -> String
    ) throws(IngestFault) -> JSONNumber {
        guard try peek() == .number else {
            throw .unfit(pointer: pointer(), detail: "A number is expected.")
        }
        let number = try number()
        guard number != .beyond else {
            throw .unfit(
                pointer: pointer(),
                detail: "A number within ±1.7976931348623157e308, of at most "
                    + "\(JSONNumber.longest) characters, is expected.")
        }
        return number
    }

    /// A number from 0 through a bound.
    mutating func number(
        upTo bound: Double, _ pointer: @autoclosure () -> String
    ) throws(IngestFault) -> JSONNumber {
        let number = try finiteNumber(pointer())
        guard let value = number.double, (0...bound).contains(value) else {
            throw .unfit(
                pointer: pointer(), detail: "A number from 0 through \(Int64(bound)) is expected.")
        }
        return number
    }

    mutating func flag(_ pointer: @autoclosure () -> String) throws(IngestFault) -> Bool {
        guard try peek() == .boolean else {
            throw .unfit(pointer: pointer(), detail: "`true` or `false` is expected.")
        }
        return try boolean()
    }

    /// Goes into the object that must stand next.
    mutating func enterObject(
        _ pointer: @autoclosure () -> String, of members: StaticString
    ) throws(IngestFault) {
        guard try peek() == .object else {
            throw .unfit(pointer: pointer(), detail: "An object is expected: \(members).")
        }
        try enterObject()
    }

    /// An instant of the years 0000 through 9999: RFC 3339 with its zone, or an integer, which is
    /// milliseconds since 1970.
    mutating func instant(
        _ pointer: @autoclosure () -> String
    ) throws(IngestFault) -> Instant {
        switch try peek() {
        case .string:
            let text = try string()
            if text.isEscaped { return try instant(written: decode(text), pointer()) }
            if let instant = Instant(rfc3339: slice(text)) { return instant }
            return try instant(written: decode(text), pointer())
        case .number:
            guard let milliseconds = try number().integer else { break }
            if let instant = Instant(milliseconds: milliseconds) { return instant }
            throw .unfit(
                pointer: pointer(),
                detail: "An integer is milliseconds since 1970; this one lies outside the years "
                    + "0000 through 9999.")
        default:
            break
        }
        throw .unfit(
            pointer: pointer(),
            detail: "A time is expected: RFC 3339 with a zone (2026-11-20T14:00:05.123Z), or an "
                + "integer, milliseconds since 1970.")
    }

    @inline(never)
    private func instant(
        written text: String, _ pointer: @autoclosure () -> String
    ) throws(IngestFault) -> Instant {
        if let instant = Instant(rfc3339: text) { return instant }
        guard Instant(rfc3339: text.prefix(64) + "Z") == nil else {
            throw .unfit(
                pointer: pointer(), detail: "A time says its zone: `Z` or an offset like `+02:00`.")
        }
        throw .unfit(
            pointer: pointer(),
            detail: "A time that exists is expected, as RFC 3339 writes it: "
                + "2026-11-20T14:00:05.123Z.")
    }
}

extension IngestFault {
    static func tooLong(_ limit: Int, _ pointer: String) -> IngestFault {
        .unfit(pointer: pointer, detail: "A string of at most \(limit) bytes is expected.")
    }

    static func duplicateKey(_ pointer: String) -> IngestFault {
        .unfit(pointer: pointer, detail: "A key stands once in an object; this one stands twice.")
    }

    /// The pointer to a member; to the object around it where the key is too long to repeat.
    static func pointer(to key: JSONText, of reader: JSONReader, in object: String) -> String {
        guard key.count <= Limits.nameBytes else { return object }
        return object + "/" + token(reader.decode(key, keepsNUL: true))
    }

    /// A reference token of a JSON pointer, after RFC 6901.
    private static func token(_ key: String) -> String {
        var token = ""
        for scalar in key.unicodeScalars {
            switch scalar {
            case "~": token += "~0"
            case "/": token += "~1"
            default: token.unicodeScalars.append(scalar)
            }
        }
        return token
    }
}
