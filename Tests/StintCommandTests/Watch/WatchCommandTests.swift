import ArgumentParser
import Foundation
import StintModel
import Synchronization
import Testing

@testable import stint

@Suite struct WatchCommandTests {
    private let realtime = """
        {"timestamp":"2025-11-28T14:24:31Z","currentlyRunning":1,"queueDepth":0,
        "executionsInProgress":[],"queuedExecutions":[],
        "systemLoad":{"workers":{"reporting":0}}}
        """

    /// A stream of one message, which stays open.
    private func stream(_ event: String, _ data: String) -> TestServer.Answer {
        .init(
            headers: [("Content-Type", "text/event-stream")],
            body: "event: \(event)\ndata: \(data.replacing("\n", with: ""))\nid: 1\n\n",
            missingBytes: 1)
    }

    private func watch(
        _ url: String, _ console: TestConsole, _ arguments: String...
    ) async throws -> stint.ExitStatus {
        try await WatchCommand.parse(arguments + ["--url", url])
            .exitStatus(in: console.quick)
    }

    /// Serves an execution that runs when it is looked up, and has ended when it is asked for again.
    private func serving(
        _ end: String, _ body: (TestServer) async throws -> Void
    ) async throws {
        let asked = Atomic(0)
        try await TestServer.serving { _, request in
            switch request.target {
            case "/v1/executions/ex_c40d9e5a":
                .init(
                    body: asked.add(1, ordering: .relaxed).oldValue < 1 ? Samples.running : end)
            case "/v1/live?execution=ex_c40d9e5a":
                stream("execution", #"{"id":"ex_c40d9e5a","status":"running"}"#)
            default: .init(status: 404, body: "{}")
            }
        } _: {
            try await body($0)
        }
    }

    private func end(_ status: String, _ more: String = "") -> String {
        #"{"id":"ex_c40d9e5a","agent":"portfolio-planner","attempt":1,"status":"\#(status)","#
            + #""startedAt":"2025-11-28T14:23:41Z","finishedAt":"2025-11-28T14:25:31Z","#
            + #""durationSeconds":110.4\#(more)}"#
    }

    @Test(arguments: [
        ("succeeded", "", stint.ExitStatus.done), ("succeeded", #","goalMet":false"#, .goalMissed),
        ("failed", "", .found),
    ])
    func `one is watched to its end, which is the exit code`(
        _ status: String, _ more: String, _ code: stint.ExitStatus
    ) async throws {
        try await serving(end(status, more)) { server in
            let console = TestConsole()
            let end = try await watch(server.url, console, "ex_c40d9e5a")
            #expect(end == code)
            let lines = console.output.split(separator: "\n")
            #expect(lines.first == "2025-11-28T14:23:39Z ex_c40d9e5a created portfolio-planner")
            #expect(lines.last?.contains("Z ex_c40d9e5a \(status) ran=110.4s") == true)
            #expect(Set(lines).count == lines.count)
        }
    }

    @Test func `on a terminal the block gives way to the lines of show`() async throws {
        try await serving(Samples.succeeded.replacing("ex_7f3a9c21", with: "ex_c40d9e5a")) {
            server in
            let console = TestConsole(columns: 100)
            let status = try await watch(server.url, console, "ex_c40d9e5a")
            #expect(status == .done)
            var terminal = TestTerminal(columns: 100, rows: 30)
            terminal.write(console.output)
            let report = ExecutionReport(
                execution: try Samples.execution(
                    Samples.succeeded.replacing("ex_7f3a9c21", with: "ex_c40d9e5a")),
                style: .terminal(99))
            #expect(terminal.screen == report.lines)
            #expect(!terminal.isCursorHidden)
            #expect(console.errors.hasSuffix("/executions/ex_c40d9e5a   times UTC\n"))
        }
    }

    @Test func `what has ended already is shown, and nobody listens for more`() async throws {
        try await TestServer.serving { _, _ in
            .init(body: Samples.failed)
        } _: { server in
            let console = TestConsole()
            let status = try await watch(server.url, console, "ex_b81e04d7")
            #expect(status == .found)
            #expect(server.requests.count == 1)
            #expect(console.output.contains("ex_b81e04d7 failed ran=44.9s"))
        }
    }

    @Test func `one that is still open when the time has passed is told by its exit code`()
        async throws
    {
        try await serving(Samples.running) { server in
            let console = TestConsole()
            let status = try await watch(server.url, console, "ex_c40d9e5a", "--timeout", "10s")
            #expect(status == .stillOpen)
        }
    }

    @Test func `all are watched from those open on, filtered as the list is`() async throws {
        try await TestServer.serving { number, request in
            switch request.target.prefix(while: { $0 != "?" }) {
            case "/v1/live": stream("execution", Samples.running)
            default: .init(status: 401, body: "{}")
            }
        } _: { server in
            let console = TestConsole()
            let task = Task {
                try await watch(
                    server.url, console, "--agent", "portfolio-planner", "--status", "running",
                    "--user", "u", "--output", "jsonl")
            }
            defer { task.cancel() }
            while server.requests.count < 2 { await Task.yield() }
            #expect(
                Set(server.requests.prefix(2).map(\.target)) == [
                    "/v1/live?agent=portfolio-planner&status=running",
                    "/v1/executions?agent=portfolio-planner&user=u&status=running&limit=500",
                ])
            #expect(console.output.isEmpty, "its user is another")
        }
    }

    @Test(arguments: [
        ["--since", "1h"], ["--timeout", "1s"], ["--output", "csv"], ["ex_1", "--agent", "a"], [""],
    ])
    func `what makes no sense together is refused`(_ arguments: [String]) {
        let error = #expect(throws: (any Error).self) { try WatchCommand.parse(arguments) }
        #expect(error.map { Stint.exitStatus(of: $0) } == 2)
    }
}
