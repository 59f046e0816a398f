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

        /// What means something to those who read files, or to those who show them.
        private static let texts = [
            ",", "\"", "\"quoted\"", "a\r\nb", "a\rb", "\n", "\"\n\"", "=1+1", "+x", "-x", "@x",
            "\tx", "'=x",
            "# count 3", "#", " first", "last ", "\u{2028}", "\u{FEFF}x", "\u{85}", "e\u{301}",
            "\u{202E}x",
            "\\N", "\\\"", "null", "{}", "[1]", "12", "-0", "%s", "\u{1B}[31m", "\u{1}", "\u{FFFF}",
            "🏳️‍🌈",
        ]

        @Test(arguments: [["executions"], ["events"], ["executions", "--format", "csv"]])
        func `a text comes back as it was, whatever it means to others`(
            _ form: [String]
        ) async throws {
            let events = Self.texts.enumerated().flatMap { number, text -> [JSON] in
                let head: [String: JSON] = [
                    "execution": .string("\(number) \(text)"),
                    "at": .string("2026-11-01T12:00:\(10 + number)Z"),
                ]
                let failure: JSON = [
                    "type": .string(text), "message": .string(text), "cause": .string(text),
                ]
                return [
                    [
                        "type": "execution.started", "agent": .string(text), "user": .string(text),
                        "attributes": .object([text: .string(text)]),
                    ],
                    [
                        "type": "step.finished", "step": .string(text), "status": "failed",
                        "activity": .string(text), "error": failure,
                    ],
                    [
                        "type": "execution.finished", "status": "failed", "summary": .string(text),
                        "error": failure,
                    ],
                ].map { .object(head.merging($0) { $1 }) }
            }
            let options = ["--retention", "36500d", "--host-sampling", "off"]
            try await StoreFolder.use { one in
                let source = try await one.start(options)
                let sent = try await source.post("/v1/events", JSON.array(events).data)
                #expect(sent.json["rejected"] == [])
                let export = try await Self.export(form, of: source)
                try await StoreFolder.use { other in
                    let target = try await other.start(options)
                    let imported = try await CommandLineTests.stint(
                        target, "import", "-", input: String(decoding: export, as: UTF8.self))
                    #expect(imported.exitCode == 0, "\(imported.errors)")
                    // A row of a table has not everything, but what it has is the same.
                    if form.contains("csv") {
                        let again = try await Self.export(form, of: target)
                        #expect(again == export)
                        return
                    }
                    for event in events where event["type"] == "execution.started" {
                        let id = try #require(event["execution"].string)
                        #expect(
                            Self.lasting(try await target.execution(id).json)
                                == Self.lasting(try await source.execution(id).json))
                    }
                }
            }
        }

        private static func export(
            _ form: [String], of server: RunningServer
        ) async throws -> Data {
            let export = try await Program.run(
                arguments: ["export"] + form, environment: ["STINT_URL": server.url])
            #expect(export.exitCode == 0, "\(export.errors)")
            return export.output
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
