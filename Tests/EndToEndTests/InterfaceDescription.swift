import Foundation

/// The description that a server gives of its interface, to hold its answers against.
struct InterfaceDescription: Sendable {
    struct Operation: Sendable {
        var method: String
        var path: String
        var json: JSON

        var id: String { json["operationId"].string ?? "" }

        func parameters(in place: String) -> [JSON] {
            json["parameters"].array.filter { $0["in"].string == place }
        }
    }

    let json: JSON

    var operations: [Operation] {
        json["paths"].members.sorted { $0.key < $1.key }.flatMap { path, operations in
            operations.members.map {
                Operation(method: $0.key.uppercased(), path: path, json: $0.value)
            }
        }
    }

    func schema(_ name: String) -> JSON { ["$ref": .string(Self.schemas + name)] }

    /// The schema of an answer; `nil` where the status, or a body with it, is not described.
    func answer(of operation: Operation, _ status: Int) -> JSON? {
        var answer = operation.json["responses"][String(status)]
        if let reference = answer["$ref"].string?.split(separator: "/").last {
            answer = json["components"]["responses"][String(reference)]
        }
        let content = answer["content"].members
        return (content["application/json"] ?? content.first?.value)?["schema"]
    }

    private static let schemas = "#/components/schemas/"

    /// A schema that is only referred to, with its name.
    private func target(of schema: JSON) -> (name: String, schema: JSON)? {
        guard let name = schema["$ref"].string?.dropFirst(Self.schemas.count) else { return nil }
        return (String(name), json["components"]["schemas"][String(name)])
    }

    private func choices(_ schema: JSON) -> [JSON] {
        schema["anyOf"].array + schema["oneOf"].array
    }

    // MARK: Values

    /// What is wrong with a value.
    ///
    /// - Parameters:
    ///   - place: Where the schema stands: `Execution.steps[]`.
    ///   - seen: Gains each place of a member that the value has.
    func faults(
        of value: JSON, as schema: JSON, at place: String, seen: inout Set<String>
    ) -> [String] {
        if let target = target(of: schema) {
            return faults(of: value, as: target.schema, at: target.name, seen: &seen)
        }
        // What says nothing takes anything.
        if schema == [:] { return [] }
        let choices = choices(schema)
        if !choices.isEmpty {
            var tried: [String] = []
            for choice in choices {
                var seenHere = seen
                let faults = faults(of: value, as: choice, at: place, seen: &seenHere)
                if faults.isEmpty {
                    seen = seenHere
                    return []
                }
                tried += faults
            }
            return ["\(place) is none of its choices: \(tried)"]
        }
        guard isOfType(value, schema["type"]) else {
            return ["\(place): \(value) is not of type \(schema["type"])"]
        }
        if let word = schema["const"].string, value.string != word { return ["\(place): \(value)"] }
        switch value {
        case .object(let members):
            return faults(of: members, as: schema, at: place, seen: &seen)
        case .array(let elements):
            return elements.flatMap {
                faults(of: $0, as: schema["items"], at: place + "[]", seen: &seen)
            }
        case .string(let text):
            let words = schema["enum"].array
            if !words.isEmpty, !words.contains(value) { return ["\(place): no word \(text)"] }
            if schema["format"] == "date-time",
                text.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/) == nil
            {
                return ["\(place): no time \(text)"]
            }
        case .number(let number):
            if number < schema["minimum"].number ?? -.infinity
                || number > schema["maximum"].number ?? .infinity
            {
                return ["\(place): \(number) is out of bounds"]
            }
        default: break
        }
        return []
    }

    private func faults(
        of members: [String: JSON], as schema: JSON, at place: String, seen: inout Set<String>
    ) -> [String] {
        var faults = schema["required"].array.compactMap(\.string)
            .filter { members[$0] == nil }.map { "\(place) lacks \($0)" }
        let properties = schema["properties"].members
        for (name, value) in members {
            if let property = properties[name] {
                if value != .null { seen.insert("\(place).\(name)") }
                faults += self.faults(of: value, as: property, at: "\(place).\(name)", seen: &seen)
            } else if case .object = schema["additionalProperties"] {
                faults += self.faults(
                    of: value, as: schema["additionalProperties"], at: place + "{}", seen: &seen)
            } else {
                faults.append("\(place).\(name) is not described")
            }
        }
        return faults
    }

    private func isOfType(_ value: JSON, _ type: JSON) -> Bool {
        let types = type.string.map { [$0] } ?? type.array.compactMap(\.string)
        guard !types.isEmpty else { return true }
        return switch value {
        case .null: types.contains("null")
        case .bool: types.contains("boolean")
        case .number(let number):
            types.contains("number") || types.contains("integer") && number == number.rounded()
        case .string: types.contains("string")
        case .array: types.contains("array")
        case .object: types.contains("object")
        }
    }

    /// The places of all members that a value may have.
    func members(of schema: JSON, at place: String) -> Set<String> {
        if let target = target(of: schema) { return members(of: target.schema, at: target.name) }
        var places: Set<String> = []
        for choice in choices(schema) { places.formUnion(members(of: choice, at: place)) }
        for (name, property) in schema["properties"].members {
            places.insert("\(place).\(name)")
            places.formUnion(members(of: property, at: "\(place).\(name)"))
        }
        if case .object = schema["items"] {
            places.formUnion(members(of: schema["items"], at: place + "[]"))
        }
        return places
    }

    // MARK: Examples

    /// A value that has every member it may have.
    func example(of schema: JSON) -> JSON {
        if let target = target(of: schema) { return example(of: target.schema) }
        if let first = choices(schema).first { return example(of: first) }
        if schema["const"] != .null { return schema["const"] }
        if let word = schema["enum"].array.first { return word }
        switch schema["type"].string ?? schema["type"][0].string {
        case "string": return schema["format"] == "date-time" ? "2026-11-01T12:00:00Z" : "example"
        case "integer", "number": return 1
        case "boolean": return true
        case "array": return [example(of: schema["items"])]
        default:
            let named = schema["properties"].members.mapValues { example(of: $0) }
            guard case .object = schema["additionalProperties"] else { return .object(named) }
            return .object(
                named.merging(["key": example(of: schema["additionalProperties"])]) { $1 })
        }
    }
}
