import Foundation
import NIOHTTP1
import Testing

extension EndToEnd {
    /// `POST /v1/events`: what is taken, what is refused, and how that is said.
    @Suite struct EventsTests {
        static func started(_ id: String) -> String {
            "{\"type\":\"execution.started\",\"execution\":\"\(id)\",\"agent\":\"a\"}"
        }

        @Test func `a bad event is refused by itself`() async throws {
            try await RunningServer.serving { server in
                let bad = "{\"type\":\"execution.finished\",\"execution\":\"x\",\"status\":\"odd\"}"
                let reply = try await server.post(
                    "/v1/events", "[\(Self.started("one")),\(bad),\(Self.started("two"))]")
                #expect(reply.status == 200)
                #expect(reply.header("content-type") == "application/json")
                #expect(reply.json["accepted"] == 2)
                let rejected = reply.json["rejected"]
                #expect(rejected.array.count == 1)
                #expect(rejected[0]["index"] == 1)
                #expect(rejected[0]["pointer"] == "/status")
                #expect(rejected[0]["detail"].string?.isEmpty == false)
                #expect(try await server.execution("one").status == 200)
                #expect(try await server.execution("two").status == 200)
                #expect(try await server.execution("x").status == 404)

                let none = try await server.post("/v1/events", bad)
                #expect(none.status == 200)
                #expect(none.json["accepted"] == 0)
            }
        }

        @Test func `a line that is not JSON is a refused event`() async throws {
            try await RunningServer.serving { server in
                let reply = try await server.post(
                    "/v1/events", "\(Self.started("one"))\n\n{nonsense\n\(Self.started("two"))\n",
                    type: "application/x-ndjson")
                #expect(reply.status == 200)
                #expect(reply.json["accepted"] == 2)
                #expect(reply.json["rejected"].array.map(\.["index"]) == [1])
            }
        }

        @Test(arguments: ["", "{", "[1", "nonsense", "[{}] more"])
        func `a body that cannot be read is refused`(_ body: String) async throws {
            try await RunningServer.serving { server in
                let reply = try await server.post("/v1/events", body)
                expectProblem(reply, 400)
            }
        }

        @Test func `a request has its limits`() async throws {
            try await RunningServer.serving("--body-limit", "2048", "--event-limit", "3") {
                server in
                let three = "[\(Self.started("a")),\(Self.started("b")),\(Self.started("c"))"
                #expect(try await server.post("/v1/events", three + "]").status == 200)
                expectProblem(
                    try await server.post("/v1/events", "\(three),\(Self.started("d"))]"), 413)
                #expect(try await server.execution("d").status == 404)

                let full = Self.started("e") + String(repeating: " ", count: 2_048)
                let fit = String(full.prefix(2_048))
                #expect(try await server.post("/v1/events", fit).status == 200)
                let tooLarge = try await server.post("/v1/events", fit + " ")
                expectProblem(tooLarge, 413)

                if let gzip = Program.find("gzip") {
                    let blank = Data(repeating: 0x20, count: 100_000)
                    let small = try await Program.run(gzip, ["-c"], input: blank).output
                    #expect(small.count < 2_048)
                    expectProblem(
                        try await server.post("/v1/events", small, encoding: "gzip"), 413)
                }
            }
        }

        @Test func `what it does not take it says`() async throws {
            try await RunningServer.serving { server in
                let event = Data(Self.started("a").utf8)
                expectProblem(try await server.post("/v1/events", event, type: "text/csv"), 415)
                expectProblem(try await server.post("/v1/events", event, encoding: "br"), 415)
                expectProblem(try await server.post("/v1/events", event, encoding: "gzip"), 400)
                expectProblem(try await server.post("/v1/events?dry=1", event), 400)
                let wrong = try await server.get("/v1/events")
                expectProblem(wrong, 405)
                #expect(wrong.header("allow") == "POST")
                let deleted = try await server.request(.DELETE, "/v1/executions")
                expectProblem(deleted, 405)
                #expect(deleted.header("allow") == "GET, HEAD")
                expectProblem(try await server.get("/v1/nothing"), 404)
                expectProblem(try await server.execution("nobody"), 404)
                expectProblem(try await server.get("/v1/executions/nobody/events"), 404)
            }
        }

        @Test func `a page of another site is turned away`() async throws {
            try await RunningServer.serving { server in
                let path = "/v1/executions"
                let port = server.url.split(separator: ":").last ?? ""
                for host in ["evil.example", "evil.example:\(port)", "127.0.0.1.evil.example"] {
                    expectProblem(try await server.get(path, headers: ["Host": host]), 403)
                }
                for origin in ["https://evil.example", "http://localhost.evil.example", "null"] {
                    expectProblem(try await server.get(path, headers: ["Origin": origin]), 403)
                }
                for host in ["localhost:\(port)", "127.0.0.1:\(port)", "[::1]:\(port)"] {
                    #expect(try await server.get(path, headers: ["Host": host]).status == 200)
                    let own = try await server.get(path, headers: ["Origin": "http://\(host)"])
                    #expect(own.status == 200)
                }
            }
        }

        @Test func `it tells its health, and heads without bodies`() async throws {
            try await RunningServer.serving { server in
                #expect(try await server.get("/health/live").json["status"] == "live")
                #expect(try await server.get("/health/ready").json["status"] == "ready")
                let head = try await server.request(.HEAD, "/v1/executions")
                #expect(head.status == 200)
                #expect(head.data.isEmpty)
                #expect(head.header("etag") != nil)
            }
        }
    }
}

/// A problem document (RFC 9457) that names its request.
func expectProblem(
    _ reply: Reply, _ status: Int, sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(reply.status == status, sourceLocation: sourceLocation)
    #expect(
        reply.header("content-type") == "application/problem+json", sourceLocation: sourceLocation)
    let json = reply.json
    #expect(json["status"].number == Double(status), sourceLocation: sourceLocation)
    for name in ["type", "title", "detail", "requestId"] {
        #expect(
            json[name].string?.isEmpty == false, "\(name): \(json)", sourceLocation: sourceLocation)
    }
    #expect(
        json["requestId"].string == reply.header("x-request-id"), sourceLocation: sourceLocation)
}
