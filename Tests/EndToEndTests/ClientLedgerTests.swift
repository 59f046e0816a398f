import Foundation
import Testing

extension EndToEnd {
    /// made = stored + rejected + dropped, for programs tracked by `stint run`, whatever happens to
    /// them and to the server. For Python's client see `clients/python/tests/test_server.py`.
    @Suite struct ClientLedgerTests {
        /// Starts over the same store at the same address.
        private static func restart(
            _ server: RunningServer, in folder: StoreFolder
        ) async throws -> RunningServer {
            let port = try #require(URL(string: server.url)?.port)
            return try await folder.start(["--port", "\(port)"])
        }

        private static func run(
            _ script: String, id: String, at url: String, spool: URL
        ) throws -> Program {
            try Program(
                Program.stint,
                ["run", "--agent", "job", "--id", id, "--", "/bin/sh", "-c", script],
                output: FileHandle.nullDevice, errors: .nullDevice,
                environment: ["STINT_URL": url, "STINT_SPOOL": spool.path])
        }

        private static func spooled(_ spool: URL) throws -> [String] {
            let names = FileManager.default.enumerator(atPath: spool.path)
            return names?.compactMap { $0 as? String }.filter { $0.hasSuffix(".events") } ?? []
        }

        private static func clients(_ server: RunningServer) async throws -> [JSON] {
            try await server.get("/v1/clients?limit=500").json["items"].array
        }

        /// Everything that was made is stored, once, and the books say so.
        private static func checkBooks(
            _ server: RunningServer, clients count: Int, executions: [String]
        ) async throws {
            let clients = try await Self.clients(server)
            #expect(clients.count == count)
            for client in clients {
                #expect(client["made"] == client["stored"], "\(client)")
                #expect(client["gaps"] == [], "\(client)")
                for member in ["rejected", "dropped", "inFlight", "unknown"] {
                    #expect(client[member] == 0, "\(client)")
                }
            }
            var recorded = 0
            for id in executions {
                recorded += try await server.get("/v1/executions/\(id)/events?limit=500")
                    .json["items"].array.count
            }
            let stored = clients.reduce(0) { $0 + ($1["stored"].number ?? 0) }
            #expect(Double(recorded) == stored)
            let figures = try await server.figures()
            #expect(figures["stint_client_events_stored_total"] == stored)
            #expect(figures["stint_client_events_missing"] == 0)
            let audit = try await server.get("/v1/audit").json
            #expect(audit["balanced"] == true)
            let law = try #require(audit["laws"].array.first { $0["law"] == "clients" })
            #expect(law["checked"] == .number(Double(count)))
        }

        @Test func `what commands tell while the server restarts is stored once`() async throws {
            try await StoreFolder.use { folder in
                let spool = folder.url.appending(path: "spool")
                var server = try await folder.start()
                var ids: [String] = []
                for round in 0..<3 {
                    let id = "run\(round)"
                    ids.append(id)
                    let begun = folder.url.appending(path: id)
                    // It ends when the server that heard its start is gone.
                    let run = try Self.run(
                        "touch '\(begun.path)'; while [ -e '\(begun.path)' ]; do sleep 0.05; done",
                        id: id, at: server.url, spool: spool)
                    while !FileManager.default.fileExists(atPath: begun.path) {
                        await Task.yield()
                    }
                    await server.kill()
                    try FileManager.default.removeItem(at: begun)
                    server = try await Self.restart(server, in: folder)
                    #expect(await run.exitCode() == 0)
                }
                // Whatever a run could not bring in time, the next one does.
                while try !Self.spooled(spool).isEmpty {
                    ids.append("later\(ids.count)")
                    let run = try Self.run(
                        "true", id: ids.last!, at: server.url, spool: spool)
                    #expect(await run.exitCode() == 0)
                }
                try await Self.checkBooks(server, clients: ids.count, executions: ids)
                #expect(await server.terminate() == 0)
            }
        }

        @Test func `what the spool had is delivered once when commands and server are killed`()
            async throws
        {
            var random = SeededGenerator(seed: 0xB00C)
            try await StoreFolder.use { folder in
                let spool = folder.url.appending(path: "spool")
                var server = try await folder.start()
                var ids: [String] = []
                for round in 0..<3 {
                    let begun = (0..<3).map { folder.url.appending(path: "begun\(round)-\($0)") }
                    let runs = try begun.enumerated().map { number, file in
                        ids.append("killed\(round)-\(number)")
                        return try Self.run(
                            "touch '\(file.path)'; exec sleep 2", id: ids.last!, at: server.url,
                            spool: spool)
                    }
                    // A command begins once its start is on disk, whoever else has it by then.
                    let awaited = Int.random(in: 0...2, using: &random)
                    while !FileManager.default.fileExists(atPath: begun[awaited].path) {
                        await Task.yield()
                    }
                    let victims = runs.map(\.id) + [server.processID]
                    for victim in victims.shuffled(using: &random) { kill(victim, SIGKILL) }
                    for run in runs { _ = await run.exitCode() }
                    _ = await server.end()
                    server = try await Self.restart(server, in: folder)
                }
                var last = 0
                repeat {
                    last += 1
                    let run = try Self.run(
                        "true", id: "last\(last)", at: server.url, spool: spool)
                    #expect(await run.exitCode() == 0)
                    ids.append("last\(last)")
                } while try !Self.spooled(spool).isEmpty
                // One that was killed before it began is heard of by nobody.
                let clients = try await Self.clients(server).count
                #expect(clients >= 3 + last && clients <= ids.count)
                try await Self.checkBooks(server, clients: clients, executions: ids)
                #expect(await server.terminate() == 0)
            }
        }
    }
}
