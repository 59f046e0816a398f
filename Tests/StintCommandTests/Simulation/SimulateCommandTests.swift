import ArgumentParser
import Foundation
import StintModel
import StintSimulation
import Testing

@testable import stint

@Suite struct SimulateCommandTests {
    private func simulate(
        _ url: String, _ console: TestConsole, _ arguments: String...
    ) async throws -> stint.ExitStatus {
        try await SimulateCommand.parse(["--url", url] + arguments).exitStatus(in: console.console)
    }

    private static func accepted(_ request: TestServer.Request) -> TestServer.Answer {
        let count = request.body.components(separatedBy: #""type":"#).count - 1
        return .init(body: #"{"accepted":\#(count),"rejected":[]}"#)
    }

    @Test func `a busy server is asked again when it says`() async throws {
        try await TestServer.serving { number, request in
            number == 0
                ? .init(status: 503, headers: [("Retry-After", "3")]) : Self.accepted(request)
        } _: { server in
            let console = TestConsole()
            let status = try await simulate(server.url, console, "--executions", "10")
            #expect(status == .done)
            #expect(console.waits == [.seconds(3)])
            #expect(console.errors.contains("wrote 10 executions"))
            #expect(server.requests.map(\.target) == ["/v1/events", "/v1/events"])
        }
    }

    @Test func `events that are refused are told, and end it with 1`() async throws {
        try await TestServer.serving { _, _ in
            .init(body: #"{"accepted":1,"rejected":[{"index":0,"detail":"too old"}]}"#)
        } _: { server in
            let console = TestConsole()
            let status = try await simulate(server.url, console, "--executions", "1")
            #expect(status == .found)
            #expect(console.errors.contains("-0000000 execution."))
            #expect(console.errors.contains("too old"))
        }
    }

    @Test func `what is not listed and what is wrong are told by their ids`() async throws {
        let now = Instant.reading
        let today = Instant("2025-11-28T00:00:00Z")
        #expect(now > today)
        let fleet = Fleet(.init(executions: 3, days: 7, seed: 1, until: today))
        let ids = (0..<3).map { fleet.execution($0).id.rawValue }
        // Of three executions the server knows one, and of that one nothing but its id.
        try await TestServer.serving { _, request in
            if request.target.contains("/v1/executions?") {
                return .init(body: #"{"items":[{"id":"\#(ids[1])"}]}"#)
            }
            return request.target.hasSuffix(ids[1])
                ? .init(body: #"{"id":"\#(ids[1])"}"#) : .init(status: 404)
        } _: { server in
            let console = TestConsole()
            let status = try await simulate(server.url, console, "--executions", "3", "--check")
            #expect(status == .found)
            #expect(console.output.contains("\(ids[0])  is not listed\n"))
            #expect(console.output.contains("\(ids[1])  agent is null, true is "))
            #expect(console.output.contains("\(ids[2])  is not listed\n"))
            #expect(console.output.contains(" more\n"))
            #expect(console.errors.contains("3 executions in full: "))
            #expect(server.requests.allSatisfy { $0.method == "GET" })
        }
    }

    @Test func `the command that checks is told, with the instant`() async throws {
        try await TestServer.serving { _, request in
            Self.accepted(request)
        } _: { server in
            let console = TestConsole()
            _ = try await simulate(server.url, console, "--executions", "1", "--seed", "9")
            #expect(
                console.errors.contains(
                    """
                    check with: stint simulate --executions 1 --days 7 --seed 9 \
                    --until 2025-11-28T00:00:00.000000Z --url \(server.url) --check
                    """))
        }
    }

    @Test(arguments: [
        ["--live", "--store", "sqlite:/tmp/a"], ["--check", "--store", "sqlite:/tmp/a"],
        ["--rate", "3"], ["--for", "3s"], ["--executions", "0"], ["--days", "0"],
        ["--live", "--rate", "0"],
    ])
    func `options that make no sense together are refused`(_ arguments: [String]) {
        #expect(throws: (any Error).self) { try SimulateCommand.parse(arguments) }
    }
}
