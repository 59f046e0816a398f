import Foundation
import GRDB
import StintModel
import StintStorage
import StintStorageSQLite
import StintStorageTesting
import Testing

@Suite struct SQLiteBackupTests {
    /// A store with some executions, and a place for its backup.
    private func withBackup(
        _ body: (_ store: String, _ backup: String) async throws -> Void
    ) async throws {
        try await withFolder { folder in
            let path = folder + "/stint.sqlite"
            let store = try SQLiteExecutionStore(path: path)
            var fleet = SampleFleet(seed: 1)
            for _ in 0..<20 { _ = try await store.record(RecordingGroup(fleet.next())) }
            try SQLiteBackup.make(of: path, at: folder + "/backup")
            try await store.close()
            try await body(path, folder + "/backup")
        }
    }

    @Test func `what is told of a backup is what it holds`() async throws {
        try await withBackup { store, backup in
            let file = backup + "-2"
            var shares: [Double] = []
            let made = try SQLiteBackup.make(of: store, at: file) { shares.append($0) }
            let attributes = try FileManager.default.attributesOfItem(atPath: file)
            #expect(attributes[.size] as? Int == made.bytes)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            #expect(made.executions == (try StoreInspection(path: store)).executions)
            #expect(shares == shares.sorted() && shares.last == 1)
        }
    }

    @Test func `copying that is ended leaves nothing behind`() async throws {
        try await withBackup { store, backup in
            struct Enough: Error {}
            let folder = URL(fileURLWithPath: store).deletingLastPathComponent().path
            func names() throws -> Set<String> {
                Set(try FileManager.default.contentsOfDirectory(atPath: folder))
                    // What SQLite keeps beside a file that is read.
                    .filter { !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm") }
            }
            let before = try names()
            #expect(throws: Enough.self) {
                try SQLiteBackup.make(of: store, at: folder + "/new") { _ in throw Enough() }
            }
            let content = try Data(contentsOf: URL(fileURLWithPath: store))
            #expect(throws: Enough.self) {
                try SQLiteBackup.restore(backup, to: store, isReplacing: true) { _ in throw Enough()
                }
            }
            #expect(try names() == before)
            #expect(try Data(contentsOf: URL(fileURLWithPath: store)) == content)
        }
    }

    @Test func `a backup of a newer version is refused`() async throws {
        try await withBackup { store, backup in
            let queue = try DatabaseQueue(path: backup)
            try await queue.write { db in
                try db.execute(sql: "INSERT INTO grdb_migrations VALUES ('9 of tomorrow')")
            }
            try await queue.vacuum()
            try queue.close()
            for name in ["-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: backup + name)
            }
            #expect(throws: StoreFileError.newer(path: backup)) {
                try SQLiteBackup.restore(backup, to: store, isReplacing: true)
            }
        }
    }

    @Test func `a damaged backup takes nobody's place`() async throws {
        try await withBackup { store, backup in
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: backup))
            let end = try file.seekToEnd()
            try file.seek(toOffset: end / 2 / 4_096 * 4_096)
            try file.write(contentsOf: Data(repeating: 0xA5, count: 4_096))
            try file.close()
            let content = try Data(contentsOf: URL(fileURLWithPath: store))
            let error = #expect(throws: StoreFileError.self) {
                try SQLiteBackup.restore(backup, to: store, isReplacing: true)
            }
            guard case .damaged = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(try Data(contentsOf: URL(fileURLWithPath: store)) == content)
        }
    }

    @Test func `what is no store is neither backed up nor restored`() async throws {
        try await withBackup { store, backup in
            let other = backup + "-other"
            let queue = try DatabaseQueue(path: other)
            try await queue.write { try $0.execute(sql: "CREATE TABLE cake (slices)") }
            try queue.close()
            #expect(throws: StoreFileError.foreign(path: other)) {
                try SQLiteBackup.make(of: other, at: backup + "-3")
            }
            #expect(throws: StoreFileError.foreign(path: other)) {
                try SQLiteBackup.restore(other, to: backup + "-4")
            }
            #expect(throws: StoreFileError.missing(path: backup + "-5")) {
                try SQLiteBackup.restore(backup + "-5", to: backup + "-4")
            }
        }
    }

    @Test func `a store with its log beside it is no backup`() async throws {
        try await withFolder { folder in
            let path = folder + "/stint.sqlite"
            let store = try SQLiteExecutionStore(path: path)
            var fleet = SampleFleet(seed: 1)
            _ = try await store.record(RecordingGroup(fleet.next()))
            #expect(throws: StoreFileError.hasLog(path: path)) {
                try SQLiteBackup.restore(path, to: folder + "/other")
            }
            try await store.close()
        }
    }
}
