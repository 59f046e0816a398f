import Foundation
import Testing

extension EndToEnd {
    /// What people and scripts type.
    @Suite struct CommandLineTests {
        static let events = """
            {"type":"execution.started","execution":"job/1","agent":"typist","at":"2026-11-01T12:00:00Z"}
            {"type":"execution.finished","execution":"job/1","status":"failed","at":"2026-11-01T12:00:05Z"}
            {"type":"execution.started","execution":"job/2","agent":"typist","at":"2026-11-01T12:01:00Z"}

            """

        static func stint(
            _ server: RunningServer, _ arguments: String..., input: String = ""
        ) async throws -> Program.Outcome {
            try await Program.run(
                arguments: arguments, input: input, environment: ["STINT_URL": server.url])
        }

        @Test func `what is sent is listed and shown`() async throws {
            try await RunningServer.serving("--retention", "36500d") { server in
                let sent = try await Self.stint(server, "send", "-", input: Self.events)
                #expect(sent.exitCode == 0, "\(sent.errors)")

                let list = try await Self.stint(server, "list", "--output", "json")
                #expect(list.exitCode == 0)
                let items = try JSON(list.output)["items"].array
                #expect(items.map(\.["id"]) == ["job/2", "job/1"])

                let shown = try await Self.stint(server, "show", "job/1", "--output", "json")
                #expect(shown.exitCode == 0)
                #expect(try JSON(shown.output)["status"] == "failed")
                let told = try await Self.stint(server, "show", "job/1")
                #expect(told.exitCode == 0)
                #expect(told.text.contains("typist"))
            }
        }

        @Test func `steps of one name are counted each`() async throws {
            try await RunningServer.serving { server in
                let steps = ["a", "b", "c"].map {
                    #"{"type":"step.finished","execution":"job","step":"\#($0)","name":"chat","status":"succeeded"}"#
                }
                let sent = try await Self.stint(
                    server, "send", "-", input: steps.joined(separator: "\n"))
                #expect(sent.exitCode == 0, "\(sent.errors)")
                let list = try await Self.stint(server, "list")
                #expect(list.text.contains("3/3"), "\(list.text)")
            }
        }

        @Test func `an event that is refused is told with its line`() async throws {
            try await RunningServer.serving("--retention", "36500d") { server in
                let lines = "{\"type\":\"nonsense\"}\n" + Self.events
                let sent = try await Self.stint(server, "send", "-", input: lines)
                #expect(sent.exitCode == 1)
                #expect(sent.errors.contains("1"))
                #expect(try await server.execution("job/1").status == 200)
            }
        }

        @Test func `wrong arguments end with 2`() async throws {
            for arguments in [
                ["dance"], ["list", "--limit", "0"], ["serve", "--port", "many"],
                ["serve", "--store", "paper:shelf"],
            ] {
                let ended = try await Program.run(arguments: arguments)
                #expect(ended.exitCode == 2, "\(arguments)")
                #expect(ended.errors != "")
            }
        }

        @Test func `an unknown execution ends with 3`() async throws {
            try await RunningServer.serving { server in
                let shown = try await Self.stint(server, "show", "nobody")
                #expect(shown.exitCode == 3)
                #expect(shown.output.isEmpty)
            }
        }

        @Test func `a server that is not there ends with 4`() async throws {
            let ended = try await Program.run(
                arguments: ["list", "--url", "http://127.0.0.1:1", "--timeout", "1s"])
            #expect(ended.exitCode == 4)
            #expect(ended.errors.contains("127.0.0.1:1"))
        }

        @Test func `without keys it answers this machine alone`() async throws {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let store = "sqlite:\(folder.url.appending(path: "stint.sqlite").path)"
            let ended = try await Program.run(
                arguments: ["serve", "--host", "0.0.0.0", "--port", "0", "--store", store])
            #expect(ended.exitCode == 2)
            #expect(ended.errors.contains("no keys"))
            #expect(ended.output.isEmpty)
        }

        @Test func `a store has one server`() async throws {
            try await StoreFolder.use { folder in
                let first = try await folder.start()
                let refused = await #expect(throws: StoreFolder.NotReady.self) {
                    try await folder.start()
                }
                #expect(refused?.exitCode == 4)
                #expect(refused?.log.contains("store") == true)
                #expect(try await first.get("/health/ready").status == 200)
            }
        }

        @Test func `asked to stop it answers what it took, and ends with 0`() async throws {
            try await StoreFolder.use { folder in
                let server = try await folder.start(["--retention", "36500d"])
                let reply = try await server.post(
                    "/v1/events", Self.events, type: "application/x-ndjson")
                #expect(reply.json["accepted"] == 3)
                #expect(await server.terminate() == 0)
                let next = try await folder.start(["--retention", "36500d"])
                #expect(try await next.execution("job/1").json["status"] == "failed")
                #expect(try await next.execution("job/2").json["status"] == "running")
            }
        }
    }
}
