import Foundation
import Testing

@Suite struct WatchTests {
    private func tell(_ server: RunningServer, _ events: String...) async throws {
        let reply = try await server.post("/v1/events", "[\(events.joined(separator: ","))]")
        #expect(reply.json["accepted"].number == Double(events.count))
    }

    private func event(_ type: String, _ more: String = "", of id: String = "ex_watched") -> String
    {
        #"{"type":"\#(type)","execution":"\#(id)","agent":"planner"\#(more)}"#
    }

    /// Runs `stint watch` into a file, and gives what it has written.
    private func watching(
        _ server: RunningServer, _ arguments: [String],
        _ body: (Program, _ text: () throws -> String) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let file = folder.url.appending(path: "out")
        try Data().write(to: file)
        let output = try FileHandle(forWritingTo: file)
        let program = try Program(
            Program.stint, ["watch", "--url", server.url] + arguments, output: output,
            errors: output)
        defer { program.send(SIGKILL) }
        try await body(program) { try String(contentsOf: file, encoding: .utf8) }
    }

    private func until(
        _ text: () throws -> String, holds word: String, within limit: Duration = .seconds(60)
    ) async throws {
        let deadline = ContinuousClock.now + limit
        while try !text().contains(word), ContinuousClock.now < deadline { await Task.yield() }
        #expect(try text().contains(word))
    }

    @Test func `one is followed into a file until it ends`() async throws {
        try await RunningServer.serving { server in
            try await tell(server, event("execution.queued"))
            try await watching(server, ["ex_wat"]) { program, text in
                try await until(text, holds: "ex_watched created planner")
                try await tell(
                    server, event("execution.started"), event("step.started", #","step":"map""#))
                try await until(text, holds: "ex_watched step map started try=1")
                try await tell(
                    server, event("step.finished", #","step":"map","status":"succeeded""#),
                    event("execution.finished", #","status":"succeeded","goalMet":false"#))
                #expect(await program.exitCode() == 5)
                let lines = try text().split(separator: "\n").map { $0.dropFirst(21) }
                #expect(
                    lines.map { $0.prefix { $0 != "=" } } == [
                        "ex_watched created planner", "ex_watched started waited",
                        "ex_watched step map started try", "ex_watched step map succeeded ran",
                        "ex_watched succeeded ran",
                    ])
            }
        }
    }

    @Test func `all are followed over a restart of the server`() async throws {
        try await StoreFolder.use { folder in
            let first = try await folder.start()
            let port = first.url.split(separator: ":").last.map(String.init) ?? ""
            try await watching(first, []) { program, text in
                // It listens from when it tells of what comes.
                var number = 0
                while try !text().contains("created"), number < 200 {
                    try await tell(first, event("execution.started", of: "ex_\(number)"))
                    number += 1
                }
                try await until(text, holds: "created planner")
                _ = await first.terminate()
                try await until(text, holds: "no connection")
                let second = try await folder.start(["--port", port])
                try await tell(second, event("execution.started", of: "ex_after"))
                try await until(text, holds: "connected again")
                try await tell(
                    second, event("execution.finished", #","status":"failed""#, of: "ex_after"))
                try await until(text, holds: "ex_after failed")
                program.send(SIGINT)
                #expect(await program.exitCode() == 130)
            }
        }
    }

    @Test func `on a terminal it is drawn in place, obeys keys, and leaves it as it was`()
        async throws
    {
        try await RunningServer.serving { server in
            try await tell(server, event("execution.started", #","step":"map""#))
            let terminal = try PseudoTerminal(columns: 100, rows: 20)
            let program = try Program(
                Program.stint, ["watch", "--url", server.url], input: terminal.device,
                output: terminal.device, errors: terminal.device,
                environment: ["LC_ALL": "C.UTF-8"])
            defer { program.send(SIGKILL) }
            try await terminal.untilShown("planner  ex_watched")
            #expect(!terminal.isItself)
            terminal.type("j\r")
            try await terminal.untilShown("planner ex_watched   ")
            terminal.type("q")
            #expect(await program.exitCode() == 0)
            #expect(terminal.isItself)
            #expect(terminal.screen.hasSuffix("\u{1B}[?25h"))
        }
    }

    @Test(arguments: [(SIGINT, 130), (SIGTERM, 130), (SIGHUP, 130)] as [(Int32, Int32)])
    func `a signal ends it, the terminal is as it was, and the execution goes on`(
        _ signal: Int32, _ code: Int32
    ) async throws {
        try await RunningServer.serving { server in
            try await tell(server, event("execution.started"))
            let terminal = try PseudoTerminal(columns: 100, rows: 20)
            let program = try Program(
                Program.stint, ["watch", "ex_watched", "--url", server.url],
                input: terminal.device, output: terminal.device, errors: terminal.device,
                environment: ["LC_ALL": "C"])
            defer { program.send(SIGKILL) }
            try await terminal.untilShown("ex_watched   RUN")
            program.send(signal)
            #expect(await program.exitCode() == code)
            #expect(terminal.isItself)
            // The cursor is shown again, and nothing is drawn after that.
            let rest = terminal.screen.split(separator: "\u{1B}").last
            #expect(rest?.hasPrefix("[?25h") == true)
            #expect(try await server.execution("ex_watched").json["status"].string == "running")
        }
    }
}
