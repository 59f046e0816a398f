import StintModel

/// What a value looks like: JSON Schema 2020-12, as OpenAPI 3.1 takes it.
struct Schema: Sendable {
    /// The keywords, in the order in which they are written.
    private var keywords: [(name: String, value: JSONNode)]
    /// Whether as a member it may be null or missing, which mean the same.
    private var isOptional = false

    private init(_ type: String, _ keywords: [(name: String, value: JSONNode)] = []) {
        self.keywords = [("type", .text(type))] + keywords
    }

    private init(_ keywords: [(name: String, value: JSONNode)]) {
        self.keywords = keywords
    }

    var node: JSONNode {
        guard isOptional else { return .object(keywords) }
        var keywords = keywords
        guard case .scalar(.string(let type))? = keywords.first?.value,
            keywords[0].name == "type", !keywords.contains(where: { $0.name == "enum" })
        else { return ["anyOf": [.object(keywords), ["type": "null"]]] }
        keywords[0].value = .texts([type, "null"])
        return .object(keywords)
    }

    // MARK: Leaves

    static let any = Schema([])
    static let boolean = Schema("boolean")
    static let string = Schema("string")
    static let number = Schema("number")
    static let integer = Schema("integer")

    /// A whole number that every reader of JSON knows exactly, from 0.
    static let count = integer(in: 0...(1 << 53))
    /// What many counts come to: beyond 2^53 some readers of JSON round it.
    static let total = Schema("integer", [("minimum", 0)])
    /// As the server writes it: RFC 3339 in UTC with six fraction digits.
    static let instant = Schema("string", [("format", "date-time")])
    static let seconds = atLeastZero.describing("Seconds.")
    static let dollars = atLeastZero.describing("US dollars.")
    static let percentage = Schema("number", [("minimum", 0), ("maximum", 100)])
    private static let atLeastZero = Schema("number", [("minimum", 0)])

    static func integer(in range: ClosedRange<Int>) -> Schema {
        Schema(
            "integer",
            [
                ("minimum", .scalar(.integer(Int64(range.lowerBound)))),
                ("maximum", .scalar(.integer(Int64(range.upperBound)))),
            ])
    }

    /// - Parameter limit: In UTF-8 bytes, which JSON Schema cannot count; it is told in characters.
    static func string(_ length: ClosedRange<Int>) -> Schema {
        Schema(
            "string",
            [
                ("minLength", .scalar(.integer(Int64(length.lowerBound)))),
                ("maxLength", .scalar(.integer(Int64(length.upperBound)))),
            ])
    }

    static func string(atMost limit: Int) -> Schema {
        Schema("string", [("maxLength", .scalar(.integer(Int64(limit))))])
    }

    static func words(_ words: [String]) -> Schema { Schema("string", [("enum", .texts(words))]) }

    static func constant(_ word: String) -> Schema { Schema("string", [("const", .text(word))]) }

    static func ref(_ component: Component) -> Schema {
        Schema([("$ref", .text("#/components/schemas/\(component.name)"))])
    }

    // MARK: Compounds

    /// What is not ``optional`` is always there.
    static func object(_ members: KeyValuePairs<String, Schema>) -> Schema {
        object(members.map { ($0.key, $0.value) })
    }

    static func object(_ members: [(String, Schema)]) -> Schema {
        let required = members.filter { !$0.1.isOptional }.map(\.0)
        var keywords: [(name: String, value: JSONNode)] = []
        if !required.isEmpty { keywords.append(("required", .texts(required))) }
        keywords.append(("properties", .object(members.map { ($0.0, $0.1.node) })))
        return Schema("object", keywords)
    }

    /// An object whose members have the names that somebody gave them.
    static func map(_ value: Schema) -> Schema {
        Schema("object", [("additionalProperties", value.node)])
    }

    static func array(_ element: Schema, atMost count: Int? = nil) -> Schema {
        let bound = count.map { [("maxItems", JSONNode.scalar(.integer(Int64($0))))] } ?? []
        return Schema("array", [("items", element.node)] + bound)
    }

    static func oneOf(_ schemas: [Schema]) -> Schema {
        Schema([("oneOf", .array(schemas.map(\.node)))])
    }

    // MARK: More of a schema

    /// May be null or missing, which mean the same.
    var optional: Schema {
        var schema = self
        schema.isOptional = true
        return schema
    }

    func describing(_ text: String) -> Schema { with("description", .text(text)) }

    /// With one more keyword; in place of the one there was of this name.
    func with(_ keyword: String, _ value: JSONNode) -> Schema {
        var schema = self
        schema.keywords.removeAll { $0.name == keyword }
        schema.keywords.append((keyword, value))
        return schema
    }
}
