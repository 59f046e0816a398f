import Foundation
import StintIngest
import StintModel
import Testing

/// What a real emitter sent, and what it must turn into.
struct ForeignFixture {
    struct Request {
        var headers: [(name: String, value: String)]
        var body: [UInt8]

        func header(_ name: String) -> String? {
            headers.first { $0.name.lowercased() == name }?.value
        }
    }

    var requests: [Request]
    /// Members that are null claim that there is nothing; those that are absent claim nothing.
    var expected: [String: Any]

    /// - Parameter path: `openlineage/ok`.
    init(_ path: String) throws {
        let folder = Self.root.appending(path: path)
        func json(_ name: String) throws -> [String: Any] {
            let data = try Data(contentsOf: folder.appending(path: name))
            return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        }
        requests = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".bin") }.sorted().map { name in
                let headers = try json(name.replacing(".bin", with: ".headers.json"))["headers"]
                return Request(
                    headers: (headers as? [[String]] ?? []).map { ($0[0], $0[1]) },
                    body: Array(try Data(contentsOf: folder.appending(path: name))))
            }
        expected = try json("expected.json")
    }

    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures")

    /// The cases of a format, as many as there are.
    static func cases(of format: String) -> [String] {
        let folder = root.appending(path: format).path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().map { format + "/" + $0 }
    }

    var executions: [[String: Any]] { expected["executions"] as? [[String: Any]] ?? [] }
}

/// The records that events make, by id.
func fold(_ events: [Event]) -> [ExecutionID: ExecutionState] {
    var states: [ExecutionID: ExecutionState] = [:]
    for event in events {
        guard let id = event.execution else { continue }
        states[id, default: ExecutionState(event)].apply(event)
    }
    return states
}

/// Compares records with what was expected, in the words of `expected.json`.
func expect(
    _ states: [ExecutionID: ExecutionState], _ fixture: ForeignFixture,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    #expect(states.count == fixture.executions.count, sourceLocation: sourceLocation)
    for claims in fixture.executions {
        let id = try #require((claims["id"] as? String).flatMap(ExecutionID.init))
        let state = try #require(states[id], sourceLocation: sourceLocation)
        let shown = Execution(
            id: id, workspace: .default, state: state, retention: .days(90))
        let attributes = Dictionary(
            uniqueKeysWithValues: shown.attributes.map { ($0.key, $0.value) })
        func same<Value: Equatable>(_ name: String, _ found: Value?, _ due: Value?) {
            guard claims[name] != nil else { return }
            #expect(found == due, "\(name)", sourceLocation: sourceLocation)
        }
        func time(_ name: String) -> Int64? { (claims[name] as? NSNumber)?.int64Value }
        func milliseconds(_ at: Instant?) -> Int64? { at.map { $0.microseconds / 1_000 } }

        same("agent", shown[.agent]?.string, claims["agent"] as? String)
        same("workspace", attributes["namespace"]?.string, claims["workspace"] as? String)
        same("status", shown.status.word, (claims["status"] as? String)?.lowercased())
        same("startMs", milliseconds(shown.startedAt), time("startMs"))
        same("stopMs", milliseconds(shown.finishedAt), time("stopMs"))
        same(
            "durationMs", shown.duration.map { $0.microseconds },
            time("durationMs").map { $0 * 1_000 })
        same("nominalStart", attributes["nominalStart"]?.string, claims["nominalStart"] as? String)
        same("nominalEnd", attributes["nominalEnd"]?.string, claims["nominalEnd"] as? String)

        let failure = claims["lastError"] as? [String: Any]
        same("lastError", shown.failure?.type, failure?["type"] as? String)
        same("lastError", shown.failure?.message, failure?["cause"] as? String)
        same(
            "lastError", milliseconds(shown.failure?.at),
            (failure?["atMs"] as? NSNumber)?.int64Value)
        #expect(shown.failure?.cause == nil, sourceLocation: sourceLocation)

        let parent = claims["parent"] as? [String: Any]
        let root = parent?["root"] as? [String: Any]
        same("parent", shown[.parent]?.string, parent?["id"] as? String)
        same("parent", attributes["parentName"]?.string, parent?["name"] as? String)
        same("parent", attributes["rootId"]?.string, root?["id"] as? String)
        same("parent", attributes["rootName"]?.string, root?["name"] as? String)

        let trace = claims["trace"] as? [String: Any]
        same("trace", attributes["traceId"]?.string, trace?["traceId"] as? String)
        same("trace", attributes["parentSpanId"]?.string, trace?["parentId"] as? String)
        same("trace", attributes["sampled"]?.boolean, trace?["sampled"] as? Bool)

        var told = fixture.expected["attributes"] as? [String: String] ?? [:]
        for (key, value) in claims["tags"] as? [String: String] ?? [:] {
            told["tag." + key] = value
        }
        for (key, value) in told {
            #expect(attributes[key]?.string == value, "\(key)", sourceLocation: sourceLocation)
        }
    }
}

/// Every order of so many things.
func orders(_ count: Int) -> [[Int]] {
    guard count > 0 else { return [[]] }
    return (0..<count).flatMap { first in
        orders(count - 1).map { [first] + $0.map { $0 < first ? $0 : $0 + 1 } }
    }
}
