import Foundation
import Testing

extension EndToEnd {
    /// An answer means that it is on disk.
    @Suite struct DurabilityTests {
        /// How often the server is killed; more with `STINT_KILLS`.
        static let kills =
            ProcessInfo.processInfo.environment["STINT_KILLS"].flatMap { Int($0) } ?? 25

        /// The events that are written lie in November 2026.
        static let retention = ["--retention", "36500d"]

        @Test(.timeLimit(.minutes(60)))
        func `what was acknowledged before the server was killed is there after it`() async throws {
            let seed: UInt64 = 0x5717
            var random = SeededGenerator(seed: seed)
            var total = 0
            try await StoreFolder.use { folder in
                var server = try await folder.start(Self.retention)
                var earlier: [Written] = []
                for round in 0..<Self.kills {
                    let pause = Duration.milliseconds(Int.random(in: 20...400, using: &random))
                    let written = try await Self.write(round, to: server, for: pause)
                    server = try await folder.start(Self.retention)
                    #expect(server.readyAfter < .seconds(10), "seed \(seed), round \(round)")
                    // All of this round, and some of those before.
                    let asked =
                        written
                        + (0..<min(50, earlier.count)).map { _ in
                            earlier.randomElement(using: &random)!
                        }
                    let wrong = try await Self.wrong(among: asked, on: server)
                    #expect(wrong == [], "seed \(seed), round \(round), killed after \(pause)")
                    let repeated = try await Self.repeated(among: written.suffix(20), on: server)
                    #expect(repeated == [], "seed \(seed), round \(round)")
                    earlier += written
                    total += written.count
                }
                #expect(total > 20 * Self.kills, "Too little was acknowledged to prove anything.")
                #expect(await server.terminate() == 0)
                try await Self.checkIntegrity(folder)
            }
        }

        /// One execution that was acknowledged whole.
        struct Written: Hashable, Sendable {
            var id: String
            /// Stands in its attributes.
            var number: Int
            /// It has so many steps, and has finished if it has any.
            var steps: Int
        }

        /// Writes over 16 connections until the server is killed.
        ///
        /// - Returns: What was acknowledged.
        static func write(
            _ round: Int, to server: RunningServer, for pause: Duration
        ) async throws -> [Written] {
            let isOver = Flag()
            return try await withThrowingTaskGroup(of: [Written].self) { group in
                for connection in 0..<16 {
                    group.addTask {
                        var acknowledged: [Written] = []
                        var number = 0
                        while true {
                            let isBatch = (number + connection) % 3 == 0
                            let written = (0..<(isBatch ? 5 : 1)).map { part in
                                Written(
                                    id: "r\(round)-c\(connection)-n\(number)-\(part)",
                                    number: number, steps: isBatch ? 18 : 0)
                            }
                            number += 1
                            let reply: Reply
                            do {
                                reply = try await server.post("/v1/events", body(of: written))
                            } catch  where isOver.isRaised {
                                return acknowledged
                            }
                            // An answer that says no is no acknowledgement, and nothing to fear here.
                            try #require(reply.status == 200)
                            let count = written.reduce(0) { $0 + events(of: $1).count }
                            try #require(reply.json["accepted"].number == Double(count))
                            acknowledged += written
                        }
                    }
                }
                // How long it writes is what varies; there is no event to wait for.
                try await Task.sleep(for: pause)
                isOver.raise()
                await server.kill()
                return try await group.reduce(into: []) { $0 += $1 }
            }
        }

        /// One event stands alone, more make an array: a single, or a batch of a hundred.
        static func body(of written: [Written]) -> String {
            let events = written.flatMap(events)
            return events.count == 1 ? events[0] : "[\(events.joined(separator: ","))]"
        }

        static func events(of written: Written) -> [String] {
            let head = "\"execution\":\"\(written.id)\",\"at\":\"2026-11-01T12:00:00Z\""
            let start =
                "{\"type\":\"execution.started\",\(head),\"agent\":\"writer\","
                + "\"attributes\":{\"number\":\(written.number)}}"
            guard written.steps > 0 else { return [start] }
            return [start]
                + (0..<written.steps).map {
                    "{\"type\":\"step.finished\",\(head),\"step\":\"s\($0)\",\"status\":\"succeeded\"}"
                } + ["{\"type\":\"execution.finished\",\(head),\"status\":\"succeeded\"}"]
        }

