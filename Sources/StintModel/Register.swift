/// A value together with what decides between two of them: authority first, then the later time,
/// then the larger canonical JSON. The lexicographic maximum wins, so the order in which statements
/// arrive does not matter.
public struct Register: Hashable, Sendable {
    public var authority: Authority
    public var at: Instant
    public var value: Scalar

    public init(authority: Authority, at: Instant, value: Scalar) {
        self.authority = authority
        self.at = at
        self.value = value
    }

    /// - Returns: Whether the other one won.
    mutating func join(_ other: Register) -> Bool {
        guard other.wins(over: self) else { return false }
        self = other
        return true
    }

    private func wins(over held: Register) -> Bool {
        if authority != held.authority { return authority > held.authority }
        if at != held.at { return at > held.at }
        if let text = value.string, let other = held.value.string {
            if text.isSpelled(like: other) { return false }
        } else if value == held.value, value.list == nil {
            return false
        }
        return held.value.canonicalJSON.lexicographicallyPrecedes(value.canonicalJSON)
    }
}

/// What an execution or a step says of itself, one register a name.
public typealias Facts = SortedMap<FactName, Register>

/// The sender's own values, one register a key.
public typealias Attributes = SortedMap<String, Register>
