import Foundation
import StintWire
import Testing

@testable import StintServer

/// The schemas of the metrics against a document in which every member has a value somewhere.
@Suite struct MetricsSchemaTests {
    @Test(arguments: [("answer", Component.metrics), ("agents", .agentPage)])
    func `a document has the members described, and no other`(
        _ name: String, _ component: Component
    ) throws {
        let fixture = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Fixtures/metrics/\(name).json")
        let document = try JSONSerialization.jsonObject(with: Data(contentsOf: fixture))
        let schema = try Self.plain(component.schema)
        var faults: [String] = []
        var seen: Set<String> = []
        try Self.compare(document, schema, at: component.name, &seen, &faults)
        #expect(faults == [])
        #expect(try Self.members(schema, at: component.name).subtracting(seen) == [])
    }

    /// What is wrong with a value, and the places of the members that it has.
    private static func compare(
        _ value: Any, _ schema: [String: Any], at place: String, _ seen: inout Set<String>,
        _ faults: inout [String]
    ) throws {
        let schema = try resolved(schema)
        let place = schema.name ?? place
        if value is NSNull {
            if !schema.isNullable { faults.append("\(place) is null") }
            return
        }
        if let elements = value as? [Any] {
            if elements.count > schema.keywords["maxItems"] as? Int ?? .max {
                faults.append("\(place) has \(elements.count)")
            }
            let items = try #require(schema.keywords["items"] as? [String: Any])
            for element in elements {
                try compare(element, items, at: place + "[]", &seen, &faults)
            }
        } else if let members = value as? [String: Any] {
            let others = schema.keywords["additionalProperties"] as? [String: Any]
            let known = schema.keywords["properties"] as? [String: [String: Any]] ?? [:]
            for name in schema.keywords["required"] as? [String] ?? [] where members[name] == nil {
                faults.append("\(place) lacks \(name)")
            }
            for (name, value) in members {
                let child = others == nil ? "\(place).\(name)" : "\(place){}"
                guard let schema = known[name] ?? others else {
                    faults.append("\(child) is not described")
                    continue
                }
                seen.insert(child)
                try compare(value, schema, at: child, &seen, &faults)
            }
        } else if let words = schema.keywords["enum"] as? [String] {
            if !words.contains(value as? String ?? "") { faults.append("\(place): \(value)") }
        } else if let number = value as? Double {
            if number < schema.keywords["minimum"] as? Double ?? -.infinity
                || number > schema.keywords["maximum"] as? Double ?? .infinity
            {
                faults.append("\(place) is out of bounds: \(number)")
            }
        }
    }

    /// The places of all members that a schema describes.
    private static func members(_ schema: [String: Any], at place: String) throws -> Set<String> {
        let (keywords, _, name) = try resolved(schema)
        let place = name ?? place
        var places: Set<String> = []
        for (name, schema) in keywords["properties"] as? [String: [String: Any]] ?? [:] {
            places.insert("\(place).\(name)")
            places.formUnion(try members(schema, at: "\(place).\(name)"))
        }
        for (keyword, suffix) in [("items", "[]"), ("additionalProperties", "{}")] {
            guard let schema = keywords[keyword] as? [String: Any] else { continue }
            places.formUnion(try members(schema, at: place + suffix))
        }
        return places
    }

    /// What a schema says where its reference is followed, to which name, and whether it takes null.
    private static func resolved(
        _ schema: [String: Any]
    ) throws -> (keywords: [String: Any], isNullable: Bool, name: String?) {
        if let reference = schema["$ref"] as? String {
            let name = reference.split(separator: "/").last.map(String.init)
            let component = try #require(Component.ofMetrics.first { $0.name == name })
            return (try plain(component.schema), false, name)
        }
        if let choices = schema["anyOf"] as? [[String: Any]] {
            let (keywords, _, name) = try resolved(choices[0])
            return (keywords, true, name)
        }
        return (schema, schema["type"] is [String], nil)
    }

    private static func plain(_ schema: Schema) throws -> [String: Any] {
        var json = JSONWriter()
        schema.node.write(to: &json)
        return try #require(
            try JSONSerialization.jsonObject(with: Data(json.bytes)) as? [String: Any])
    }
}
