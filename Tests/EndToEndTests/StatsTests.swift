import Foundation
import Testing

extension EndToEnd {
    /// `stint stats` of a real server.
    @Suite struct StatsTests {
        @Test func `figures are shown as a table, and as the interface gives them`() async throws {
            try await RunningServer.serving { server in
                try await FiguresTests.tellHandful(server, endingAt: .now - 120)
                let table = try await CommandLineTests.stint(server, "stats")
                #expect(table.exitCode == 0, "\(table.errors)")
                for part in [
                    "2 finished", "50.0 % succeeded", "median 10.0 s", "1 running", "1 queued",
                    "typist", "large-2",
                    "no price", "RAN FOR", "Nothing unusual.",
                ] {
                    #expect(table.text.contains(part), "\(part) is missing:\n\(table.text)")
                }
                let json = try await CommandLineTests.stint(
                    server, "stats", "--since", "24h", "--output", "json")
                let figures = try JSON(json.output)
                #expect(figures["timeframe"] == "24h")
                #expect(figures["performance"]["totalExecutions"] == 2)
                #expect(figures["latency"]["executionLatency"]["avg"] == 20)

                let csv = try await CommandLineTests.stint(server, "stats", "--output", "csv")
                #expect(csv.text.split(whereSeparator: \.isNewline).count == 2)
            }
        }

        @Test func `an agent and a span narrow what is shown`() async throws {
            try await RunningServer.serving { server in
                try await FiguresTests.tellHandful(server, endingAt: .now - 3 * 3_600)
                func total(_ arguments: String...) async throws -> JSON {
                    let ended = try await Program.run(
                        arguments: ["stats", "--output", "json"] + arguments,
                        environment: ["STINT_URL": server.url])
                    #expect(ended.exitCode == 0, "\(ended.errors)")
                    return try JSON(ended.output)["performance"]["totalExecutions"]
                }
                #expect(try await total() == 0)
                #expect(try await total("--since", "7d") == 2)
                #expect(try await total("--since", "200m") == 2)
                #expect(try await total("--since", "100m") == 0)
                #expect(try await total("--since", "7d", "--agent", "typist") == 2)
                #expect(try await total("--since", "7d", "--agent", "nobody") == 0)
            }
        }

        @Test func `without an execution it says so`() async throws {
            try await RunningServer.serving { server in
                let ended = try await CommandLineTests.stint(server, "stats")
                #expect(ended.exitCode == 0, "\(ended.errors)")
                #expect(ended.text.contains("nothing finished"))
                #expect(!ended.text.contains("NaN"))
                #expect(!ended.text.contains("succeeded"))
            }
        }

        @Test func `a server that is not there ends with 4, a wrong span with 2`() async throws {
            let away = try await Program.run(
                arguments: ["stats", "--url", "http://127.0.0.1:1", "--timeout", "1s"])
            #expect(away.exitCode == 4)
            #expect(away.errors.contains("127.0.0.1:1"))
            #expect(away.output.isEmpty)
            let wrong = try await Program.run(arguments: ["stats", "--since", "soon"])
            #expect(wrong.exitCode == 2)
        }
    }
}
