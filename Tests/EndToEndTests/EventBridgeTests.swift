import Foundation
import StintModel
import Testing

extension EndToEnd {
    /// What EventBridge delivers, as it was captured, in whatever order it comes.
    @Suite struct EventBridgeTests {
        static let cases = [
            "eventbridge/aborted", "eventbridge/detail-only", "eventbridge/duplicate",
            "eventbridge/failed", "eventbridge/lifecycle", "eventbridge/minimal",
            "eventbridge/outoforder", "eventbridge/pending-redrive", "eventbridge/redrive",
            "eventbridge/redrive-late-failure", "eventbridge/timedout", "eventbridge/truncated",
            "sqs/lambda-batch-redrive",
        ]

        /// The captures lie in March 2026.
        static let retention = ["--retention", "36500d"]

        @Test func `every case that there is stands in the list`() throws {
            let folder = EndToEnd.fixtures.appending(path: "eventbridge").path
            let found = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            #expect(found.map { "eventbridge/" + $0 } == Self.cases.dropLast())
        }

        @Test(arguments: cases)
        func `each request leaves what is expected after it`(_ name: String) async throws {
            let capture = try Capture(name)
            try await StoreFolder.use { folder in
                let server = try await folder.start(Self.retention)
                for (index, body) in capture.bodies.enumerated() {
                    #expect(try await Self.post(body, to: server).status == 200)
                    for partial in capture.expected["afterRequest"].array
                    where partial["request"].number == Double(index) {
                        for (place, members) in partial["executions"].array.enumerated() {
                            let whole = capture.expected["executions"][place]
                            let id = try #require(whole["id"].string)
                            let expected = whole.members.filter { $0.key == "redriveCount" }
                                .filter { _ in members["redriveCount"] != .null }
                                .merging(members.members) { $1 }
                            let reply = try await server.execution(id)
                            expect(reply.json, .object(expected), "after request \(index)")
                        }
                    }
                }
                for expected in capture.expected["executions"].array {
                    let reply = try await server.execution(try #require(expected["id"].string))
                    #expect(reply.status == 200)
                    expect(reply.json, expected, "in the order of the files")
                }
                let all = try await server.get("/v1/executions?limit=500").json["items"].array
                #expect(all.count == capture.expected["executions"].array.count)
            }
        }

        /// Each order gets executions of its own by another name, all on one server.
        @Test func `every order of the requests makes what is expected`() async throws {
            try await StoreFolder.use { folder in
                let server = try await folder.start(Self.retention)
                for name in Self.cases {
                    let capture = try Capture(name)
                    for (number, order) in Self.orders(capture.bodies.count).enumerated() {
                        let suffix = "-\(name.replacing("/", with: "-"))-\(number)"
                        for index in order {
                            let body = capture.renamed(capture.bodies[index], suffix)
                            #expect(try await Self.post(body, to: server).status == 200)
                        }
                        let truth = try JSON(capture.renamed(capture.expected.data, suffix))
                        for expected in truth["executions"].array {
                            let id = try #require(expected["id"].string)
                            expect(
                                try await server.execution(id).json, expected,
                                "\(name) in the order \(order)")
                        }
                    }
                }
            }
        }

        @Test func `what is no status change is refused, and a repetition is not`() async throws {
            let body = try Capture("eventbridge/failed").bodies[1]
            let text = String(decoding: body, as: UTF8.self)
            try await StoreFolder.use { folder in
                let server = try await folder.start(Self.retention)
                for _ in 0..<2 {
                    let reply = try await Self.post(body, to: server)
                    #expect(reply.status == 200)
                    #expect(reply.json == ["accepted": 1, "rejected": []])
                }
                let refused = try await Self.post(
                    Data(text.replacing("\"FAILED\"", with: "\"DANCING\"").utf8), to: server)
                #expect(refused.status == 400)
                #expect(refused.json["errors"].array.count == 1)
                #expect(try await Self.post(Data("{\"detail\":".utf8), to: server).status == 400)
                let mixed = try await Self.post(
                    Data(
                        "[\(text),\(text.replacing("\"FAILED\"", with: "\"DANCING\""))]".utf8),
                    to: server)
                #expect(mixed.status == 200)
                #expect(mixed.json["accepted"] == 1)
                #expect(mixed.json["rejected"][0]["index"] == 1)
            }
        }

