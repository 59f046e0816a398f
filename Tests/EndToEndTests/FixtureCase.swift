import Foundation
import NIOHTTP1
import Testing

/// One captured case: what was sent, in its order, and what must come of it.
struct FixtureCase {
    /// A request as it was on the wire.
    struct Message {
        var path: String
        /// Less what belongs to the connection that it came over.
        var headers: [String: String]
        var body: Data
        /// Whether it was a call of gRPC; the body is its message, and the path names the method.
        var isCall: Bool
    }

    var name: String
    var messages: [Message]
    var expected: JSON

    /// - Parameter name: A folder in `Tests/Fixtures`: `strands/ok`.
    init(_ name: String) throws {
        self.name = name
        let folder = EndToEnd.fixtures.appending(path: name)
        let bodies = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".bin") }.sorted()
        messages = try bodies.map { file in
            let head = try JSON(
                Data(
                    contentsOf: folder.appending(
                        path: file.replacing(".bin", with: ".headers.json"))))
            return Message(head, body: try Data(contentsOf: folder.appending(path: file)))
        }
        expected = try JSON(Data(contentsOf: folder.appending(path: "expected.json")))
    }

    /// The cases of one folder in `Tests/Fixtures`.
    static func all(in folder: String) throws -> [FixtureCase] {
        try FileManager.default.contentsOfDirectory(
            atPath: EndToEnd.fixtures.appending(path: folder).path
        ).sorted().map { try FixtureCase("\(folder)/\($0)") }
    }

    /// Sends everything in its order to a server that may hold other things, and compares the
    /// answers, what is there after each request, and what is there in the end.
    func replay(to server: RunningServer) async throws {
        let before = try await server.executionIDs
        for (index, message) in messages.enumerated() {
            expectAnswer(try await server.send(message))
            for partial in expected["afterRequest"].array
            where partial["request"].number == Double(index) {
                let new = try await server.executionIDs.subtracting(before)
                try await expect(partial["executions"].array, among: new, of: server, after: index)
            }
        }
        let new = try await server.executionIDs.subtracting(before)
        if let count = expected["executionCount"].number {
            #expect(Double(new.count) == count, "\(name)")
        }
        if expected["executions"] != .null {
            try await expect(expected["executions"].array, among: new, of: server, after: nil)
        }
    }

    /// - Parameter index: After which request; `nil` for the end.
    private func expect(
        _ claims: [JSON], among ids: Set<String>, of server: RunningServer, after index: Int?
    ) async throws {
        let place = index.map { "\(name) after request \($0)" } ?? name
        #expect(ids.count == claims.count, "\(place): \(ids)")
        for (claim, whole) in zip(claims, expected["executions"].array) {
            // Partial claims leave the id out.
            let id = try #require(whole["id"].string, "\(place)")
            let shown = try await server.execution(id).json
            expectExecution(shown, claim.without(Self.leaving(name)), place)
            let steps = Set(shown["steps"].array.compactMap(\.["name"].string))
            let foreign = expected["notSteps"].array.compactMap(\.string)
            #expect(steps.isDisjoint(with: foreign), "\(place): \(steps)")
        }
    }

    /// Claims that cannot hold, and why.
    private static func leaving(_ name: String) -> Set<String> {
        // They take the end of the companion that announces the start for that of the run.
        if name.hasPrefix("pending-spans/") { return ["endUnixNano", "durationMs"] }
        // Strands never says which model answered, and OpenAI Agents not which was asked for.
        if name.hasPrefix("strands/") || name.hasPrefix("agentcore/") { return ["model"] }
        if name.hasPrefix("openai-agents-") { return ["requestModel"] }
        return []
    }

    private func expectAnswer(_ reply: Reply) {
        let status = expected["http"].number ?? 200
        #expect(Double(reply.status) == status, "\(name): \(reply.json)")
        if expected["retryable"] == false {
            #expect(![429, 502, 503, 504].contains(reply.status), "\(name)")
        }
        if let rejected = expected["partialSuccess"]["rejectedSpans"].number {
            #expect(reply.rejectedSpans == Int(rejected), "\(name)")
        }
    }
}

