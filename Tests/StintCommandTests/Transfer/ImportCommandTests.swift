import ArgumentParser
import Foundation
import Testing

@testable import stint

@Suite struct ImportCommandTests {
    private func run(
        _ url: String, _ console: TestConsole, _ text: String, _ arguments: String...
    ) async throws -> stint.ExitStatus {
        let file = FileManager.default.temporaryDirectory
            .appending(path: "import-\(UUID().uuidString)")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try await ImportCommand.parse([file.path, "--url", url] + arguments)
            .exitStatus(in: console.console)
    }

    private func accepting(_ request: TestServer.Request) -> TestServer.Answer {
        let count = request.body.split(separator: "\n").count
        return .init(body: #"{"accepted":\#(count),"rejected":[]}"#)
    }

    private static let execution =
        #"{"id":"a","status":"succeeded","startedAt":"2026-11-01T12:00:00Z","#
        + #""finishedAt":"2026-11-01T12:00:05Z","agent":"typist"}"#

    @Test func `executions become events, in batches of five hundred`() async throws {
        try await TestServer.serving { _, request in
            accepting(request)
        } _: { server in
            let console = TestConsole()
            let text = String(repeating: Self.execution + "\n", count: 400) + "{\"count\":400}\n"
            let status = try await run(server.url, console, text)
            #expect(status == .done)
            // Started, finished, and what is known of the whole.
            #expect(
                server.requests.map { $0.body.split(separator: "\n").count } == [500, 500, 200])
            #expect(server.requests.allSatisfy { $0.target == "/v1/events" })
            #expect(console.errors.contains("1\u{202F}200 accepted, 0 rejected"))
        }
    }

    @Test func `events go out as they stand`() async throws {
        try await TestServer.serving { _, request in
            accepting(request)
        } _: { server in
            let console = TestConsole()
            let event = #"{"type":"execution.started", "execution":"a","id":"x","count":1}"#
            let status = try await run(server.url, console, event + "\n")
            #expect(status == .done)
            #expect(server.requests.map(\.body) == [event + "\n"])
        }
    }

    @Test(arguments: [
        (execution + "\n", "no count stands at the end"),
        (execution + "\n{\"count\":2}\n", "line 2 counts 2, but 1 came before it"),
        ("{\"count\":1}\n", "line 1 counts 1, but 0 came before it"),
        (execution + "\n{\"count\":1}\n" + execution, "no count stands at the end"),
    ])
    func `a file that was cut is told of`(_ text: String, _ fault: String) async throws {
        try await TestServer.serving { _, request in
            accepting(request)
        } _: { server in
            let console = TestConsole()
            let status = try await run(server.url, console, text)
            #expect(status == .found)
            #expect(console.errors.contains(fault), "\(console.errors)")
        }
    }

    @Test func `exports may stand one after the other`() async throws {
        try await TestServer.serving { _, request in
            accepting(request)
        } _: { server in
            let part = Self.execution + "\n{\"count\":1}\n"
            let status = try await run(server.url, TestConsole(), part + part)
            #expect(status == .done)
        }
    }

    @Test func `what is refused is told with its line, here or there`() async throws {
        try await TestServer.serving { _, _ in
            .init(body: #"{"accepted":2,"rejected":[{"index":1,"pointer":"/at","detail":"old"}]}"#)
        } _: { server in
            let console = TestConsole()
            let text = "{\"id\":\"\"}\n\n\(Self.execution)\nnonsense\n[]\n{\"count\":4}"
            let status = try await run(server.url, console, text)
            #expect(status == .found)
            let lines = console.errors.split(separator: "\n")
            #expect(lines.filter { $0.hasPrefix("line 1, /id: ") }.count == 1)
            #expect(lines.filter { $0.hasPrefix("line 3, /at: old") }.count == 1)
            #expect(lines.filter { $0.hasPrefix("line 4") }.count == 1)
            #expect(lines.filter { $0.hasPrefix("line 5") }.count == 1)
            #expect(lines.last == "sent 7 events: 2 accepted, 5 rejected" || lines.count == 5)
        }
    }

    @Test func `columns are known by their names`() async throws {
        try await TestServer.serving { _, request in
            accepting(request)
        } _: { server in
            let console = TestConsole()
            let text = """
                id,status,startedAt,finishedAt,tokens.input,attributes.run,attributes
                "a, b",failed,2026-11-01T12:00:00Z,2026-11-01T12:00:05Z,12,7,"{""x"":true}"
                c,running,noon,,,,
                d,running
                """
            let status = try await run(server.url, console, text)
            #expect(status == .found)
            let body = try #require(server.requests.first?.body)
            #expect(body.contains(#""execution":"a, b""#))
            #expect(body.contains(#""attributes":{"run":7,"x":true}"#))
            #expect(body.contains(#""tokens":{"input":12}"#))
            #expect(console.errors.contains("line 3, startedAt: "))
            #expect(console.errors.contains("line 4: 2 fields stand here, under 7 columns"))
            #expect(!console.errors.contains("count stands"))
        }
    }

    @Test(arguments: [
        ("id,colour\n", "no column is called 'colour'"), ("agent\nx\n", "no column id"),
        ("  [{}]", "a JSON array"),
    ])
    func `a file of another sort is not begun`(_ text: String, _ what: String) async throws {
        let console = TestConsole()
        let status = try await run("http://127.0.0.1:1", console, text)
        #expect(status == .wrongArguments)
        #expect(console.errors.contains(what))
    }
}
