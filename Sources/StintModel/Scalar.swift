/// A value that a fact or an attribute may have.
///
/// Integers that fit are exact; `1.0` and `1` are the same value. Two scalars are compared by their
/// canonical JSON (RFC 8785), which is how ties between equally old statements are settled.
public enum Scalar: Hashable, Sendable {
    case string(String)
    case integer(Int64)
    case double(Double)
    case boolean(Bool)
    /// Names in order: the plan of an execution.
    case list([String])

    /// A number in its one representation: whole numbers that fit are integers.
    ///
    /// - Precondition: `value` is finite.
    public init(number value: Double) {
        self = Int64(exactly: value).map(Scalar.integer) ?? .double(value)
    }

    public var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    public var boolean: Bool? {
        if case .boolean(let flag) = self { flag } else { nil }
    }

    public var list: [String]? {
        if case .list(let names) = self { names } else { nil }
    }

    public var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .double(let value): value
        case .string, .boolean, .list: nil
        }
    }

    public var integer: Int64? {
        if case .integer(let value) = self { value } else { nil }
    }

    /// The bytes of RFC 8785, by which ties are settled.
    public var canonicalJSON: [UInt8] {
        var bytes: [UInt8] = []
        writeCanonicalJSON(to: &bytes)
        return bytes
    }

    public func writeCanonicalJSON(to bytes: inout [UInt8]) {
        switch self {
        case .string(let text): bytes.appendJSON(string: text)
        case .integer(let value): bytes.appendJSON(integer: value)
        case .double(let value): bytes.appendJSON(number: value)
        case .boolean(let flag): bytes.append(contentsOf: flag ? "true".utf8 : "false".utf8)
        case .list(let names):
            bytes.append(0x5B)
            for (index, name) in names.enumerated() {
                if index > 0 { bytes.append(0x2C) }
                bytes.appendJSON(string: name)
            }
            bytes.append(0x5D)
        }
    }
}