        /// - Returns: The ids whose execution is not there, or not whole.
        static func wrong(among written: [Written], on server: RunningServer) async throws
            -> [String]
        {
            try await withThrowingTaskGroup(of: [String].self) { group in
                for lane in 0..<16 {
                    group.addTask {
                        var wrong: [String] = []
                        for index in stride(from: lane, to: written.count, by: 16) {
                            let expected = written[index]
                            let reply = try await server.execution(expected.id)
                            let json = reply.json
                            let isRight =
                                reply.status == 200
                                && json["attributes"]["number"].number == Double(expected.number)
                                && json["status"].string
                                    == (expected.steps > 0 ? "succeeded" : "running")
                                && json["steps"].array.count == expected.steps
                            if !isRight { wrong.append(expected.id) }
                        }
                        return wrong
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
        }

        /// - Returns: The ids whose trail does not hold each event once.
        static func repeated(
            among written: some Sequence<Written>, on server: RunningServer
        ) async throws -> [String] {
            var repeated: [String] = []
            for written in written {
                let trail = try await server.get("/v1/executions/\(written.id)/events?limit=500")
                if trail.json["items"].array.count != events(of: written).count {
                    repeated.append(written.id)
                }
            }
            return repeated
        }

        /// Asks SQLite itself, where it is installed.
        static func checkIntegrity(_ folder: StoreFolder) async throws {
            guard let sqlite = Program.find("sqlite3") else { return }
            let check = try await Program.run(
                sqlite, [folder.storePath, "PRAGMA integrity_check"])
            #expect(check.text == "ok\n", "\(check.errors)")
        }

        @Test(.enabled(if: Program.find("strace") != nil))
        func `each single event is synced before its answer`() async throws {
            try await StoreFolder.use { folder in
                let strace = try #require(Program.find("strace"))
                let trace = folder.url.appending(path: "trace")
                // -D: the server stays this process's child, the tracer steps aside.
                let server = try await folder.start(
                    Self.retention,
                    launcher: [
                        strace.path, "-D", "-f", "-e", "trace=fdatasync", "-o", trace.path,
                    ])
                func synced() throws -> Int {
                    String(decoding: try Data(contentsOf: trace), as: UTF8.self)
                        .split(separator: "\n").count { $0.contains("fdatasync") }
                }
                let before = try synced()
                for number in 0..<50 {
                    let written = Written(id: "one-\(number)", number: number, steps: 0)
                    #expect(
                        try await server.post("/v1/events", Self.body(of: [written])).status == 200)
                }
                _ = await server.terminate()
                // The tracer writes its last lines after the end of what it traces.
                #expect(
                    try await holds(within: .seconds(60)) {
                        String(decoding: try Data(contentsOf: trace), as: UTF8.self)
                            .contains("+++ exited with 0 +++")
                    })
                #expect(try synced() - before >= 50)
            }
        }

        /// The system's own call fails, from some sync on.
        @Test(.enabled(if: Program.find("strace") != nil))
        func `a server whose disk no longer syncs ends, and has acknowledged only what is there`()
            async throws
        {
            try await StoreFolder.use { folder in
                var server = try await folder.start(Self.retention)
                #expect(await server.terminate() == 0)
                server = try await folder.start(
                    Self.retention, launcher: try Self.failing(fromSync: 40))
                let written = try await CrashPointTests.writeUntilEnd(0, of: server)
                #expect(!written.isEmpty)
                let code = await server.end()
                #expect(code > 0, "It ended with \(code).")
                server = try await folder.start(Self.retention)
                #expect(try await Self.wrong(among: written, on: server) == [])
                #expect(await server.terminate() == 0)
                try await Self.checkIntegrity(folder)
            }
        }

        @Test(.enabled(if: Program.find("strace") != nil))
        func `a server whose disk never syncs does not start, and says why`() async throws {
            try await StoreFolder.use { folder in
                let launcher = try Self.failing(fromSync: 3)
                let failure = await #expect(throws: StoreFolder.NotReady.self) {
                    try await folder.start(Self.retention, launcher: launcher)
                }
                #expect((failure?.exitCode ?? 0) > 0)
                #expect(failure?.log.contains("cannot be opened") == true, "\(failure?.log ?? "")")
                let server = try await folder.start(Self.retention)
                #expect(await server.terminate() == 0)
            }
        }

        private static func failing(fromSync count: Int) throws -> [String] {
            let strace = try #require(Program.find("strace"))
            return [
                strace.path, "-D", "-f", "-o", "/dev/null", "-e", "trace=fdatasync",
                "-e", "inject=fdatasync:error=EIO:when=\(count)+",
            ]
        }
    }
}

/// Looks again and again until a condition holds.
///
/// - Returns: Whether it held before the time was over.
func holds(within limit: Duration, _ condition: () async throws -> Bool) async rethrows -> Bool {
    let deadline = ContinuousClock.now + limit
    repeat {
        if try await condition() { return true }
        await Task.yield()
    } while ContinuousClock.now < deadline
    return false
}
