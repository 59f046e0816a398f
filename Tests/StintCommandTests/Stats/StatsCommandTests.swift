import ArgumentParser
import Foundation
import Testing

@testable import stint

@Suite struct StatsCommandTests {
    private func stats(
        _ url: String, _ console: TestConsole, _ arguments: String...
    ) async throws -> stint.ExitStatus {
        try await StatsCommand.parse(arguments + ["--url", url]).exitStatus(in: console.console)
    }

    private func target(of arguments: [String]) async throws -> String {
        let answer = try String(contentsOf: StatsReportTests.fixture, encoding: .utf8)
        var target = ""
        try await TestServer.serving { _, _ in
            .init(body: answer)
        } _: { server in
            let status = try await StatsCommand.parse(arguments + ["--url", server.url])
                .exitStatus(in: TestConsole().console)
            #expect(status == .done)
            target = server.requests.map(\.target).joined(separator: "\n")
        }
        return target
    }

    @Test func `the range is asked for as it was given, hours in the zone that is shown`()
        async throws
    {
        #expect(
            try await target(of: []) == "/v1/metrics?tz=UTC")
        #expect(
            try await target(of: ["--since", "7d", "--tz", "Europe/Berlin"])
                == "/v1/metrics?timeframe=7d&tz=Europe%2FBerlin")
        #expect(
            try await target(of: ["--since", "168h", "--agent", "a b"])
                == "/v1/metrics?timeframe=7d&agent=a%20b&tz=UTC")
        #expect(
            try await target(of: ["--since", "3h", "--utc"])
                == "/v1/metrics?from=2025-11-28T11%3A24%3A31.000000Z"
                + "&to=2025-11-28T14%3A24%3A31.000000Z&tz=UTC")
        #expect(
            try await target(of: ["--from", "2025-11-01T00:00:00Z"])
                == "/v1/metrics?from=2025-11-01T00%3A00%3A00Z"
                + "&to=2025-11-28T14%3A24%3A31.000000Z&tz=UTC")
        #expect(
            try await target(of: ["--from", "2025-11-01T00:00:00Z", "--to", "1764000000000"])
                == "/v1/metrics?from=2025-11-01T00%3A00%3A00Z&to=1764000000000&tz=UTC")
    }

    @Test func `as json the server's answer is printed as it is`() async throws {
        let body = #"{"workspace":"w", "throughput": {"n":1.0}}"#
        try await TestServer.serving { _, _ in
            .init(body: body)
        } _: { server in
            let console = TestConsole()
            let status = try await stats(server.url, console, "--output", "json")
            #expect(status == .done)
            #expect(console.output == body + "\n")
            #expect(console.errors == "")
        }
    }

    @Test func `as csv each agent is a line`() async throws {
        let answer = try String(contentsOf: StatsReportTests.fixture, encoding: .utf8)
        try await TestServer.serving { _, _ in
            .init(body: answer)
        } _: { server in
            let console = TestConsole()
            let status = try await stats(server.url, console, "--output", "csv")
            #expect(status == .done)
            let lines = console.output.split(separator: "\n")
            #expect(lines.count == 7)
            #expect(
                lines[0]
                    == "agentId,executions,successRate,errorRate,avgRuntime,p50,p95,n,tokens,"
                    + "costUsd,costKnownRate")
            #expect(lines[5] == "tagger,1607,99.5,0.44,0.84,0.817,1.27,1607,524000,,0")
        }
    }

    @Test func `a pipe gets the report whole, and hints go elsewhere`() async throws {
        let answer = try String(contentsOf: StatsReportTests.fixture, encoding: .utf8)
        try await TestServer.serving { _, _ in
            .init(body: answer)
        } _: { server in
            let console = TestConsole()
            let status = try await stats(server.url, console, "--since", "24h")
            #expect(status == .done)
            #expect(console.output.hasPrefix("6\u{202F}751 finished (+4.3 %)   98.0 % succeeded"))
            #expect(console.errors == "web: \(server.url)/?timeframe=24h   times UTC\n")
        }
    }

    @Test func `the address of the same view is printed without asking`() async throws {
        let console = TestConsole()
        let status = try await stats(
            "https://host/base", console, "--web", "--since", "24h", "--agent", "a&b")
        #expect(status == .done)
        #expect(console.output == "https://host/base/?timeframe=24h&agent=a%26b\n")
    }

    @Test(arguments: [["--since", "1h", "--from", "1764000000000"], ["--to", "1764000000000"]])
    func `a range that contradicts itself is a wrong argument`(_ arguments: [String]) {
        #expect(throws: (any Error).self) { try StatsCommand.parse(arguments) }
    }
}
