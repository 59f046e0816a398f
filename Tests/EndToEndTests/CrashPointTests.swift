import Foundation
import Testing

extension EndToEnd {
    /// The server kills itself at a named place of its code (`STINT_CRASH_AT`), and is started
    /// again. Needs a program built for debugging, as the tests build it.
    @Suite struct CrashPointTests {
        /// Each place is met once; with `STINT_CRASHES` as often, later and later.
        static let rounds =
            ProcessInfo.processInfo.environment["STINT_CRASHES"].flatMap { Int($0) } ?? 1

        @Test(arguments: ["opening", "migration", "migration:2", "migrated"])
        func `a store whose making is cut short is made at the next start`(
            _ point: String
        ) async throws {
            try await StoreFolder.use { folder in
                let failure = await #expect(throws: StoreFolder.NotReady.self) {
                    try await folder.start(launcher: Self.crashing(at: point))
                }
                #expect(failure?.exitCode == -SIGKILL)
                let server = try await folder.start(DurabilityTests.retention)
                let written = DurabilityTests.Written(id: "after", number: 1, steps: 3)
                #expect(
                    try await server.post("/v1/events", DurabilityTests.body(of: [written])).status
                        == 200)
                #expect(try await DurabilityTests.wrong(among: [written], on: server) == [])
                #expect(await server.terminate() == 0)
                try await DurabilityTests.checkIntegrity(folder)
            }
        }

        @Test(arguments: [
            "begin:30", "commit:30", "committed:30", "roll-up:3", "checkpoint", "checkpointed",
        ])
        func `what was acknowledged before a crash is there after it, once`(
            _ point: String
        ) async throws {
            try await StoreFolder.use { folder in
                for round in 0..<Self.rounds {
                    let server = try await folder.start(
                        DurabilityTests.retention,
                        launcher: Self.crashing(at: Self.later(point, by: round * 5)))
                    let written = try await Self.writeUntilEnd(round, of: server)
                    #expect(await server.end() == -SIGKILL)

                    let next = try await folder.start(DurabilityTests.retention)
                    // All of them, or of thousands the last and every eighth.
                    let asked = written.enumerated()
                        .filter { $0.offset % 8 == 0 || $0.offset >= written.count - 600 }
                        .map(\.element)
                    #expect(try await DurabilityTests.wrong(among: asked, on: next) == [])
                    let last = written.suffix(20)
                    #expect(try await DurabilityTests.repeated(among: last, on: next) == [])
                    #expect(await next.terminate() == 0)
                    try await DurabilityTests.checkIntegrity(folder)
                }
            }
        }

        @Test(arguments: ["expiry", "removal:3"])
        func `what a crash leaves of an expiry is whole, and goes with the next`(
            _ point: String
        ) async throws {
            try await StoreFolder.use { folder in
                var server = try await folder.start(DurabilityTests.retention)
                let written = (0..<40).map {
                    DurabilityTests.Written(id: "e\($0)", number: $0, steps: $0 % 2 == 0 ? 3 : 0)
                }
                let body = DurabilityTests.body(of: written)
                #expect(try await server.post("/v1/events", body).status == 200)
                #expect(await server.terminate() == 0)

                // It expires as soon as it starts, and may not come to listen.
                let short = ["--retention", "1d"]
                do {
                    server = try await folder.start(short, launcher: Self.crashing(at: point))
                    #expect(await server.end() == -SIGKILL)
                } catch let error as StoreFolder.NotReady {
                    #expect(error.exitCode == -SIGKILL)
                }

                server = try await folder.start(DurabilityTests.retention)
                #expect(try await DurabilityTests.wrong(among: written, on: server) == [])
                #expect(await server.terminate() == 0)

                server = try await folder.start(short)
                for gone in written where gone.steps > 0 {
                    #expect(
                        try await holds(within: .seconds(60)) {
                            try await server.execution(gone.id).status == 404
                        })
                }
                let open = written.filter { $0.steps == 0 }
                #expect(try await DurabilityTests.wrong(among: open, on: server) == [])
                #expect(await server.terminate() == 0)
                try await DurabilityTests.checkIntegrity(folder)
            }
        }

        static func crashing(at point: String) -> [String] {
            ["/usr/bin/env", "STINT_CRASH_AT=\(point)"]
        }

        private static func later(_ point: String, by count: Int) -> String {
            let parts = point.split(separator: ":")
            return "\(parts[0]):\((parts.count > 1 ? Int(parts[1])! : 1) + count)"
        }

        /// Writes over eight connections for as long as the server answers.
        ///
        /// - Returns: What was acknowledged.
        static func writeUntilEnd(
            _ round: Int, of server: RunningServer
        ) async throws -> [DurabilityTests.Written] {
            try await withThrowingTaskGroup(of: [DurabilityTests.Written].self) { group in
                for connection in 0..<8 {
                    group.addTask {
                        var acknowledged: [DurabilityTests.Written] = []
                        // Bounded, so that a server that does not crash fails the test.
                        for number in 0..<2_000 {
                            let written = (0..<4).map {
                                DurabilityTests.Written(
                                    id: "r\(round)-c\(connection)-n\(number)-\($0)",
                                    number: number, steps: $0 == 0 ? 18 : 0)
                            }
                            let reply: Reply
                            do {
                                reply = try await server.post(
                                    "/v1/events", DurabilityTests.body(of: written))
                            } catch {
                                return acknowledged
                            }
                            guard reply.status == 200 else { return acknowledged }
                            acknowledged += written
                        }
                        return acknowledged
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
        }
    }
}
