import Foundation
import Testing

extension EndToEnd {
    /// Out of one server and into another.
    @Suite struct TransferTests {
        @Test func `what one server exports another imports, to the same list and figures`()
            async throws
        {
            try await RunningServer.serving("--retention", "36500d", "--sweep-interval", "1h") {
                source in
                let interface = try await source.interface
                let rich = InterfaceTests.events(interface) + InterfaceTests.history(before: .now)
                let sent = try await source.post("/v1/events", JSON.array(rich).data)
                #expect(sent.json["rejected"] == [])
                let export = try await CommandLineTests.stint(source, "export", "executions")
                #expect(export.exitCode == 0, "\(export.errors)")
                let lines = export.text.split(separator: "\n")
                let last = try #require(lines.last)
                let count = try JSON(Data(last.utf8))["count"]
                #expect(count == .number(Double(lines.count - 1)))

                try await RunningServer.serving(
                    "--retention", "36500d", "--sweep-interval", "1h"
                ) { target in
                    // Twice: what is there already is not changed.
                    for _ in 0..<2 {
                        let imported = try await CommandLineTests.stint(
                            target, "import", "-", input: export.text)
                        #expect(imported.exitCode == 0, "\(imported.errors)")
                    }
                    for path in [
                        "/v1/executions?limit=500",
                        "/v1/metrics?from=2026-11-01T00:00:00Z&to=2026-11-02T00:00:00Z",
                        "/v1/metrics/performance?timeframe=24h",
                        "/v1/metrics/latency?timeframe=24h",
                    ] {
                        let one = try await source.get(path)
                        let other = try await target.get(path)
                        #expect(other.status == 200)
                        #expect(Self.lasting(other.json) == Self.lasting(one.json), "\(path)")
                    }
                    for execution in try await source.get("/v1/executions?limit=500")
                        .json["items"].array
                    {
                        let id = try #require(execution["id"].string)
                        let one = try await source.execution(id).json
                        let other = try await target.execution(id).json
                        #expect(Self.lasting(other) == Self.lasting(one))
                    }

                    // As the events themselves, a third has the same.
                    let events = try await CommandLineTests.stint(source, "export", "events")
                    #expect(events.exitCode == 0)
                    let again = try await CommandLineTests.stint(
                        target, "import", "-", input: events.text)
                    #expect(again.exitCode == 0, "\(again.errors)")
                    let there = try await target.get("/v1/executions?limit=500").json
                    let here = try await source.get("/v1/executions?limit=500").json
                    #expect(Self.lasting(there) == Self.lasting(here))
                }
            }
        }

        /// Less what depends on when it is asked, or has no place in events: the range of an answer,
        /// what is expected of what runs, the load of workers, and that an end was told in two ways.
        ///
        /// What began at the same instant stands in no certain order.
        static func lasting(_ json: JSON) -> JSON {
            switch json {
            case .object(let members):
                let passing: Set<String> = [
                    "etaAt", "overdue", "from", "to", "estimatedCompletion", "elapsedTime",
                    "conflict", "realtime", "compute", "databaseLoad", "nextCursor",
                    "capacityUtilization", "maxCapacity",
                ]
                return .object(
                    members.filter { !passing.contains($0.key) }.mapValues(Self.lasting))
            case .array(let elements):
                let lasting = elements.map(Self.lasting)
                guard lasting.first?["id"].string != nil else { return .array(lasting) }
                return .array(lasting.sorted { ($0["id"].string ?? "") < ($1["id"].string ?? "") })
            default: return json
            }
        }

        @Test func `a cut is seen, and a repetition as CSV is the same`() async throws {
            try await RunningServer.serving("--retention", "36500d") { server in
                _ = try await CommandLineTests.stint(
                    server, "send", "-", input: CommandLineTests.events)
                let export = try await CommandLineTests.stint(
                    server, "export", "executions", "--format", "csv")
                #expect(export.exitCode == 0, "\(export.errors)")
                #expect(export.text.hasSuffix("# count 2\r\n"))
                let list = try await server.get("/v1/executions").json["items"]
                for (text, code) in [
                    (export.text, Int32(0)), (String(export.text.dropLast(11)), 1),
                ] {
                    let imported = try await CommandLineTests.stint(
                        server, "import", "-", input: text)
                    #expect(imported.exitCode == code, "\(imported.errors)")
                }
                #expect(try await server.get("/v1/executions").json["items"] == list)
            }
        }
    }
}
