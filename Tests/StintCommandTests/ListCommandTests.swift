import ArgumentParser
import StintModel
import Testing

@testable import stint

@Suite struct ListCommandTests {
    private func page(_ items: [String], next: String?) -> TestServer.Answer {
        let cursor = next.map { #","nextCursor":"\#($0)""# } ?? ""
        return .init(body: #"{"items":[\#(items.joined(separator: ","))]\#(cursor)}"#)
    }

    private func item(_ number: Int) -> String {
        #"{"id":"ex_\#(10_000_000 + number)","agent":"a","status":"succeeded","attempt":1}"#
    }

    private func list(
        _ url: String, _ console: TestConsole, _ arguments: String...
    ) async throws -> stint.ExitStatus {
        try await ListCommand.parse(arguments + ["--url", url]).exitStatus(in: console.console)
    }

    @Test func `the cursor is followed until there are as many rows as asked for`() async throws {
        try await TestServer.serving { number, _ in
            switch number {
            case 0: page([item(1), item(2)], next: "c1")
            case 1: page([], next: "c 2")
            default: page([item(3)], next: "c3")
            }
        } _: { server in
            let console = TestConsole()
            let status = try await list(server.url, console, "--limit", "3", "--agent", "a")
            #expect(status == .done)
            #expect(
                server.requests.map(\.target) == [
                    "/v1/executions?agent=a&limit=3",
                    "/v1/executions?agent=a&limit=1&cursor=c1",
                    "/v1/executions?agent=a&limit=1&cursor=c%202",
                ])
            #expect(console.output.split(separator: "\n").count == 4)
            #expect(
                console.errors
                    == "older: stint list --agent a --limit 3 --url \(server.url) --cursor c3"
                    + "   times UTC\n")
        }
    }

