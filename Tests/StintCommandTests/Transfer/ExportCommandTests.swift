import ArgumentParser
import Foundation
import Testing

@testable import stint

@Suite struct ExportCommandTests {
    private func run(
        _ url: String, _ console: TestConsole, _ arguments: String...
    ) async throws -> stint.ExitStatus {
        try await ExportCommand.parse(arguments + ["--url", url]).exitStatus(in: console.console)
    }

    @Test(arguments: [
        ("ndjson", "{\"id\":\"é\"}\n{\"id\":\"b\"}\n{\"count\":2}\n"),
        ("ndjson", "{\"count\":0}\n"),
        ("csv", "id,summary\r\na,\"two\nlines\"\r\n# count 1\r\n"),
    ])
    func `an export comes out as it came`(_ format: String, _ text: String) async throws {
        try await TestServer.serving { _, _ in
            .init(body: text)
        } _: { server in
            let console = TestConsole()
            let status = try await run(
                server.url, console, "executions", "--format", format, "--agent", "typist")
            #expect(status == .done)
            #expect(console.output == text)
            #expect(
                server.requests.map(\.target)
                    == ["/v1/export/executions?agent=typist&format=\(format)"])
        }
    }

    @Test(arguments: [
        ("ndjson", "{\"id\":\"a\"}\n"), ("ndjson", "{\"id\":\"a\"}\n{\"count\":2}\n"),
        ("ndjson", "{\"id\":\"a\"}\n{\"count\":1}"), ("ndjson", ""), ("csv", "id\r\na\r\n"),
        ("csv", "id\r\n\"a\r\n# count 1\r\n"),
    ])
    func `one that was cut is told of`(_ format: String, _ text: String) async throws {
        try await TestServer.serving { _, _ in
            .init(body: text)
        } _: { server in
            let console = TestConsole()
            let status = try await run(server.url, console, "executions", "--format", format)
            #expect(status == .unreachable)
            #expect(console.errors.contains("the export was cut"))
        }
    }

    @Test func `a server that refuses is told as ever`() async throws {
        try await TestServer.serving { _, _ in
            .init(status: 403, body: #"{"detail":"This takes a key of scope read."}"#)
        } _: { server in
            let console = TestConsole()
            let status = try await run(server.url, console, "executions")
            #expect(status == .unreachable)
            #expect(console.errors.contains("scope read"))
            #expect(console.output.isEmpty)
        }
    }

    @Test func `events are those of each execution, page by page, and counted`() async throws {
        try await TestServer.serving { _, request in
            switch request.target {
            case "/v1/executions?limit=500":
                .init(body: #"{"items":[{"id":"a/b"},{"id":"gone"}],"nextCursor":"n"}"#)
            case "/v1/executions?limit=500&cursor=n": .init(body: #"{"items":[{"id":"c"}]}"#)
            case "/v1/executions/a%2Fb/events?limit=500":
                .init(body: #"{"items":[{"type":"execution.started"}],"nextCursor":"m"}"#)
            case "/v1/executions/a%2Fb/events?limit=500&cursor=m":
                .init(body: #"{"items":[{"type":"execution.lost"}]}"#)
            case "/v1/executions/c/events?limit=500":
                .init(body: #"{"items":[{"type":"model.called"}]}"#)
            default: .init(status: 404)
            }
        } _: { server in
            let console = TestConsole()
            let status = try await run(server.url, console, "events")
            #expect(status == .done)
            #expect(
                console.output == """
                    {"type":"execution.started"}
                    {"type":"model.called"}
                    {"count":2}

                    """)
        }
    }

    @Test func `events as CSV are wrong arguments`() {
        #expect(throws: (any Error).self) {
            try ExportCommand.parse(["events", "--format", "csv"])
        }
    }
}
