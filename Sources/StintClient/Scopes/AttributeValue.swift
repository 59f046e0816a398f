package import StintModel

/// A value of an attribute: a text, a number or a truth value, written as a literal or wrapped.
public struct AttributeValue: Hashable, Sendable, ExpressibleByStringLiteral,
    ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral
{
    package let scalar: Scalar

    public init(_ text: String) {
        scalar = .string(text.cut(toBytes: Limits.attributeBytes))
    }

    public init(_ number: Int) { scalar = .integer(Int64(number)) }

    /// What is not finite is told as a text, since JSON has no word for it.
    public init(_ number: Double) {
        scalar = number.isFinite ? Scalar(number: number) : .string("\(number)")
    }

    public init(_ flag: Bool) { scalar = .boolean(flag) }

    public init(stringLiteral text: String) { self.init(text) }

    public init(integerLiteral number: Int) { self.init(number) }

    public init(floatLiteral number: Double) { self.init(number) }

    public init(booleanLiteral flag: Bool) { self.init(flag) }
}

extension [String: AttributeValue] {
    /// As an event holds them: the smallest by key, where there are more than one event may have.
    var attributes: [Attribute] {
        guard !isEmpty else { return [] }
        let named = map { Attribute($0.key.asName, $0.value.scalar) }
        guard named.count > Limits.attributesPerEvent else { return named }
        return Array(named.sorted { $0.key < $1.key }.prefix(Limits.attributesPerEvent))
    }
}
