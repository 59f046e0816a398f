// Swift takes two texts for the same where Unicode does (an é of one scalar or of two), and orders
// them so. Stores compare bytes, and a record that must be the same byte for byte compares bytes.

extension String {
    /// Whether the bytes are the same.
    public func isSpelled(like other: String) -> Bool {
        utf8.count == other.utf8.count && spelling(other) == 0
    }

    /// Whether the bytes come before the other's.
    public func isSpelledBefore(_ other: String) -> Bool { spelling(other) < 0 }

    /// Below zero, zero or above, as the bytes come before, are the same, or come after.
    private func spelling(_ other: String) -> Int {
        let fast: Int?? = utf8.withContiguousStorageIfAvailable { left in
            other.utf8.withContiguousStorageIfAvailable { right in
                Self.compare(left, right)
            }
        }
        if let fast, let fast { return fast }
        return Self.compare(Array(utf8), Array(other.utf8))
    }

    private static func compare(
        _ left: some Collection<UInt8>, _ right: some Collection<UInt8>
    ) -> Int {
        var bytes = right.makeIterator()
        for byte in left {
            guard let other = bytes.next() else { return 1 }
            if byte != other { return Int(byte) - Int(other) }
        }
        return bytes.next() == nil ? 0 : -1
    }

    /// Hashes the bytes, and an end that no text holds.
    public func hashSpelling(into hasher: inout Hasher) {
        let isContiguous: Void? = utf8.withContiguousStorageIfAvailable {
            hasher.combine(bytes: UnsafeRawBufferPointer($0))
        }
        if isContiguous == nil { for byte in utf8 { hasher.combine(byte) } }
        hasher.combine(0xFF as UInt8)
    }
}

/// A text that is the same as another where their bytes are: a key of a hash table.
public struct Spelling: Hashable, Sendable {
    public let text: String

    public init(_ text: String) {
        self.text = text
    }

    public static func == (left: Spelling, right: Spelling) -> Bool {
        left.text.isSpelled(like: right.text)
    }

    public func hash(into hasher: inout Hasher) {
        text.hashSpelling(into: &hasher)
    }
}

/// A key whose order is that of its stored bytes, the same on every machine and in every version.
public protocol SpelledKey: Hashable, Sendable {
    func isSame(as other: Self) -> Bool
    func isBefore(_ other: Self) -> Bool
}

extension String: SpelledKey {
    public func isSame(as other: String) -> Bool { isSpelled(like: other) }
    public func isBefore(_ other: String) -> Bool { isSpelledBefore(other) }
}

extension UInt16: SpelledKey {
    public func isSame(as other: UInt16) -> Bool { self == other }
    public func isBefore(_ other: UInt16) -> Bool { self < other }
}

extension FactName: SpelledKey {
    public func isSame(as other: FactName) -> Bool { self == other }
    public func isBefore(_ other: FactName) -> Bool { self < other }
}