    @Test func `the next command holds the time that a span meant`() async throws {
        try await TestServer.serving { _, _ in
            page([item(1)], next: "n")
        } _: { server in
            let console = TestConsole()
            _ = try await list(
                server.url, console, "--since", "24h", "--limit", "1", "--query", "a b")
            #expect(
                console.errors.hasPrefix(
                    "older: stint list --from 2025-11-27T14:24:31.000000Z --query 'a b' --limit 1"))
        }
    }

    @Test func `as json the server's page is printed as it is`() async throws {
        let body = #"{"items":[ {"id":"x","n":1.0} ],"nextCursor":"c"}"#
        try await TestServer.serving { _, _ in
            .init(body: body)
        } _: { server in
            let console = TestConsole()
            _ = try await list(server.url, console, "--output", "json", "--limit", "900")
            #expect(console.output == body + "\n")
            #expect(server.requests.map(\.target) == ["/v1/executions?limit=500"])
        }
    }

    @Test func `as jsonl each item is a line, over all pages`() async throws {
        try await TestServer.serving { number, _ in
            number == 0 ? page([item(1)], next: "c") : page([item(2)], next: nil)
        } _: { server in
            let console = TestConsole()
            _ = try await list(server.url, console, "--output", "jsonl")
            #expect(console.output == "\(item(1))\n\(item(2))\n")
            #expect(console.errors.isEmpty)
        }
    }

    @Test func `as csv there is a header, and what needs quotes has them`() async throws {
        let body = """
            {"items":[{"id":"x","agent":"a \\"b\\", c","tokens":{"input":5},"durationSeconds":2.50,
            "attributes":{"model":"m","k":true}}]}
            """
        try await TestServer.serving { _, _ in
            .init(body: body)
        } _: { server in
            let console = TestConsole()
            _ = try await list(server.url, console, "--output", "csv")
            let lines = console.output.split(separator: "\n")
            #expect(lines[0].hasPrefix("id,agent,name,workspace,"))
            #expect(lines[0].hasSuffix(",outputBytes,attributes.k,attributes.model"))
            #expect(lines[1].hasPrefix("x,\"a \"\"b\"\", c\",,,"))
            #expect(lines[1].contains(",2.5,"))
            #expect(lines[1].hasSuffix(",true,m"))
        }
    }

    @Test func `the address of the same view is printed without asking`() async throws {
        let console = TestConsole()
        let status = try await list(
            "https://host/base", console, "--web", "--status", "failed", "--attr", "a b=c&d",
            "--cursor", "x")
        #expect(status == .done)
        #expect(
            console.output
                == "https://host/base/executions?status=failed&attr.a%20b=c%26d&cursor=x\n")
    }

    @Test func `the key goes with every request`() async throws {
        try await TestServer.serving { _, _ in
            page([], next: nil)
        } _: { server in
            let console = TestConsole(environment: [
                "LANG": "C.UTF-8", "STINT_KEY": "sk_1", "STINT_URL": server.url,
            ])
            let status = try await ListCommand.parse([]).exitStatus(in: console.console)
            #expect(status == .done)
            #expect(server.requests[0].headers["authorization"] == "Bearer sk_1")
            #expect(console.errors.hasPrefix("No execution matches.\n"))
        }
    }

    @Test(arguments: [
        (400, stint.ExitStatus.wrongArguments), (401, .unreachable), (403, .unreachable),
        (404, .notFound), (429, .unreachable), (500, .unreachable), (503, .unreachable),
        (302, .unreachable),
    ])
    func `every refusal has its exit code, and three lines at most`(
        _ code: Int, _ status: stint.ExitStatus
    ) async throws {
        try await TestServer.serving { _, _ in
            .init(
                status: code,
                headers: [("X-Request-Id", "r-42"), ("Content-Type", "application/problem+json")],
                body: #"{"title":"No","detail":"because\u001b[2J of that"}"#)
        } _: { server in
            let console = TestConsole()
            let outcome = try await list(server.url, console)
            #expect(outcome == status)
            #expect(console.output.isEmpty)
            #expect(console.errors.split(separator: "\n").count <= 3)
            #expect(console.errors.contains("because[2J of that (request r-42)"))
        }
    }

    @Test func `a server that is not there is told at once`() async throws {
        let console = TestConsole()
        let status = try await list("http://127.0.0.1:1", console)
        #expect(status == .unreachable)
        #expect(
            console.errors == """
                stint: cannot reach http://127.0.0.1:1
                Nothing listens there (connection refused).
                Start one with `stint serve`, or name another with --url or STINT_URL.

                """)
    }

    @Test func `an answer that does not end is not waited for longer than said`() async throws {
        try await TestServer.serving { _, _ in
            .init(body: "{", missingBytes: 9)
        } _: { server in
            let console = TestConsole()
            let status = try await list(server.url, console, "--timeout", "100ms")
            #expect(status == .unreachable)
            #expect(console.errors.contains("(--timeout)"))
        }
    }

    @Test func `what is no answer of Stint is told`() async throws {
        try await TestServer.serving { _, _ in
            .init(body: "<html>")
        } _: { server in
            let console = TestConsole()
            let status = try await list(server.url, console)
            #expect(status == .unreachable)
            #expect(console.errors.contains("cannot read the answer"))
        }
    }

    @Test func `a server that repeats its cursor does not hold the command for ever`() async throws
    {
        try await TestServer.serving { _, _ in
            page([], next: "c")
        } _: { server in
            let console = TestConsole()
            let status = try await list(server.url, console)
            #expect(status == .unreachable)
        }
    }

    @Test(arguments: ["nonsense", "ftp://host"])
    func `an address that is none is a wrong argument`(_ url: String) async throws {
        let status = try await list(url, TestConsole())
        #expect(status == .wrongArguments)
    }

    @Test func `a key that can be none is not sent`() async throws {
        let console = TestConsole(environment: ["STINT_KEY": "a\r\nX: y"])
        let status = try await list("http://127.0.0.1:1", console)
        #expect(status == .wrongArguments)
    }
}
