import StintModel
import StintWire

/// A piece of a JSON document, its members in the order in which they are written.
indirect enum JSONNode: Sendable {
    case scalar(Scalar)
    case array([JSONNode])
    case object([(name: String, value: JSONNode)])

    func write(to json: inout JSONWriter) {
        switch self {
        case .scalar(let value): json.scalar(value)
        case .array(let elements): json.array(elements) { $1.write(to: &$0) }
        case .object(let members):
            json.object { json in
                for member in members {
                    json.key(member.name)
                    member.value.write(to: &json)
                }
            }
        }
    }
}

extension JSONNode: ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
    ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    init(stringLiteral value: String) { self = .scalar(.string(value)) }
    init(integerLiteral value: Int) { self = .scalar(.integer(Int64(value))) }
    init(booleanLiteral value: Bool) { self = .scalar(.boolean(value)) }
    init(arrayLiteral elements: JSONNode...) { self = .array(elements) }
    init(dictionaryLiteral elements: (String, JSONNode)...) {
        self = .object(elements.map { (name: $0.0, value: $0.1) })
    }

    static func text(_ value: String) -> JSONNode { .scalar(.string(value)) }
    static func flag(_ value: Bool) -> JSONNode { .scalar(.boolean(value)) }
    static func texts(_ values: [String]) -> JSONNode { .array(values.map(text)) }
}