        /// As an API destination sends it.
        static func post(_ body: Data, to server: RunningServer) async throws -> Reply {
            try await server.post(
                "/v1/eventbridge", body, type: "application/json; charset=utf-8")
        }

        /// Every order of so many things, the first as they are and the last reversed.
        static func orders(_ count: Int) -> [[Int]] {
            guard count > 0 else { return [[]] }
            return (0..<count).flatMap { first in
                orders(count - 1).map { [first] + $0.map { $0 < first ? $0 : $0 + 1 } }
            }
        }
    }

    /// One captured case: the bodies in their order, and what must come of them.
    struct Capture {
        var bodies: [Data]
        var expected: JSON

        init(_ name: String) throws {
            let folder = EndToEnd.fixtures.appending(path: name)
            bodies = try FileManager.default.contentsOfDirectory(atPath: folder.path)
                .filter { $0.hasSuffix(".bin") }.sorted()
                .map { try Data(contentsOf: folder.appending(path: $0)) }
            expected = try JSON(Data(contentsOf: folder.appending(path: "expected.json")))
        }

        /// The same of executions by another name.
        func renamed(_ data: Data, _ suffix: String) -> Data {
            var text = String(decoding: data, as: UTF8.self)
            for name in expected["executions"].array.compactMap({ $0["name"].string }) {
                text = text.replacing(name, with: name + suffix)
            }
            return Data(text.utf8)
        }
    }
}

/// Compares an execution with what was expected of it, in the words of `expected.json`. Only the
/// members that stand there are claims.
private func expect(
    _ shown: JSON, _ expected: JSON, _ place: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    func same(_ what: String, _ found: JSON, _ due: JSON) {
        #expect(found == due, "\(what), \(place)", sourceLocation: sourceLocation)
    }
    func time(_ milliseconds: JSON) -> JSON {
        milliseconds.number.flatMap { Instant(milliseconds: Int64($0)) }
            .map { .string($0.rfc3339) } ?? .null
    }
    func milliseconds(_ instant: JSON) -> Double? {
        instant.string.flatMap { Instant(rfc3339: $0) }.map { Double($0.microseconds) / 1_000 }
    }
    let claims = expected.members
    let status = expected["status"].string
    // What a pending redrive stands for is the attempt before it.
    let isPending = status == "PENDING_REDRIVE"
    let attempts = shown["attempts"].array
    let stopped = isPending && attempts.count > 1 ? attempts[attempts.count - 2] : shown

    for name in ["id", "name", "agent"] where claims[name] != nil {
        same(name, shown[name], expected[name])
    }
    if let status {
        same("status", shown["status"], .string(isPending ? "queued" : status.lowercased()))
    }
    if let count = expected["redriveCount"].number {
        same("attempt", shown["attempt"], .number(count + (isPending ? 2 : 1)))
    }
    if let start = claims["startMs"] { same("startedAt", shown["startedAt"], time(start)) }
    if let stop = claims["stopMs"] { same("finishedAt", stopped["finishedAt"], time(stop)) }
    if let duration = claims["durationMs"] {
        let start = milliseconds(shown["startedAt"])
        let stop = milliseconds(stopped["finishedAt"])
        same(
            "duration", start.flatMap { start in stop.map { .number($0 - start) } } ?? .null,
            duration)
    }
    if let last = expected["lastAttemptMs"].number {
        let seconds = shown["durationSeconds"].number ?? .nan
        #expect(abs(seconds * 1_000 - last) < 0.002, "\(place)", sourceLocation: sourceLocation)
    }
    if let redrive = claims["redriveMs"] {
        same("redrive", attempts.last?["startedAt"] ?? .null, time(redrive))
    }
    if let failure = claims["lastError"] {
        let error = stopped["error"]
        same("error type", error["type"], failure["type"])
        same("error message", error["message"], failure["cause"])
        same("error at", error["at"], time(failure["atMs"]))
        same("error cause", error["cause"], .null)
    }
}
