import ArgumentParser
import Foundation
import Testing

@testable import stint

/// `stint diagnose`, `stint close` and `stint logs` against a server that answers as told.
@Suite struct DiagnoseCommandTests {
    private static let stuck = """
        {"kind":"stuck","title":"Worker gone: maze","count":1,"executions":["ex_1"],
        "firstSeenAt":"2025-11-28T13:22:40Z","lastSeenAt":"2025-11-28T13:31:31Z",
        "commands":[{"title":"Close it","command":"stint close ex_1 --as failed"}],
        "truncated":false,"agent":"maze","step":"invoke","activity":null,"rule":"heartbeat",
        "verdict":"Worker gone","certainty":"certain","silentSeconds":3180,"limitSeconds":30,
        "elapsedSeconds":3711,"p95":1,"p99":1,"worker":"w-03","workerLastSeenAt":null,
        "facts":[{"text":"last heard of 53 min ago","decisive":true},
        {"text":"elapsed 4.9 × p99","decisive":false}],"advice":"Close it."}
        """
    private static let failures = """
        {"kind":"failures","title":"Busy","count":36,"executions":["ex_2"],
        "firstSeenAt":"2025-11-28T13:22:40Z","lastSeenAt":"2025-11-28T14:18:53Z","commands":[],
        "truncated":true,"errorType":"Busy","message":"limit {n} reached",
        "agents":[{"agent":"trade","step":"extract","count":30},{"agent":"tag","step":null,"count":6}],
        "previous":4,"isNew":false,"trend":[36],"example":"ex_2"}
        """
    private static let outcomes = """
        {"kind":"outcomes","title":"How","count":60,"executions":[],"commands":[],
        "truncated":false,"rows":[{"status":"succeeded","goalMet":false,"count":59}]}
        """

    private static func answer(_ findings: String...) -> String {
        """
        {"workspace":"w","timeframe":"24h","from":"2025-11-27T14:24:31Z",
        "to":"2025-11-28T14:24:31Z","agent":null,"findings":[\(findings.joined(separator: ","))],
        "truncated":["failures"]}
        """
    }

    private static func run(
        _ command: (any ConsoleCommand.Type), _ arguments: [String],
        _ answer: @escaping @Sendable (Int, TestServer.Request) -> TestServer.Answer
    ) async throws -> (
        status: stint.ExitStatus, console: TestConsole, requests: [TestServer.Request]
    ) {
        let console = TestConsole()
        var status = stint.ExitStatus.done
        var requests: [TestServer.Request] = []
        try await TestServer.serving(answer) { server in
            let parsed = try command.parseAsRoot(arguments + ["--url", server.url])
            guard let parsed = parsed as? any ConsoleCommand else { return }
            status = await parsed.exitStatus(in: console.console)
            requests = server.requests
        }
        return (status, console, requests)
    }

    @Test func `findings are shown by kind, after one line that sums them up`() async throws {
        let (status, console, requests) = try await Self.run(
            DiagnoseCommand.self, ["--since", "24h", "--agent", "a b"]
        ) { _, _ in .init(body: Self.answer(Self.stuck, Self.failures, Self.outcomes)) }
        #expect(status == .done)
        #expect(requests.map(\.target) == ["/v1/diagnosis?timeframe=24h&agent=a%20b"])
        #expect(
            console.output == """
                1 stuck, 36 failures in 1 group, 59 missed their goal

                STUCK
                lost maze ex_1 in invoke   Worker gone (certain)
                    last heard of 53 min ago; elapsed 4.9 × p99
                    stint close ex_1 --as failed

                FAILURES
                COUNT  VS BEFORE  ERROR  MESSAGE            WHERE                     LAST
                   36        9 x  Busy   limit {n} reached  trade/extract and 1 more  14:18:53

                """)
        #expect(console.errors.contains("more than was looked at: failures"))
    }

    @Test func `a check prints one line, and its exit code says whether anything was found`()
        async throws
    {
        let found = try await Self.run(DiagnoseCommand.self, ["--check"]) { _, _ in
            .init(body: Self.answer(Self.stuck))
        }
        #expect(found.status == .found && found.console.output == "1 stuck\n")
        let nothing = try await Self.run(DiagnoseCommand.self, ["--check"]) { _, _ in
            .init(body: Self.answer())
        }
        #expect(nothing.status == .done && nothing.console.output == "nothing found\n")
    }

    @Test func `a finding of a kind that is not known is passed over`() async throws {
        let new = #"{"kind":"weather","title":"rain","count":1,"executions":[],"commands":[]}"#
        let shown = try await Self.run(DiagnoseCommand.self, ["--by", "model"]) { _, _ in
            .init(body: Self.answer(new, Self.stuck))
        }
        #expect(shown.console.output.hasPrefix("1 stuck\n"))
        #expect(shown.requests.map(\.target) == ["/v1/diagnosis?by=model"])
    }

    @Test func `closing sends the finish of the current attempt, and who closed it`() async throws {
        let (status, _, requests) = try await Self.run(
            CloseCommand.self, ["ex_1", "--as", "failed", "--reason", "worker lost", "--by", "ada"]
        ) { number, _ in
            number == 0
                ? .init(body: #"{"id":"ex_1","status":"lost","attempt":2}"#)
                : .init(body: #"{"accepted":1,"rejected":[]}"#)
        }
        #expect(status == .done)
        #expect(
            requests.last?.body
                == #"{"type":"execution.finished","execution":"ex_1","attempt":2,"status":"failed","#
                + #""error":{"type":"Closed","message":"worker lost"},"attributes":{"closedBy":"ada"}}"#
        )
    }

    @Test func `what has ended is not closed`() async throws {
        let (status, console, requests) = try await Self.run(CloseCommand.self, ["ex_1"]) { _, _ in
            .init(body: #"{"id":"ex_1","status":"succeeded","attempt":1}"#)
        }
        #expect(status == .wrongArguments && requests.count == 1)
        #expect(console.errors.contains("has ended already: succeeded"))
    }

    @Test func `what leads to the logs is printed, and where nothing does it says so`()
        async throws
    {
        let shown = try await Self.run(LogsCommand.self, ["ex_1"]) { _, _ in
            .init(
                body: """
                    {"id":"ex_1","links":[{"title":"Logs","href":"https://x/?id=ex_1"}],
                    "commands":[{"title":"Follow","command":"kubectl logs p"}]}
                    """)
        }
        #expect(shown.status == .done)
        #expect(shown.console.output == "Logs\n  https://x/?id=ex_1\nFollow\n  kubectl logs p\n")
        let none = try await Self.run(LogsCommand.self, ["ex_1"]) { _, _ in
            .init(body: #"{"id":"ex_1","links":[],"commands":[]}"#)
        }
        #expect(none.status == .notFound && none.console.output.isEmpty)
    }
}
