import Foundation
import Testing

extension EndToEnd {
    /// A disk that is full stops recording, and nothing else, for as long as it is full.
    @Suite(.needsToMount) struct FullDiskTests {
        static let reserve = "stint.sqlite.reserve"
        static let reserveBytes = 16 << 20

        /// Executions that take about 65 KiB each, from ten days ago.
        static func body(_ ids: [String]) -> String {
            let at = Date(timeIntervalSinceNow: -864_000).ISO8601Format()
            let text = String(repeating: "long ", count: 6_500)
            return ids.flatMap { id in
                let head = "\"execution\":\"\(id)\",\"at\":\"\(at)\""
                return [
                    "{\"type\":\"execution.started\",\(head),\"agent\":\"writer\"}",
                    "{\"type\":\"execution.finished\",\(head),\"status\":\"succeeded\","
                        + "\"summary\":\"\(text)\"}",
                ]
            }.joined(separator: "\n")
        }

        static func post(_ ids: [String], to server: RunningServer) async throws -> Reply {
            try await server.post("/v1/events", body(ids), type: "application/x-ndjson")
        }

        /// Writes until the server refuses.
        ///
        /// - Returns: What was acknowledged, and the refusal.
        static func writeUntilRefused(
            _ name: String, each count: Int, to server: RunningServer
        ) async throws -> ([String], Reply) {
            var acknowledged: [String] = []
            for number in 0..<10_000 {
                let ids = (0..<count).map { "\(name)-\(number)-\($0)" }
                let reply = try await post(ids, to: server)
                guard reply.status == 200 else { return (acknowledged, reply) }
                acknowledged += ids
            }
            throw SmallDisk.NotMounted()
        }

        static func missing(_ ids: [String], on server: RunningServer) async throws -> [String] {
            var missing: [String] = []
            for id in ids where try await server.execution(id).json["status"] != "succeeded" {
                missing.append(id)
            }
            return missing
        }

        @Test(.timeLimit(.minutes(2)), arguments: [1, 20])
        func `recording stops, reading goes on, and recording resumes by itself`(
            _ batch: Int
        ) async throws {
            try await StoreFolder.use { folder in
                let disk = try await SmallDisk(megabytes: 64, over: folder.url)
                let server = try await folder.start(launcher: disk.launcher)
                #expect(disk.bytes(of: Self.reserve) == Self.reserveBytes)
                var acknowledged: [String] = []
                for round in 0..<2 {
                    try disk.fill()
                    let (written, refusal) = try await Self.writeUntilRefused(
                        "r\(round)", each: batch, to: server)
                    acknowledged += written
                    #expect(refusal.status == 503)
                    #expect(refusal.json["type"] == "urn:stint:problem:storage_full")
                    #expect(refusal.header("Retry-After") == "1")
                    // What the reserve gave is for expiry: neither a request takes it.
                    #expect(disk.bytes(of: Self.reserve) == 0)
                    #expect(try await Self.post(["late"], to: server).status == 503)

                    let ready = try await server.get("/health/ready")
                    #expect(ready.status == 503)
                    #expect(ready.json["type"] == "urn:stint:problem:storage_full")
                    #expect(try await server.get("/health/live").status == 200)
                    #expect(try await server.get("/v1/executions").status == 200)
                    #expect(try await Self.missing(acknowledged, on: server) == [])

                    try disk.free()
                    let start = ContinuousClock.now
                    let isBack = try await holds(within: .seconds(60)) {
                        try await Self.post(["back-\(round)"], to: server).status == 200
                    }
                    #expect(isBack, "after \(ContinuousClock.now - start)")
                    acknowledged.append("back-\(round)")
                    #expect(try await server.get("/health/ready").status == 200)
                    #expect(disk.bytes(of: Self.reserve) == Self.reserveBytes)
                }
                #expect(try await server.execution("late").status == 404)
                // What was acknowledged is what is stored, also for the next server.
                await server.kill()
                let next = try await folder.start(launcher: disk.launcher)
                #expect(try await Self.missing(acknowledged, on: next) == [])
                #expect(await next.terminate() == 0)
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `a server starts on a full disk, and what expires makes room`() async throws {
            try await StoreFolder.use { folder in
                let disk = try await SmallDisk(megabytes: 96, over: folder.url)
                let first = try await folder.start(launcher: disk.launcher)
                for batch in 0..<6 {
                    let ids = (0..<100).map { "old-\(batch)-\($0)" }
                    #expect(try await Self.post(ids, to: first).status == 200)
                }
                try disk.fill()
                _ = try await Self.writeUntilRefused("more", each: 1, to: first)
                #expect(disk.bytes(of: Self.reserve) == 0)
                await first.kill()

                let second = try await folder.start(
                    ["--retention", "1d", "--trail-retention", "0s"], launcher: disk.launcher)
                let event = "{\"type\":\"execution.started\",\"execution\":\"new\"}"
                let isBack = try await holds(within: .seconds(60)) {
                    try await second.post("/v1/events", event).status == 200
                }
                #expect(isBack)
                #expect(disk.bytes(of: Self.reserve) == Self.reserveBytes)
                #expect(try await second.get("/health/ready").status == 200)
                #expect(await second.terminate() == 0)
            }
        }
    }
}
