import Foundation
import Testing

extension EndToEnd {
    /// Any command, tracked by `stint run`.
    @Suite struct RunTests {
        /// Runs a shell's script as an execution.
        private static func run(
            _ script: String, at url: String, spool: URL, id: String, _ options: String...
        ) async throws -> Program.Outcome {
            try await Program.run(
                arguments: ["run", "--agent", "job", "--id", id] + options
                    + ["--", "/bin/sh", "-c", script],
                environment: ["STINT_URL": url, "STINT_SPOOL": spool.path])
        }

        private static func shown(_ id: String, at server: RunningServer) async throws -> JSON {
            try await server.execution(id).json
        }

        @Test func `every end is told as it was, and its exit code passed on`() async throws {
            let ends: [(String, Int32, String, String?)] = [
                ("exit 0", 0, "succeeded", nil),
                ("echo why >&2; exit 3", 3, "failed", "ExitCode.3"),
                ("kill -SEGV $$", 139, "failed", "SIGSEGV"),
                ("kill -KILL $$", 137, "failed", "SIGKILL"),
                ("exec /no/such/program", 127, "failed", "ExitCode.127"),
                ("exec sleep 60", 143, "timed_out", "Deadline"),
                // However it leaves.
                ("trap 'exit 0' TERM; sleep 60 & wait", 0, "timed_out", "Deadline"),
            ]
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            try await RunningServer.serving { server in
                for (index, end) in ends.enumerated() {
                    let deadline = end.2 == "timed_out" ? "500ms" : "1h"
                    let ended = try await Self.run(
                        end.0, at: server.url, spool: folder.url, id: "end\(index)",
                        "--deadline", deadline, "--stderr-lines", "5")
                    #expect(ended.exitCode == end.1, "\(end.0): \(ended.errors)")
                    let shown = try await Self.shown("end\(index)", at: server)
                    #expect(shown["status"].string == end.2, "\(end.0)")
                    #expect(shown["error"]["type"].string == end.3, "\(end.0)")
                }
                let failed = try await Self.shown("end1", at: server)
                #expect(failed["error"]["cause"] == "why")
                #expect(failed["source"] == "run")
            }
        }

        @Test func `the command has its input, its output and the execution to report to`()
            async throws
        {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            try await RunningServer.serving { server in
                let ended = try await Program.run(
                    arguments: [
                        "run", "--agent", "job", "--id", "echo", "--", "/bin/sh", "-c",
                        "cat; echo $STINT_EXECUTION $STINT_URL $TRACEPARENT",
                    ], input: "in\n",
                    environment: ["STINT_URL": server.url, "STINT_SPOOL": folder.url.path])
                #expect(ended.exitCode == 0)
                #expect(ended.text.hasPrefix("in\necho \(server.url) 00-"))
                #expect(ended.errors == "")
            }
        }

        @Test func `what cannot be started fails as in a shell`() async throws {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            try await RunningServer.serving { server in
                let ended = try await Program.run(
                    arguments: ["run", "--agent", "job", "--id", "none", "--", "/no/such"],
                    environment: ["STINT_URL": server.url, "STINT_SPOOL": folder.url.path])
                #expect(ended.exitCode == 127)
                let shown = try await Self.shown("none", at: server)
                #expect(shown["error"]["type"] == "NotStarted")
            }
        }

        @Test func `a signal reaches the command, which was aborted then`() async throws {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            try await RunningServer.serving { server in
                let output = Pipe()
                let program = try Program(
                    Program.stint,
                    [
                        "run", "--agent", "job", "--id", "asked", "--", "/bin/sh", "-c",
                        "echo ready; exec sleep 60",
                    ], output: output, errors: .nullDevice,
                    environment: ["STINT_URL": server.url, "STINT_SPOOL": folder.url.path])
                #expect(await output.firstLine(within: .seconds(30)) == "ready")
                program.send(SIGTERM)
                #expect(await program.exitCode() == 143)
                let shown = try await Self.shown("asked", at: server)
                #expect(shown["status"] == "aborted")
                #expect(shown["error"]["type"] == "SIGTERM")
            }
        }

        @Test func `without a server the command runs, and the next run delivers both`()
            async throws
        {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            try await StoreFolder.use { store in
                let first = try await store.start()
                let url = first.url
                await first.kill()
                let away = try await Self.run("exit 4", at: url, spool: folder.url, id: "away")
                #expect(away.exitCode == 4)
                #expect(away.errors == "")
                let again = try await store.start([
                    "--port", String(url.split(separator: ":").last ?? ""),
                ])
                let back = try await Self.run("exit 0", at: url, spool: folder.url, id: "back")
                #expect(back.exitCode == 0)
                let shown = try await Self.shown("away", at: again)
                #expect(shown["status"] == "failed")
                #expect(shown["error"]["type"] == "ExitCode.4")
                #expect(try await Self.shown("back", at: again)["status"] == "succeeded")
            }
        }

        @Test func `killed with the server, its start is there with the next`() async throws {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            try await StoreFolder.use { store in
                let first = try await store.start()
                let url = first.url
                await first.kill()
                let output = Pipe()
                let killed = try Program(
                    Program.stint,
                    [
                        "run", "--agent", "job", "--id", "killed", "--", "/bin/sh", "-c",
                        "echo $$; exec sleep 60",
                    ], output: output, errors: .nullDevice,
                    environment: ["STINT_URL": url, "STINT_SPOOL": folder.url.path])
                let child = await output.firstLine(within: .seconds(30))
                killed.send(SIGKILL)
                // Its end is not noticed before that of all who hold what it left open.
                if let child = child.flatMap({ Int32($0) }) { kill(child, SIGKILL) }
                _ = await killed.exitCode()

                let again = try await store.start([
                    "--port", String(url.split(separator: ":").last ?? ""),
                ])
                _ = try await Self.run("true", at: url, spool: folder.url, id: "next")
                let shown = try await Self.shown("killed", at: again)
                #expect(shown["status"] == "running")
                let trail = try await again.get("/v1/executions/killed/events").json
                #expect(trail["items"].array.map(\.["type"]) == ["execution.started"])
            }
        }
    }
}
