import Foundation
import Testing

extension EndToEnd {
    /// What model calls cost by a file of prices.
    @Suite struct PriceTests {
        private static let events = """
            [{"type":"execution.started","execution":"run","agent":"a","at":"2026-11-01T12:00:00Z"},
             {"type":"model.called","execution":"run","step":"s","call":"c-1","model":"large-2",
              "at":"2026-11-01T12:00:01Z","tokens":{"input":1000,"output":100,"cachedInput":400}},
             {"type":"model.called","execution":"run","step":"s","call":"c-2","model":"large-2",
              "at":"2026-11-01T12:00:02Z","tokens":{"input":10,"output":1},"costUsd":0.5},
             {"type":"model.called","execution":"run","call":"c-3","model":"unheard-of",
              "at":"2026-11-01T12:00:03Z","tokens":{"input":10,"output":1}},
             {"type":"execution.finished","execution":"run","status":"succeeded",
              "at":"2026-11-01T12:00:04Z"},
             {"type":"execution.started","execution":"idle","at":"2026-11-01T12:00:00Z"}]
            """

        private static func prices(_ folder: StoreFolder, _ list: String) throws -> [String] {
            let path = folder.url.appending(path: "prices.yaml")
            try Data(list.utf8).write(to: path)
            return DurabilityTests.retention + ["--prices", path.path]
        }

        /// What three calls cost, their step and the execution; then how much of that is known.
        private static func costs(_ server: RunningServer) async throws -> [JSON] {
            let shown = try await server.execution("run").json
            let calls = shown["modelCalls"].array.map(\.["costUsd"])
            return calls
                + [shown["steps"][0]["costUsd"], shown["costUsd"], shown["costKnownRate"]]
        }

        @Test func `calls cost by the prices of now, also those stored before`() async throws {
            try await StoreFolder.use { folder in
                var server = try await folder.start(DurabilityTests.retention)
                #expect(try await server.post("/v1/events", Self.events).status == 200)
                #expect(try await Self.costs(server) == [nil, 0.5, nil, 0.5, 0.5, 33.33])
                #expect(await server.terminate() == 0)

                server = try await folder.start(
                    Self.prices(
                        folder,
                        """
                        - {model: "large-*", input: 2.5, cachedInput: 1.25, output: 10}
                        - {model: large-2, from: 2026-11-02, input: 9, output: 9}
                        """))
                #expect(
                    try await Self.costs(server) == [0.003, 0.5, nil, 0.503, 0.503, 66.67])
                let list = try await server.get("/v1/executions").json["items"].array
                #expect(list.first { $0["id"] == "run" }?["costKnownRate"] == 66.67)
                let idle = try #require(list.first { $0["id"] == "idle" })
                #expect(!idle.members.keys.contains("costKnownRate"))
                let status = try await server.get("/v1/executions/run/status").json
                #expect(status["costUsd"] == 0.503)
                try await folder.untilLogged("repriced=1")
                #expect(try await server.get("/v1/audit").json["balanced"] == true)
                #expect(await server.terminate() == 0)

                // The file is the truth: without it there are no prices.
                server = try await folder.start(DurabilityTests.retention)
                #expect(try await Self.costs(server) == [nil, 0.5, nil, 0.5, 0.5, 33.33])
                #expect(await server.terminate() == 0)
                let audit = try await Program.run(
                    arguments: ["audit", "--store", "sqlite:\(folder.storePath)"])
                #expect(audit.exitCode == 0, "\(audit.text)")
            }
        }

        @Test func `a change of prices that is cut short is made at the next start`() async throws {
            try await StoreFolder.use { folder in
                var server = try await folder.start(DurabilityTests.retention)
                #expect(try await server.post("/v1/events", Self.events).status == 200)
                #expect(await server.terminate() == 0)
                let options = try Self.prices(folder, "- {model: '*', input: 1, output: 1}")
                let failure = await #expect(throws: StoreFolder.NotReady.self) {
                    try await folder.start(
                        options, launcher: CrashPointTests.crashing(at: "repriced"))
                }
                #expect(failure?.exitCode == -SIGKILL)
                server = try await folder.start(options)
                #expect(
                    try await Self.costs(server)
                        == [0.0011, 0.5, 0.000011, 0.5011, 0.501111, 100])
                #expect(try await server.get("/v1/audit").json["balanced"] == true)
                #expect(await server.terminate() == 0)
            }
        }

        @Test func `a server does not start by prices that are wrong`() async throws {
            try await StoreFolder.use { folder in
                let options = try Self.prices(folder, "- {model: large-2, input: -1, output: 1}")
                let failure = await #expect(throws: StoreFolder.NotReady.self) {
                    try await folder.start(options)
                }
                #expect(failure?.exitCode == 2)
                #expect(failure?.log.contains("price 1 (large-2)") == true)
                #expect(failure?.log.contains("input cannot be '-1'") == true)
                #expect(!FileManager.default.fileExists(atPath: folder.storePath))
            }
        }
    }
}
