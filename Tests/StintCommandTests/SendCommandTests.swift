import ArgumentParser
import Foundation
import Testing

@testable import stint

@Suite struct SendCommandTests {
    private func send(
        _ url: String, _ console: TestConsole, _ text: String, _ arguments: String...
    ) async throws -> stint.ExitStatus {
        let file = FileManager.default.temporaryDirectory
            .appending(path: "send-\(UUID().uuidString).ndjson")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try await SendCommand.parse([file.path, "--url", url] + arguments)
            .exitStatus(in: console.console)
    }

    private func lines(_ count: Int) -> String {
        (1...count).map { #"{"type":"execution.started","execution":"\#($0)"}"# }
            .joined(separator: "\n")
    }

    private func accepted(_ count: Int) -> TestServer.Answer {
        .init(body: #"{"accepted":\#(count),"rejected":[]}"#)
    }

    @Test func `refused events are told by their line in the file`() async throws {
        try await TestServer.serving { number, _ in
            number == 0
                ? .init(
                    body: """
                        {"accepted":999,"rejected":[{"index":4,"pointer":"/status",
                        "detail":"no such word"}]}
                        """)
                : .init(body: #"{"accepted":202,"rejected":[{"index":0,"detail":"no JSON"}]}"#)
        } _: { server in
            let console = TestConsole()
            // The blank line moves all that follow by one.
            let status = try await send(server.url, console, "\n" + lines(1_203))
            #expect(status == .found)
            #expect(
                console.errors == """
                    line 6, /status: no such word
                    line 1002: no JSON
                    sent 1\u{202F}203 events: 1\u{202F}201 accepted, 2 rejected

                    """)
            #expect(console.output.isEmpty)
            #expect(server.requests.map(\.target) == ["/v1/events", "/v1/events"])
            #expect(server.requests[0].headers["content-type"] == "application/x-ndjson")
            #expect(server.requests[0].body.split(separator: "\n").count == 1_000)
            #expect(server.requests[1].body.split(separator: "\n").count == 203)
        }
    }

    @Test func `a busy server is asked again when it says`() async throws {
        try await TestServer.serving { number, _ in
            switch number {
            case 0: .init(status: 503, headers: [("Retry-After", "3")])
            case 1: .init(status: 429)
            default: accepted(1)
            }
        } _: { server in
            let console = TestConsole()
            let status = try await send(server.url, console, "{}")
            #expect(status == .done)
            #expect(console.waits == [.seconds(3), .milliseconds(500)])
            #expect(console.errors == "sent 1 event: 1 accepted, 0 rejected\n")
            #expect(Set(server.requests.map(\.body)) == ["{}\n"])
        }
    }

    @Test func `a server that asks for too much patience is left`() async throws {
        try await TestServer.serving { number, _ in
            number == 0
                ? accepted(1_000)
                : .init(status: 503, headers: [("Retry-After", "31"), ("X-Request-Id", "r-1")])
        } _: { server in
            let console = TestConsole()
            let status = try await send(server.url, console, lines(1_001))
            #expect(status == .unreachable)
            #expect(console.waits.isEmpty)
            #expect(console.errors.contains("(request r-1)"))
            #expect(console.errors.contains("Lines up to 1000 are settled."))
            #expect(console.errors.contains("sent 1\u{202F}000 events"))
        }
    }

    @Test func `a server that is not there is tried for as long as said`() async throws {
        let console = TestConsole()
        let status = try await send("http://127.0.0.1:1", console, "{}", "--timeout", "1s")
        #expect(status == .unreachable)
        #expect(console.waits == [.milliseconds(250), .milliseconds(500)])
    }

    @Test func `a batch too large is halved, an event too large is refused`() async throws {
        try await TestServer.serving { _, request in
            let count = request.body.split(separator: "\n").count
            return count > 1 || request.body.contains("\"2\"")
                ? .init(status: 413) : accepted(1)
        } _: { server in
            let console = TestConsole()
            let status = try await send(server.url, console, lines(3))
            #expect(status == .found)
            #expect(
                console.errors == """
                    line 2: larger than the server takes
                    sent 3 events: 2 accepted, 1 rejected

                    """)
        }
    }

    @Test func `an array is not sent, and the way out is told`() async throws {
        let console = TestConsole()
        let status = try await send("http://127.0.0.1:1", console, "[{}]")
        #expect(status == .wrongArguments)
        #expect(console.errors.contains("jq -c '.[]' "))
    }

    @Test func `a file that is not there is a wrong argument`() async throws {
        let console = TestConsole()
        let command = try SendCommand.parse(["/nowhere/events.ndjson"])
        #expect(await command.exitStatus(in: console.console) == .wrongArguments)
        #expect(console.errors.contains("No such file"))
    }

    @Test func `a key without permission ends it at once`() async throws {
        try await TestServer.serving { _, _ in
            .init(status: 403, body: #"{"detail":"The key lacks the scope ingest."}"#)
        } _: { server in
            let console = TestConsole()
            let status = try await send(server.url, console, "{}")
            #expect(status == .unreachable)
            #expect(server.requests.count == 1)
            #expect(console.errors.contains("The key lacks the scope ingest."))
        }
    }

    @Test func `an empty file sends nothing`() async throws {
        let console = TestConsole()
        let status = try await send("http://127.0.0.1:1", console, "\n")
        #expect(status == .done)
        #expect(console.errors == "sent 0 events: 0 accepted, 0 rejected\n")
    }
}
