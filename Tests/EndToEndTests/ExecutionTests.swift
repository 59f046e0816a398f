import Foundation
import Testing

extension EndToEnd {
    /// One execution: its id, its status and its trail.
    @Suite struct ExecutionTests {
        static let retention = "36500d"

        static func tell(
            _ server: RunningServer, _ type: String, _ id: String, _ members: [String: JSON] = [:]
        ) async throws {
            let event: [String: JSON] = [
                "type": .string(type), "execution": .string(id), "at": "2026-11-01T12:00:00Z",
            ]
            let body = try JSON.object(event.merging(members) { $1 }).data
            let reply = try await server.post("/v1/events", body)
            #expect(reply.json == ["accepted": 1, "rejected": []])
        }

        @Test(arguments: [
            "arn:aws:states:us-west-2:123456789012:execution:report-agent:run-7",
            "a/b//c", "with blanks and + and %25", "Grüße/日本 🚀", "?query#fragment", "events", "..",
        ])
        func `an id may hold anything`(_ id: String) async throws {
            try await RunningServer.serving("--retention", Self.retention) { server in
                try await Self.tell(server, "execution.started", id)
                let path = "/v1/executions/\(id.percentEncoded)"
                for part in ["", "/status"] {
                    let reply = try await server.get(path + part)
                    #expect(reply.status == 200)
                    #expect(reply.json["id"] == .string(id))
                    #expect(reply.json["status"] == "running")
                }
                let trail = try await server.get(path + "/events")
                #expect(trail.json["items"].array.map(\.["execution"]) == [.string(id)])
            }
        }

        @Test func `an execution not heard of yet is pending`() async throws {
            try await RunningServer.serving { server in
                let reply = try await server.get("/v1/executions/soon/status")
                #expect(reply.status == 200)
                #expect(reply.json["id"] == "soon")
                #expect(reply.json["status"] == "pending")
                #expect(reply.json["final"] == false)
                #expect(reply.json["lastEventAt"] == nil)
            }
        }

        @Test func `who waits is answered at a change`() async throws {
            try await RunningServer.serving("--retention", Self.retention) { server in
                let start = ContinuousClock.now
                let tag = try #require(
                    try await server.get("/v1/executions/w/status").header("etag"))
                async let waiting = server.get(
                    "/v1/executions/w/status?wait=30", headers: ["If-None-Match": tag])
                // Time to begin waiting; an answer that needs none of it is right as well.
                for _ in 0..<20 { _ = try await server.get("/health/live") }
                try await Self.tell(server, "execution.started", "w")
                let reply = try await waiting
                #expect(reply.status == 200)
                #expect(reply.json["status"] == "running")
                #expect(ContinuousClock.now - start < .seconds(25))
            }
        }

        @Test func `who waits in vain is answered after the seconds`() async throws {
            try await RunningServer.serving("--retention", Self.retention) { server in
                try await Self.tell(server, "execution.started", "w")
                let start = ContinuousClock.now
                let reply = try await server.get("/v1/executions/w/status?wait=1")
                #expect(reply.status == 200)
                #expect(reply.json["status"] == "running")
                #expect(ContinuousClock.now - start >= .seconds(1))
                #expect(ContinuousClock.now - start < .seconds(25))
                let tag = try #require(reply.header("etag"))
                let held = try await server.get(
                    "/v1/executions/w/status?wait=1", headers: ["If-None-Match": tag])
                #expect(held.status == 304)
            }
        }

        @Test func `who waits for nothing more is answered at once`() async throws {
            try await RunningServer.serving("--retention", Self.retention) { server in
                try await Self.tell(server, "execution.finished", "w", ["status": "succeeded"])
                let start = ContinuousClock.now
                let last = try await server.get("/v1/executions/w/status?wait=60")
                #expect(last.json["final"] == true)
                try await Self.tell(server, "execution.started", "v")
                let other = try await server.get(
                    "/v1/executions/v/status?wait=60", headers: ["If-None-Match": "\"old\""])
                #expect(other.json["status"] == "running")
                #expect(ContinuousClock.now - start < .seconds(30))
                for wait in ["61", "-1", "x"] {
                    expectProblem(try await server.get("/v1/executions/v/status?wait=\(wait)"), 400)
                }
            }
        }

        @Test func `the trail tells events as they arrived`() async throws {
            try await RunningServer.serving("--retention", Self.retention) { server in
                // The finish comes first and happened last.
                try await Self.tell(
                    server, "execution.finished", "t",
                    ["status": "SUCCESS", "at": "2026-11-01T12:09:00Z"])
                for number in 0..<5 {
                    try await Self.tell(
                        server, "step.started", "t", ["step": .string("s\(number)")])
                }
                try await Self.tell(
                    server, "execution.started", "t", ["agent": "walker", "id": "e-1"])
                var items: [JSON] = []
                var path = "/v1/executions/t/events?limit=3"
                for _ in 0..<5 {
                    let page = try await server.get(path).json
                    items += page["items"].array
                    guard let cursor = page["nextCursor"].string else { break }
                    path = "/v1/executions/t/events?limit=3&cursor=\(cursor)"
                }
                #expect(
                    items.map(\.["type"])
                        == ["execution.finished"] + Array(repeating: "step.started", count: 5)
                        + ["execution.started"])
                #expect(items.compactMap { $0["step"].string } == ["s0", "s1", "s2", "s3", "s4"])
                #expect(items.first?["status"] == "succeeded")
                #expect(items.first?["at"] == "2026-11-01T12:09:00.000000Z")
                #expect(items.last?["agent"] == "walker")
                #expect(items.last?["id"] == "e-1")
                let received = items.compactMap { $0["receivedAt"].string }
                #expect(received.count == 7)
                #expect(received == received.sorted())
            }
        }
    }
}
