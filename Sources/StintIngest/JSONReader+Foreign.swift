import StintModel

// Values of documents whose senders know nothing of our limits: what is not what it should be says
// nothing, and spoils nothing beside it.

extension JSONReader {
    /// The string that stands next, mended as ``foreignText()`` does; anything else is passed over.
    ///
    /// - Returns: `nil` where it is empty or no string.
    mutating func textIfAny() throws(IngestFault) -> String? {
        if try peek() == .string { return try foreignText() }
        try skip(tolerant: true)
        return nil
    }

    /// The name or number that stands next, as a text; anything else is passed over.
    mutating func identifierIfAny() throws(IngestFault) -> String? {
        if try peek() == .number { return try number().integer.map(String.init) }
        return try textIfAny()
    }

    /// The string, number or boolean that stands next; anything else is passed over.
    mutating func scalarIfAny() throws(IngestFault) -> Scalar? {
        switch try peek() {
        case .number: return try number().scalar
        case .boolean: return .boolean(try boolean())
        default: return try textIfAny().map(Scalar.string)
        }
    }

    /// Shows the members of the object that stands next, those that are null left out. The body
    /// consumes the value where it answers `true`; anything else is passed over.
    mutating func members(
        at place: @autoclosure () -> String,
        _ body: (JSONWord, inout JSONReader) throws(IngestFault) -> Bool
    ) throws(IngestFault) {
        guard try peek() == .object else { return try skip(tolerant: true) }
        try enterObject()
        var keys = JSONKeySet()
        while let key = try nextKey() {
            try keys.insertOnce(key, of: self, in: place())
            if try skipNull() { continue }
            if try !body(word(key), &self) { try skip(tolerant: true) }
        }
    }
}
