import ArgumentParser
import Testing

@testable import stint

@Suite struct ShowCommandTests {
    private func show(
        _ url: String, _ console: TestConsole, _ arguments: String...
    ) async throws -> stint.ExitStatus {
        try await ShowCommand.parse(arguments + ["--url", url]).exitStatus(in: console.console)
    }

    private let missing = TestServer.Answer(
        status: 404, headers: [("X-Request-Id", "r-7")], body: #"{"title":"Not found"}"#)

    @Test func `an id is asked for as it is, every sign of it encoded`() async throws {
        try await TestServer.serving { _, _ in
            .init(body: Samples.succeeded)
        } _: { server in
            let console = TestConsole(columns: 120)
            let status = try await show(server.url, console, "arn:a/b c")
            #expect(status == .done)
            #expect(server.requests.map(\.target) == ["/v1/executions/arn%3Aa%2Fb%20c"])
            #expect(console.output.hasPrefix("portfolio-planner ex_7f3a9c21   "))
            #expect(
                console.errors
                    == "\n  web: \(server.url)/executions/ex_7f3a9c21   times UTC\n")
        }
    }

    @Test func `the beginning of an id is enough`() async throws {
        try await TestServer.serving { _, request in
            switch request.target {
            case "/v1/executions/ex_7f": missing
            case "/v1/executions?q=ex_7f&limit=500":
                .init(body: #"{"items":[{"id":"zz ex_7f"}],"nextCursor":"c"}"#)
            case "/v1/executions?q=ex_7f&limit=500&cursor=c":
                .init(body: #"{"items":[{"id":"ex_7f3a9c21"}]}"#)
            default: .init(body: Samples.succeeded)
            }
        } _: { server in
            let console = TestConsole()
            let status = try await show(server.url, console, "ex_7f", "--output", "json")
            #expect(status == .done)
            #expect(server.requests.last?.target == "/v1/executions/ex_7f3a9c21")
            #expect(console.output == Samples.succeeded + "\n")
        }
    }

    @Test func `the beginning of an ARN's last part is enough`() async throws {
        try await TestServer.serving { number, _ in
            switch number {
            case 0: missing
            case 1: .init(body: #"{"items":[{"id":"arn:aws:states:x:M:night-0001"}]}"#)
            default: .init(body: Samples.redriven)
            }
        } _: { server in
            let status = try await show(server.url, TestConsole(), "night")
            #expect(status == .done)
            #expect(
                server.requests[2].target
                    == "/v1/executions/arn%3Aaws%3Astates%3Ax%3AM%3Anight-0001")
        }
    }

    @Test func `a beginning of several ids names five of them`() async throws {
        let items = (0..<7).map { #"{"id":"ex_\#($0)"}"# }.joined(separator: ",")
        try await TestServer.serving { number, _ in
            number == 0 ? missing : .init(body: #"{"items":[\#(items)]}"#)
        } _: { server in
            let console = TestConsole()
            let status = try await show(server.url, console, "ex_")
            #expect(status == .wrongArguments)
            #expect(console.errors.contains("ex_0, ex_1, ex_2, ex_3, ex_4, and more."))
        }
    }

    @Test func `an id that nobody has is not found`() async throws {
        try await TestServer.serving { number, _ in
            number == 0 ? missing : .init(body: #"{"items":[{"id":"other-ex_9"}]}"#)
        } _: { server in
            let console = TestConsole()
            let status = try await show(server.url, console, "ex_9")
            #expect(status == .notFound)
            #expect(console.errors.contains("(request r-7)"))
        }
    }

    @Test(arguments: [
        ("@last", "/v1/executions?limit=1"),
        (
            "@last-failed",
            "/v1/executions?status=failed&status=timed_out&status=aborted&limit=1"
        ),
    ])
    func `the last one is the newest of its sort`(_ word: String, _ target: String) async throws {
        try await TestServer.serving { number, _ in
            switch number {
            case 0: .init(body: #"{"items":[],"nextCursor":"c"}"#)
            case 1: .init(body: #"{"items":[{"id":"ex_1"}]}"#)
            default: .init(body: Samples.failed)
            }
        } _: { server in
            let status = try await show(server.url, TestConsole(), word)
            #expect(status == .done)
            #expect(
                server.requests.map(\.target)
                    == [target, "\(target)&cursor=c", "/v1/executions/ex_1"])
        }
    }

    @Test func `where there is none, the last one is not found`() async throws {
        try await TestServer.serving { _, _ in
            .init(body: #"{"items":[]}"#)
        } _: { server in
            let status = try await show(server.url, TestConsole(), "@last")
            #expect(status == .notFound)
        }
    }

    @Test func `as csv it is a header and a row`() async throws {
        try await TestServer.serving { _, _ in
            .init(body: Samples.failed)
        } _: { server in
            let console = TestConsole()
            _ = try await show(server.url, console, "ex_b81e04d7", "--output", "csv")
            #expect(console.output.split(separator: "\n").count == 2)
        }
    }
}