extension FixtureCase.Message {
    private static let ofConnection: Set<String> = [
        "host", "content-length", "connection", "accept-encoding", "accept",
    ]

    fileprivate init(_ head: JSON, body: Data) {
        self.body = body
        isCall = head["path"].string == nil
        path = head["path"].string ?? head["method"].string ?? ""
        let pairs = head["headers"].array.compactMap { field in
            field[0].string.flatMap { name in field[1].string.map { (name, $0) } }
        }
        headers = Dictionary(
            pairs.filter { !Self.ofConnection.contains($0.0.lowercased()) },
            uniquingKeysWith: { $1 })
        // The message of a call is a body of protobuf.
        if isCall { headers["Content-Type"] = "application/x-protobuf" }
    }
}

extension JSON {
    fileprivate func without(_ names: Set<String>) -> JSON {
        .object(members.filter { !names.contains($0.key) })
    }
}

extension RunningServer {
    /// The ids of all executions there are, at most 500.
    fileprivate var executionIDs: Set<String> {
        get async throws {
            let items = try await get("/v1/executions?limit=500").json["items"].array
            return Set(items.compactMap(\.["id"].string))
        }
    }

    /// Sends it as it was; a call's message to the path that takes the same over HTTP.
    func send(_ message: FixtureCase.Message) async throws -> Reply {
        try await request(
            .POST, message.isCall ? "/v1/traces" : message.path, headers: message.headers,
            body: message.body)
    }
}

