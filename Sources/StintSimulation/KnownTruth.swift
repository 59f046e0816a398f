import StintModel

/// Executions of which everything is known, numbered from 0.
public protocol KnownTruth: Sendable {
    /// What the attribute ``FleetTag/attribute`` of each of them says, and of no others.
    var tag: String { get }
    var count: Int { get }

    /// - Precondition: The number is one of 0 ..< ``count``.
    func execution(_ number: Int) -> SimulatedExecution
}

extension KnownTruth {
    /// The number that an execution's id stands for; `nil` for the id of another.
    public func number(of id: String) -> Int? {
        let prefix = FleetTag.idPrefix(tag)
        guard id.hasPrefix(prefix), let number = Int(id.dropFirst(prefix.count)),
            (0..<count).contains(number), FleetTag.id(tag, number).rawValue == id
        else { return nil }
        return number
    }
}

/// How the executions of one fleet are told from everything else in a store.
public enum FleetTag {
    /// The attribute that carries the tag.
    public static let attribute = "simulation"

    /// Eight characters that differ wherever a number does.
    static func text(of numbers: [UInt64]) -> String {
        let digest = numbers.reduce(0x5EED) { RandomSource.mixed($0 &* 31 &+ $1) }
        let text = String(digest, radix: 16)
        return String((String(repeating: "0", count: 8) + text).suffix(8))
    }

    static func idPrefix(_ tag: String) -> String { "sim-\(tag)-" }

    /// Ids in the order of the numbers, at least up to ten million of them.
    static func id(_ tag: String, _ number: Int) -> ExecutionID {
        let digits = String(number)
        let padded = String(repeating: "0", count: max(0, 7 - digits.count)) + digits
        return ExecutionID(rawValue: idPrefix(tag) + padded)!
    }
}
