import Foundation
import Testing

extension EndToEnd {
    /// Figures of a program that is stopped, killed and told of prices. What each figure is, the
    /// tests of the server in its own process tell.
    @Suite struct FiguresTests {
        /// One that succeeded in 30 s after it was queued for 10 s, one that failed after 10 s, one
        /// that runs and one that is queued, all of one agent.
        ///
        /// - Parameter end: Of both that ended.
        static func tellHandful(_ server: RunningServer, endingAt end: Date) async throws {
            func event(
                _ type: String, _ id: String, _ secondsBefore: Double, _ more: [String: JSON] = [:]
            ) -> JSON {
                .object(
                    [
                        "type": .string(type), "execution": .string(id), "agent": "typist",
                        "at": end.milliseconds(before: secondsBefore),
                    ].merging(more) { $1 })
            }
            var call = event(
                "model.called", "good", 5,
                [
                    "call": "c", "model": "large-2",
                    "tokens": ["input": 1_000, "cachedInput": 400, "output": 100],
                ]
            ).members
            call["agent"] = nil
            let events: [JSON] = [
                event("execution.queued", "good", 40), event("execution.started", "good", 30),
                .object(call), event("execution.finished", "good", 0, ["status": "succeeded"]),
                event("execution.started", "bad", 10),
                event("execution.finished", "bad", 0, ["status": "failed"]),
                event("execution.started", "runs", 0), event("execution.queued", "waits", 0),
            ]
            let reply = try await server.post("/v1/events", JSON.array(events).data)
            try #require(reply.json == ["accepted": .number(Double(events.count)), "rejected": []])
        }

        /// All that does not depend on the moment at which it is asked.
        private static func settled(_ server: RunningServer) async throws -> [JSON] {
            var blocks: [JSON] = []
            for block in ["throughput", "latency", "performance", "patterns"] {
                let range = "from=2026-11-01T11:00:00Z&to=2026-11-01T13:00:00Z"
                blocks.append(try await server.get("/v1/metrics/\(block)?\(range)").json)
            }
            return blocks
        }

        @Test func `figures outlast the server, also one that is killed`() async throws {
            try await StoreFolder.use { folder in
                let options = ["--retention", "36500d"]
                var server = try await folder.start(options)
                let end = try Date("2026-11-01T12:00:00Z", strategy: .iso8601)
                try await Self.tellHandful(server, endingAt: end)
                let told = try await Self.settled(server)
                #expect(told[2]["performance"]["totalExecutions"] == 2)
                await server.kill()
                server = try await folder.start(options)
                #expect(try await Self.settled(server) == told)
                #expect(await server.terminate() == 0)
                server = try await folder.start(options)
                #expect(try await Self.settled(server) == told)
                #expect(try await server.get("/v1/audit").json["balanced"] == true)
            }
        }

        @Test func `costs are those of the prices in force when a call was made`() async throws {
            try await StoreFolder.use { folder in
                let prices = folder.url.appending(path: "prices.yaml")
                try Data(
                    """
                    - {model: large-2, input: 5, cachedInput: 2.5, output: 20}
                    - {model: large-2, from: 2026-11-02, input: 9, output: 9}
                    """.utf8
                ).write(to: prices)
                let options = ["--retention", "36500d", "--prices", prices.path]
                let server = try await folder.start(options)
                let end = try Date("2026-11-01T12:00:00Z", strategy: .iso8601)
                try await Self.tellHandful(server, endingAt: end)
                let all = try await server.get(
                    "/v1/metrics?from=2026-11-01T11:00:00Z&to=2026-11-01T13:00:00Z"
                ).json
                // 600 × 5 + 400 × 2.5 + 100 × 20 millionths of a dollar.
                #expect(all["performance"]["costUsd"] == 0.006)
                #expect(all["performance"]["costKnownRate"] == 100)
                #expect(all["performance"]["byAgent"][0]["costUsd"] == 0.006)
                let usage = all["resources"]["modelUsage"]["large-2"]
                #expect(usage["cost"] == 0.006)
                #expect((usage["calls"], usage["tokens"]) == (1, 1_100))
                #expect(usage["avgLatency"] == .null)
                // What was asked until now made the store work.
                let load = all["resources"]["databaseLoad"]
                #expect((load["queryRate"].number ?? 0) > 0)
                #expect((load["avgQueryTime"].number ?? 0) > 0)
            }
        }
    }
}

extension Date {
    /// So many seconds before it, in milliseconds since 1970.
    func milliseconds(before seconds: Double) -> JSON {
        .number((timeIntervalSince1970 * 1_000).rounded() - seconds * 1_000)
    }
}
