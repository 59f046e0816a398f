import Foundation
import Synchronization
import Testing

extension EndToEnd {
    /// A backup is the store as it was, and becomes a store again.
    @Suite struct BackupTests {
        typealias Written = DurabilityTests.Written

        static func backup(_ folder: StoreFolder, to file: URL, _ options: String...) async throws
            -> Program.Outcome
        {
            try await Program.run(
                Program.stint,
                ["backup", file.path, "--store", "sqlite:\(folder.storePath)"] + options)
        }

        static func restore(_ file: URL, to folder: StoreFolder, _ options: String...) async throws
            -> Program.Outcome
        {
            try await Program.run(
                Program.stint,
                ["restore", file.path, "--store", "sqlite:\(folder.storePath)"] + options)
        }

        static func write(_ id: String, to server: RunningServer) async throws {
            let written = Written(id: id, number: 0, steps: 0)
            let reply = try await server.post("/v1/events", DurabilityTests.body(of: [written]))
            #expect(reply.status == 200)
        }

        /// What the writers were told is stored.
        final class Ledger: Sendable {
            private let written = Mutex<[Written]>([])

            var all: [Written] { written.withLock(\.self) }

            func append(_ more: [Written]) {
                written.withLock { $0 += more }
            }
        }

        /// How many backups are made and restored; more with `STINT_BACKUPS`.
        static let rounds =
            ProcessInfo.processInfo.environment["STINT_BACKUPS"].flatMap { Int($0) } ?? 2

        @Test(.timeLimit(.minutes(2)), arguments: 0..<rounds)
        func `a backup holds what was acknowledged before it began`(_ round: Int) async throws {
            let acknowledged = Ledger()
            let isOver = Flag()
            try await StoreFolder.use { folder in
                let server = try await folder.start(DurabilityTests.retention)
                let file = folder.url.appending(path: "backup")
                let before = try await withThrowingTaskGroup(of: Void.self) { group in
                    defer { isOver.raise() }
                    for lane in 1...3 {
                        group.addTask {
                            var number = 0
                            // So many before the backup, the rest until it is made.
                            while number < 4 + round || !isOver.isRaised {
                                try await Self.write(lane, number, to: server, acknowledged)
                                number += 1
                            }
                        }
                    }
                    for number in 0..<(8 + round) {
                        try await Self.write(0, number, to: server, acknowledged)
                    }
                    let before = acknowledged.all
                    let made = try await Self.backup(folder, to: file)
                    #expect(made.exitCode == 0, "\(made.errors)")
                    isOver.raise()
                    try await group.waitForAll()
                    return before
                }
                #expect(acknowledged.all.count > before.count)
                #expect(try Self.mode(of: file) == 0o600)
                #expect(try Self.leftovers(in: folder) == [])
                try await Self.checkRestored(file, holds: before, beside: folder)
            }
        }

        static func write(
            _ lane: Int, _ number: Int, to server: RunningServer, _ acknowledged: Ledger
        ) async throws {
            let written = (0..<5).map {
                Written(id: "w\(lane)-\(number)-\($0)", number: number, steps: 18)
            }
            let reply = try await server.post("/v1/events", DurabilityTests.body(of: written))
            try #require(reply.status == 200)
            acknowledged.append(written)
        }

        /// Restores a backup where another store left its log, and serves it.
        static func checkRestored(
            _ file: URL, holds written: [Written], beside living: StoreFolder
        ) async throws {
            try await StoreFolder.use { folder in
                // A log with commits in it that belong to other pages.
                try FileManager.default.copyItem(
                    atPath: living.storePath + "-wal", toPath: folder.storePath + "-wal")
                let restored = try await restore(file, to: folder)
                #expect(restored.exitCode == 0, "\(restored.errors)")
                #expect(!FileManager.default.fileExists(atPath: folder.storePath + "-wal"))
                #expect(try mode(of: URL(filePath: folder.storePath)) == 0o600)
                let server = try await folder.start(DurabilityTests.retention)
                #expect(try await DurabilityTests.wrong(among: written, on: server) == [])
                #expect(await server.terminate() == 0)
                try await DurabilityTests.checkIntegrity(folder)
            }
        }

        static func mode(of file: URL) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
        }

        static func leftovers(in folder: StoreFolder) throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
                .filter { $0.contains(".partial-") }
        }

        @Test func `a store that is served is not restored over`() async throws {
            try await StoreFolder.use { folder in
                let server = try await folder.start(DurabilityTests.retention)
                try await Self.write("before", to: server)
                let file = folder.url.appending(path: "backup")
                #expect(try await Self.backup(folder, to: file).exitCode == 0)
                try await Self.write("after", to: server)

                let refused = try await Self.restore(file, to: folder, "--force")
                #expect(refused.exitCode == 4)
                #expect(refused.errors.contains("being served"))
                #expect(try await server.execution("after").status == 200)
                #expect(await server.terminate() == 0)
                #expect(try Self.leftovers(in: folder) == [])
            }
        }

        @Test func `restoring over a store takes --force, and its log does not come back`()
            async throws
        {
            try await StoreFolder.use { folder in
                let server = try await folder.start(DurabilityTests.retention)
                try await Self.write("before", to: server)
                let file = folder.url.appending(path: "backup")
                #expect(try await Self.backup(folder, to: file).exitCode == 0)
                try await Self.write("after", to: server)
                // Its last commits stand in the log alone.
                await server.kill()

                let refused = try await Self.restore(file, to: folder)
                #expect(refused.exitCode == 2)
                #expect(refused.errors.contains("--force"))
                let restored = try await Self.restore(file, to: folder, "--force")
                #expect(restored.exitCode == 0, "\(restored.errors)")
                let next = try await folder.start(DurabilityTests.retention)
                #expect(try await next.execution("before").status == 200)
                #expect(try await next.execution("after").status == 404)
                #expect(await next.terminate() == 0)
            }
        }

        @Test func `a backup neither overwrites a file unasked nor the store at all`() async throws
        {
            try await StoreFolder.use { folder in
                let server = try await folder.start(DurabilityTests.retention)
                try await Self.write("here", to: server)
                let file = folder.url.appending(path: "backup")
                try Data("precious".utf8).write(to: file)
                #expect(try await Self.backup(folder, to: file).exitCode == 2)
                #expect(try Data(contentsOf: file) == Data("precious".utf8))
                let made = try await Self.backup(folder, to: file, "--force")
                #expect(made.exitCode == 0)
                #expect(made.text.contains("1 executions"))

                let link = folder.url.appending(path: "link")
                try FileManager.default.createSymbolicLink(
                    atPath: link.path, withDestinationPath: folder.storePath)
                for place in [link, URL(filePath: folder.storePath)] {
                    #expect(try await Self.backup(folder, to: place, "--force").exitCode == 2)
                }
                #expect(try await server.execution("here").status == 200)
                #expect(await server.terminate() == 0)
            }
        }
    }
}