/// Compares an execution with what was expected of it, in the words of `expected.json`. Only the
/// members that stand there are claims.
func expectExecution(
    _ shown: JSON, _ claim: JSON, _ place: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    func same(_ what: String, _ found: JSON, _ due: JSON) {
        #expect(found == due, "\(what), \(place)", sourceLocation: sourceLocation)
    }
    let claims = claim.members
    let attributes = shown["attributes"]
    for name in ["id", "name"] where claims[name] != nil { same(name, shown[name], claim[name]) }
    if let agent = claims["agent"]?.string {
        // A name that stands in the span's name alone may keep what stands before it.
        let short = agent.replacing("invoke_agent ", with: "")
        #expect(
            [agent, short].contains(shown["agent"].string), "agent, \(place)",
            sourceLocation: sourceLocation)
    }
    if let status = claim["status"].string {
        same("status", shown["status"], .string(status.lowercased()))
    }
    // Where other readings are right as well, which ones is said in prose.
    if claims["alternative"] == nil {
        for (due, found) in [
            ("startUnixNano", "startedAt"), ("endUnixNano", "finishedAt"), ("queuedAt", "queuedAt"),
        ] {
            guard let nanoseconds = claim[due].string.flatMap({ Int64($0) }) else { continue }
            same(found, shown[found].microseconds, .number(Double(nanoseconds / 1_000)))
        }
        for (due, found) in [("startMs", "startedAt"), ("stopMs", "finishedAt")] {
            guard let value = claims[due] else { continue }
            let microseconds = value.number.map { JSON.number(($0 * 1_000).rounded()) }
            same(found, shown[found].microseconds, microseconds ?? .null)
        }
        if let milliseconds = claim["durationMs"].number {
            let seconds = shown["durationSeconds"].number ?? .nan
            #expect(
                abs(seconds - milliseconds / 1_000) < 0.000_002, "duration, \(place)",
                sourceLocation: sourceLocation)
        }
    }
    if let tokens = claims["tokens"] {
        #expect(
            shown["tokens"].countsTokens(of: tokens), "tokens \(shown["tokens"]), \(place)",
            sourceLocation: sourceLocation)
    }
    if let cost = claim["cost"].number { same("cost", shown["costUsd"], .number(cost)) }
    for (due, found) in [
        ("model", "model"), ("requestModel", "requestModel"), ("provider", "provider"),
        ("conversation", "conversation"), ("service", "service"), ("agentId", "agentId"),
        ("workflow", "workflow"), ("workspace", "namespace"), ("nominalStart", "nominalStart"),
        ("nominalEnd", "nominalEnd"),
    ] {
        if let value = claims[due] { same(found, attributes[found], value) }
    }
    for (due, found) in claim["tags"].members { same(due, attributes["tag.\(due)"], found) }
    for name in ["origin", "trace"] {
        for (due, found) in claim[name].members {
            let key = due == "parentId" ? "parentSpanId" : due
            #expect(
                attributes[key].isAttribute(found), "\(key), \(place)",
                sourceLocation: sourceLocation)
        }
    }
    if let parent = claims["parent"] {
        same("parent", shown["parent"], parent["id"])
        for (due, found) in [("name", "parentName")] where parent[due] != .null {
            same(found, attributes[found], parent[due])
        }
        for (due, found) in [("id", "rootId"), ("name", "rootName")]
        where parent["root"][due] != .null {
            same(found, attributes[found], parent["root"][due])
        }
    }
    if let models = claims["models"]?.array {
        let found = Set(shown["modelCalls"].array.compactMap(\.["model"].string))
        same(
            "models", .array(found.sorted().map { .string($0) }),
            .array(
                Set(models.compactMap(\.string)).sorted().map { .string($0) }))
    }
    if let failure = claims["lastError"] {
        let error = shown["error"]
        if failure == .null {
            same("error", error, .null)
        } else if failure["note"] == .null {
            func last(_ type: JSON) -> Substring? { type.string?.split(separator: ".").last }
            #expect(
                last(error["type"]) == last(failure["type"]), "error, \(place)",
                sourceLocation: sourceLocation)
            same("message", error["message"], failure["cause"])
            if let at = failure["atUnixNano"].string.flatMap({ Int64($0) }) {
                same("error at", error["at"].microseconds, .number(Double(at / 1_000)))
            }
        }
    }
    for (key, value) in claim["attributes"].members {
        #expect(
            attributes[key].isAttribute(value), "attribute \(key), \(place)",
            sourceLocation: sourceLocation)
    }
    guard let steps = claims["steps"]?.array else { return }
    let found = shown["steps"].array
    same(
        "steps", .array(found.map { $0["name"] }), .array(steps.map { $0["name"] }))
    for (found, due) in zip(found, steps) {
        let name = "\(due["name"].string ?? "") of \(place)"
        same("kind of \(name)", found["kind"], due["kind"])
        same(
            "status of \(name)", found["status"],
            due["status"].string.map { .string($0.lowercased()) } ?? .null)
        #expect(
            found["tokens"].countsTokens(of: due["tokens"]),
            "tokens \(found["tokens"]) of \(name)", sourceLocation: sourceLocation)
    }
}

extension JSON {
    /// An instant in microseconds since 1970; null where it is none.
    fileprivate var microseconds: JSON {
        // As the server writes it: to the second, six digits, and Z.
        guard let text = string, text.count == 27,
            let second = try? Date(text.prefix(19) + "Z", strategy: .iso8601),
            let fraction = Double(text.dropFirst(20).prefix(6))
        else { return .null }
        return .number(second.timeIntervalSince1970 * 1e6 + fraction)
    }

    /// Whether it says as many tokens. What was not reported, and what may be told as 0, may lack.
    fileprivate func countsTokens(of claim: JSON) -> Bool {
        if claim == .null { return self == .null || members.values.allSatisfy { $0 == 0 } }
        return [
            ("input", "input"), ("output", "output"), ("cached", "cachedInput"),
            ("reasoning", "reasoning"),
        ].allSatisfy { due, found in (claim[due].number ?? 0) == (self[found].number ?? 0) }
    }

    /// Whether it is this attribute: arrays as their JSON text, integers of 64 bits as numbers.
    fileprivate func isAttribute(_ claim: JSON) -> Bool {
        switch claim {
        case .array, .object: (try? JSON(Data((string ?? "").utf8))) == claim
        case .string("x repeated 5000 times"): string == String(repeating: "x", count: 5_000)
        case .string(let text): self == claim || number != nil && number == Double(text)
        default: self == claim
        }
    }
}
