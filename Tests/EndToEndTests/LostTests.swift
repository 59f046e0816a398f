import Foundation
import Testing

extension EndToEnd {
    /// Nothing runs for ever.
    @Suite struct LostTests {
        static func start(_ id: String, _ promise: String, on server: RunningServer) async throws {
            let reply = try await server.post(
                "/v1/events",
                """
                [{"type":"execution.started","execution":"\(id)","agent":"a",\(promise)},
                 {"type":"step.started","execution":"\(id)","step":"fetch","activity":"Reading"}]
                """)
            try #require(reply.json["accepted"] == 2)
        }

        static func isLost(_ id: String, on server: RunningServer) async throws -> Bool {
            try await holds(within: .seconds(30)) {
                try await server.execution(id).json["status"] == "lost"
            }
        }

        @Test func `the silent are found, with the evidence, and a later word brings them back`()
            async throws
        {
            try await StoreFolder.use { folder in
                let options = ["--sweep-interval", "1s"]
                var server = try await folder.start(options)
                try await Self.start("beats", #""heartbeatSeconds":1"#, on: server)
                try await Self.start("ends", #""timeoutSeconds":1"#, on: server)
                try await Self.start("free", #""priority":1"#, on: server)
                #expect(try await Self.isLost("beats", on: server))
                #expect(try await Self.isLost("ends", on: server))
                #expect(try await server.execution("free").json["status"] == "running")

                let beats = try await server.execution("beats").json
                #expect(beats["lostBecause"]["rule"] == "heartbeat")
                #expect(beats["lostBecause"]["limitSeconds"] == 1)
                #expect(beats["steps"][0]["status"] == "lost")
                #expect(beats["finishedAt"] == .null)
                let ends = try await server.execution("ends").json
                #expect(ends["lostBecause"]["rule"] == "deadline")
                let list = try await server.get("/v1/executions?status=lost")
                #expect(Set(list.json["items"].array.map(\.["id"])) == ["beats", "ends"])
                let trail = try await server.get("/v1/executions/beats/events")
                #expect(trail.json["items"].array.last?["type"] == "execution.lost")

                // The verdict outlives the server, and a fact the verdict.
                #expect(await server.terminate() == 0)
                server = try await folder.start(options)
                #expect(try await server.execution("beats").json == beats)
                _ = try await server.post(
                    "/v1/events",
                    #"{"type":"execution.finished","execution":"beats","status":"succeeded"}"#)
                let ended = try await server.execution("beats").json
                #expect(ended["status"] == "succeeded")
                #expect(ended["lostBecause"] == .null)

                let audit = try await Program.run(
                    arguments: ["audit", "--store", "sqlite:\(folder.storePath)"])
                #expect(audit.exitCode == 0, "\(audit.text)")
            }
        }

        @Test(.enabled(if: Program.find("clang") != nil))
        func `a clock that is set ahead makes nobody lost but whose deadline it passed`()
            async throws
        {
            try await StoreFolder.use { folder in
                let clock = folder.url.appending(path: "offset")
                try Data("0\n".utf8).write(to: clock)
                let library = folder.url.appending(path: "moved-clock.so")
                let source = EndToEnd.fixtures.appending(path: "clock/moved-clock.c")
                let built = try await Program.run(
                    try #require(Program.find("clang")),
                    ["-shared", "-fPIC", "-O1", "-o", library.path, source.path])
                try #require(built.exitCode == 0, "\(built.errors)")
                let env = try #require(Program.find("env"))
                let server = try await folder.start(
                    ["--sweep-interval", "1s"],
                    launcher: [
                        env.path, "LD_PRELOAD=\(library.path)", "CLOCK_OFFSET_FILE=\(clock.path)",
                    ])
                try await Self.start("beats", #""heartbeatSeconds":600"#, on: server)
                try await Self.start("ends", #""timeoutSeconds":600"#, on: server)
                try Data("7200\n".utf8).write(to: clock)
                // That it was found shows that somebody looked, after the clock was set.
                #expect(try await Self.isLost("ends", on: server))
                #expect(try await server.execution("beats").json["status"] == "running")
                try Data("-10800\n".utf8).write(to: clock)
                try await Self.start("late", #""heartbeatSeconds":1"#, on: server)
                #expect(try await Self.isLost("late", on: server))
                #expect(try await server.execution("beats").json["status"] == "running")
                #expect(await server.terminate() == 0)
            }
        }
    }
}
