import Foundation
import Testing

extension EndToEnd {
    /// Stores that released versions wrote, with what those versions showed of them
    /// (`Fixtures/stores`).
    @Suite struct StoreFixtureTests {
        static let folder = EndToEnd.fixtures.appending(path: "stores")
        static let versions = ["0.1.0"]

        @Test(arguments: versions)
        func `a store that an older version wrote shows what it showed then`(
            _ version: String
        ) async throws {
            try await StoreFolder.use { folder in
                try await Self.unpack(version, into: folder)
                let server = try await folder.start(DurabilityTests.retention)
                try await Self.compare(version, with: server)
                #expect(try await server.get("/v1/audit").json["balanced"] == true)
                #expect(await server.terminate() == 0)
                try await DurabilityTests.checkIntegrity(folder)
            }
        }

        @Test(arguments: versions)
        func `a crash while it is migrated changes nothing of that`(_ version: String) async throws
        {
            try await StoreFolder.use { folder in
                try await Self.unpack(version, into: folder)
                // A version that needs no migration passes no such point, and listens.
                do {
                    let server = try await folder.start(
                        DurabilityTests.retention,
                        launcher: ["/usr/bin/env", "STINT_CRASH_AT=migration"])
                    #expect(await server.terminate() == 0)
                } catch let error as StoreFolder.NotReady {
                    #expect(error.exitCode == -SIGKILL, "\(error.log)")
                }
                let server = try await folder.start(DurabilityTests.retention)
                try await Self.compare(version, with: server)
                #expect(await server.terminate() == 0)
            }
        }

        private static func unpack(_ version: String, into folder: StoreFolder) async throws {
            let packed = Self.folder.appending(path: "\(version)/stint.sqlite.gz")
            try await unpacked(packed).write(to: URL(filePath: folder.storePath))
        }

        private static func unpacked(_ file: URL) async throws -> Data {
            let gzip = try #require(Program.find("gzip"))
            let outcome = try await Program.run(gzip, ["-dc", file.path])
            #expect(outcome.exitCode == 0, "\(outcome.errors)")
            return outcome.output
        }

        /// Everything shown then is shown now; what a newer version shows besides is its own.
        private static func compare(_ version: String, with server: RunningServer) async throws {
            let packed = Self.folder.appending(path: "\(version)/executions.json.gz")
            let shown = try JSON(try await unpacked(packed)).array
            #expect(shown.count > 150)
            for (number, due) in shown.enumerated() {
                let id = try #require(due["execution"]["id"].string)
                let found = try await server.execution(id).json
                #expect(contains(found, due["execution"]), "\(id)")
                // The trails are alike; a few say enough.
                guard number % 8 == 0 else { continue }
                let trail = try await server.get(
                    "/v1/executions/\(id.percentEncoded)/events?limit=500")
                #expect(contains(trail.json["items"], due["events"]), "the events of \(id)")
            }
        }

        private static func contains(_ found: JSON, _ due: JSON) -> Bool {
            switch (found, due) {
            case (.object, .object(let members)):
                // What is expected of one that runs was not known then, and changes with the clock.
                members.filter { $0.key != "etaAt" && $0.key != "overdue" }
                    .allSatisfy { contains(found[$0.key], $0.value) }
            case (.array(let elements), .array(let due)):
                elements.count == due.count && zip(elements, due).allSatisfy { contains($0, $1) }
            default:
                found == due
            }
        }

        /// Makes the fixture of the version that the environment names, and is skipped without.
        @Test(.enabled(if: ProcessInfo.processInfo.environment["STINT_RECORD_STORE"] != nil))
        func `records a store of this version`() async throws {
            let version = try #require(
                ProcessInfo.processInfo.environment["STINT_RECORD_STORE"])
            let gzip = try #require(Program.find("gzip"))
            let target = Self.folder.appending(path: version)
            try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
            try await StoreFolder.use { folder in
                let histories =
                    try JSON(
                        Data(contentsOf: EndToEnd.fixtures.appending(path: "law-vectors.json"))
                    ).array.map { $0["events"].array } + Self.oddHistories
                var server = try await folder.start(DurabilityTests.retention)
                var shown: [JSON] = []
                for history in histories {
                    let reply = try await server.post("/v1/events", JSON.array(history).data)
                    try #require(reply.status == 200 && reply.json["rejected"].array.isEmpty)
                }
                // Opening brings the log into the file.
                #expect(await server.terminate() == 0)
                server = try await folder.start(DurabilityTests.retention)
                for history in histories {
                    let id = try #require(history[0]["execution"].string)
                    let trail = try await server.get(
                        "/v1/executions/\(id.percentEncoded)/events?limit=500")
                    shown.append([
                        "execution": try await server.execution(id).json,
                        "events": trail.json["items"],
                    ])
                }
                #expect(await server.terminate() == 0)
                for (name, data) in [
                    ("stint.sqlite", try Data(contentsOf: URL(filePath: folder.storePath))),
                    ("executions.json", try JSON.array(shown).data),
                ] {
                    let packed = try await Program.run(gzip, ["-9nc"], input: data).output
                    try packed.write(to: target.appending(path: name + ".gz"))
                }
            }
        }

        /// What the other histories lack: odd texts, and more steps than stand in a row.
        private static var oddHistories: [[JSON]] {
            let texts = [
                "Grüße aus 東京 👩‍💻", "e\u{301} is not \u{e9}", "\u{202e}right to left",
                "a \"quote\", a \\ and a\nline\tof it", "\u{1}\u{1f}", "zero\u{200b}width",
                "'; DROP TABLE execution; --", String(repeating: "long ", count: 1_600),
            ]
            let odd = texts.enumerated().map { number, text -> [JSON] in
                [
                    [
                        "type": "execution.started", "execution": .string("odd/\(number)?&%#"),
                        "at": "2026-11-03T10:00:00.000001Z", "agent": .string("\(text.prefix(20))"),
                        "attributes": ["text": .string(text), "number": 0.1, "flag": true],
                    ],
                    [
                        "type": "execution.finished", "execution": .string("odd/\(number)?&%#"),
                        "at": "2026-11-03T10:00:00Z", "status": "failed",
                        "error": ["type": "Odd", "message": .string(text)],
                    ],
                ]
            }
            let large: [JSON] = (0..<150).map { number in
                [
                    "type": "step.finished", "execution": "large",
                    "at": .string("2026-11-03T10:0\(number % 10):00Z"),
                    "step": .string("step \(number)"),
                    "status": number % 7 == 0 ? "failed" : "succeeded",
                ]
            }
            return odd + [large]
        }
    }
}
