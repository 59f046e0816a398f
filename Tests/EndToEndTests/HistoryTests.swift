import Foundation
import Testing

extension EndToEnd {
    /// `GET /v1/executions`: filters, orders and pages.
    @Suite struct HistoryTests {
        static let retention = "36500d"

        /// By their start: `a`, `b`, `c`, `d`; by their finish: `b`, `a`.
        static let fleet = """
            {"type":"execution.started","execution":"a","agent":"mapper","user":"ann","at":"2026-11-01T12:00:00Z","attributes":{"model":"m-1","tier":2},"correlation":"k1"}
            {"type":"execution.finished","execution":"a","status":"succeeded","goalMet":true,"at":"2026-11-01T12:01:40Z"}
            {"type":"execution.started","execution":"b","agent":"mapper","user":"bob","at":"2026-11-01T12:00:10Z","attributes":{"model":"m-2"},"parent":"a"}
            {"type":"execution.finished","execution":"b","status":"failed","goalMet":false,"at":"2026-11-01T12:00:20Z","error":{"type":"RateLimit","message":"Too many requests"}}
            {"type":"execution.started","execution":"c","agent":"reducer","user":"ann","name":"Nightly digest","at":"2026-11-01T12:00:30Z","environment":"test"}
            {"type":"execution.queued","execution":"d","agent":"reducer","at":"2026-11-01T12:00:40Z"}

            """

        @Test func `each filter finds its executions`() async throws {
            try await RunningServer.serving("--retention", Self.retention) { server in
                let sent = try await server.post(
                    "/v1/events", Self.fleet, type: "application/x-ndjson")
                #expect(sent.json["rejected"] == [])
                for (query, due) in [
                    ("", "dcba"), ("agent=mapper", "ba"), ("agent=map", ""),
                    ("status=failed", "b"), ("status=failed&status=running", "cb"),
                    ("from=2026-11-01T12:00:10Z", "dcb"), ("to=2026-11-01T12:00:10Z", "a"),
                    ("from=1793534410000&to=2026-11-01T12:00:40%2B00:00", "cb"),
                    ("q=nightly", "c"), ("q=NIGHT+dig", "c"), ("q=ightly", ""), ("q=too+many", "b"),
                    ("user=ann", "ca"), ("correlation=k1", "a"), ("parent=a", "b"),
                    ("errorType=RateLimit", "b"), ("errorType=ratelimit", ""),
                    ("goalMet=true", "a"), ("goalMet=false", "b"),
                    ("minDurationSeconds=10", "ba"), ("minDurationSeconds=10.5", "a"),
                    ("maxDurationSeconds=100", "b"), ("maxDurationSeconds=100.1", "ba"),
                    ("attr.model=m-1", "a"), ("attr.tier=2", "a"), ("attr.model=m-3", ""),
                    ("attr.model=m-1&attr.tier=2", "a"), ("attr.model=m-2&attr.tier=2", ""),
                    ("environment=test", "c"), ("environment=production", "dba"),
                    ("order=asc", "abcd"), ("order=desc", "dcba"), ("on=finish", "ab"),
                    ("on=finish&order=asc", "ba"), ("on=finish&from=2026-11-01T12:01:00Z", "a"),
                    ("agent=mapper&status=succeeded&user=ann", "a"),
                ] {
                    let reply = try await server.get("/v1/executions?\(query)")
                    #expect(reply.status == 200, "\(query)")
                    let found = reply.json["items"].array.compactMap { $0["id"].string }
                    #expect(found.joined() == due, "\(query)")
                }
            }
        }

        @Test func `a query that is not understood is refused`() async throws {
            try await RunningServer.serving { server in
                for query in [
                    "color=red", "status=odd", "from=yesterday", "from=2026-11-01T12:00:00",
                    "limit=0", "limit=501", "limit=x", "goalMet=yes", "order=up", "on=birth",
                    "minDurationSeconds=-1", "agent=a&agent=b", "agent=%FF", "q=%2B", "attr.=1",
                ] {
                    let reply = try await server.get("/v1/executions?\(query)")
                    #expect(reply.status == 400, "\(query)")
                    expectProblem(reply, 400)
                }
            }
        }

        @Test func `pages repeat and skip nothing while others arrive`() async throws {
            try await RunningServer.serving("--retention", Self.retention) { server in
                func add(_ numbers: Range<Int>) async throws {
                    let events = numbers.map { number in
                        let minute = number < 10 ? "0\(number)" : "\(number)"
                        return
                            "{\"type\":\"execution.started\",\"execution\":\"p\(number)\","
                            + "\"agent\":\"pager\",\"at\":\"2026-11-01T12:\(minute):00Z\"}"
                    }
                    #expect(
                        try await server.post("/v1/events", "[\(events.joined(separator: ","))]")
                            .status == 200)
                }
                try await add(0..<25)
                var found: [String] = []
                var path = "/v1/executions?agent=pager&limit=4"
                var cursors: [String] = []
                while true {
                    let page = try await server.get(path).json
                    found += page["items"].array.compactMap { $0["id"].string }
                    guard let cursor = page["nextCursor"].string, cursors.count < 20 else { break }
                    cursors.append(cursor)
                    // Newer ones, which belong before the pages that were read.
                    try await add((25 + cursors.count)..<(26 + cursors.count))
                    path = "/v1/executions?agent=pager&limit=4&cursor=\(cursor)"
                }
                #expect(found == (0..<25).reversed().map { "p\($0)" })

                let cursor = try #require(cursors.first)
                let other = "/v1/executions?agent=pager&limit=9&cursor=\(cursor)"
                #expect(try await server.get(other).json["items"].array.count == 9)
                for path in [
                    "/v1/executions?cursor=\(cursor)",
                    "/v1/executions?agent=pager&order=asc&cursor=\(cursor)",
                    "/v1/executions?agent=other&cursor=\(cursor)",
                    "/v1/executions/p0/events?cursor=\(cursor)",
                    "/v1/executions?agent=pager&cursor=nonsense",
                    "/v1/executions?agent=pager&cursor=",
                    "/v1/executions?agent=pager&cursor=\(tampered(cursor))",
                ] { expectProblem(try await server.get(path), 400) }
            }
        }

        /// With its first letter changed.
        private func tampered(_ cursor: String) -> String {
            (cursor.hasPrefix("A") ? "B" : "A") + cursor.dropFirst()
        }

        @Test func `who has the answer already gets 304`() async throws {
            try await RunningServer.serving("--retention", Self.retention) { server in
                _ = try await server.post("/v1/events", Self.fleet, type: "application/x-ndjson")
                for path in [
                    "/v1/executions", "/v1/executions/a", "/v1/executions/a/status",
                    "/v1/executions/a/events",
                ] {
                    let first = try await server.get(path)
                    let tag = try #require(first.header("etag"))
                    let held = try await server.get(path, headers: ["If-None-Match": tag])
                    #expect(held.status == 304, "\(path)")
                    #expect(held.data.isEmpty)
                    #expect(held.header("etag") == tag)
                    let weak = ["If-None-Match": "\"other\", W/\(tag)"]
                    #expect(try await server.get(path, headers: weak).status == 304)
                    let other = ["If-None-Match": "\"other\""]
                    #expect(try await server.get(path, headers: other).status == 200)
                }
            }
        }
    }
}
