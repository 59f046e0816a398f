import Foundation
import Testing

extension EndToEnd {
    /// A fleet with known truth, told to a real server and compared with what it shows.
    @Suite struct SimulationTests {
        private static let fleet = [
            "--executions", "1000", "--days", "2", "--seed", "11",
            "--until", Date.now.ISO8601Format(),
        ]

        /// Whether the dead have been found yet is not what is tested here.
        private static let check = ["--check", "--in-full", "100", "--grace", "1h"]

        private static func simulate(
            _ server: RunningServer? = nil, _ arguments: [String]
        ) async throws -> Program.Outcome {
            let environment = server.map { ["STINT_URL": $0.url] } ?? [:]
            return try await Program.run(
                Program.stint, ["simulate"] + arguments, environment: environment)
        }

        @Test func `what a server shows of a fleet is true, until somebody meddles`() async throws {
            try await RunningServer.serving { server in
                let written = try await Self.simulate(server, Self.fleet)
                #expect(written.exitCode == 0, "\(written.errors)")
                #expect(written.errors.contains("wrote 1 000 executions"))

                let clean = try await Self.simulate(server, Self.fleet + Self.check)
                #expect(clean.exitCode == 0, "\(clean.text)\(clean.errors)")
                #expect(clean.text.isEmpty)
                #expect(clean.errors.contains("executions in full: 0 differences"))
                #expect(clean.errors.contains("answers: 0 differences"))

                // A second attempt of an execution that succeeded, of which the fleet knows nothing.
                let list = try await server.get(
                    "/v1/executions?status=succeeded&agent=doc-summariser&limit=1")
                let id = try #require(list.json["items"][0]["id"].string)
                let end = try #require(list.json["items"][0]["finishedAt"].string)
                let event = """
                    {"type":"execution.started","execution":"\(id)","at":"\(end)","attempt":9}
                    """
                #expect(try await server.post("/v1/events", event).json["accepted"] == 1)

                let foul = try await Self.simulate(server, Self.fleet + Self.check)
                #expect(foul.exitCode == 1)
                #expect(foul.text.contains("\(id)  status is running, true is succeeded"))
                #expect(foul.text.contains("\(id)  attempt is 9, true is 1"))
                #expect(foul.text.contains("\(id)  is missing in list status=succeeded"))
                // Of all figures that differ the first are printed.
                #expect(!foul.errors.contains("answers: 0 differences"))
                #expect(foul.text.contains("\nmetrics ") || foul.text.contains("\nrealtime "))
                let named = Set(
                    foul.text.split(separator: "\n").filter { $0.hasPrefix("sim-") }
                        .map { $0.prefix(id.count) })
                #expect(named == [id.prefix(id.count)])
            }
        }

        @Test func `a store that was filled is shown as it is true`() async throws {
            try await StoreFolder.use { folder in
                let filled = try await Self.simulate(
                    nil, Self.fleet + ["--store", "sqlite:\(folder.storePath)"])
                #expect(filled.exitCode == 0, "\(filled.errors)")
                let server = try await folder.start()
                let clean = try await Self.simulate(server, Self.fleet + Self.check)
                #expect(clean.exitCode == 0, "\(clean.text)\(clean.errors)")
                #expect(!clean.errors.contains("wrote"))
                // A store that is being served belongs to its server.
                let refused = try await Self.simulate(
                    nil, Self.fleet + ["--store", "sqlite:\(folder.storePath)"])
                #expect(refused.exitCode == 4)
            }
        }

        @Test func `a check of what is not there writes it first`() async throws {
            try await RunningServer.serving { server in
                let checked = try await Self.simulate(
                    server, ["--executions", "20", "--days", "1"] + Self.check)
                #expect(checked.exitCode == 0, "\(checked.text)\(checked.errors)")
                #expect(checked.errors.contains("wrote 20 executions"))
            }
        }

        @Test func `a live fleet is true when it stops`() async throws {
            try await RunningServer.serving { server in
                let live = try await Self.simulate(
                    server,
                    ["--live", "--rate", "1200", "--for", "4s", "--seed", "5"] + Self.check)
                #expect(live.exitCode == 0, "\(live.text)\(live.errors)")
                #expect(live.errors.contains("executions in full: 0 differences"))
                #expect(live.errors.contains("answers: 0 differences"))
                let ended = try await server.get("/v1/executions?status=succeeded&limit=500")
                #expect(ended.json["items"].array.count > 5)
                let aborted = try await server.get("/v1/executions?status=aborted&limit=500")
                #expect(aborted.json["items"].array.count > 5)
            }
        }

        @Test func `a live fleet that is interrupted leaves nobody at work`() async throws {
            try await RunningServer.serving { server in
                let program = try Program(
                    .init(filePath: Program.stint.path),
                    ["simulate", "--live", "--rate", "6000", "--seed", "9", "--url", server.url],
                    output: FileHandle.nullDevice, errors: FileHandle.nullDevice)
                while try await server.get("/v1/executions?status=succeeded").json["items"].array
                    .count < 5
                {
                    try Task.checkCancellation()
                }
                program.send(SIGINT)
                #expect(await program.exitCode() == 0)
                let aborted = try await server.get("/v1/executions?status=aborted")
                #expect(!aborted.json["items"].array.isEmpty)
            }
        }

        @Test func `a history that the server would refuse is not begun`() async throws {
            let old = try await Self.simulate(nil, ["--days", "90"])
            #expect(old.exitCode == 2)
            #expect(old.errors.contains("--retention"))
            let ahead = try await Self.simulate(nil, ["--until", "2999-01-01T00:00:00Z"])
            #expect(ahead.exitCode == 2)
        }
    }
}
