import Foundation
import GRDB
import StintModel
import StintStorage
import StintStorageSQLite
import StintStorageTesting
import Testing

@Suite struct SQLiteExecutionStoreTests {
    @Test(arguments: ExecutionStoreContract.clauses)
    func `keeps the contract`(_ clause: ExecutionStoreContract.Clause) async throws {
        try await withStore { try await clause.verify($0) }
    }

    /// With every bound at its smallest, each way of finding a page is taken.
    @Test(arguments: ExecutionStoreContract.clauses, [(3, 5), (0, 4), (10_000, 1)])
    func `keeps the contract with tight bounds`(
        _ clause: ExecutionStoreContract.Clause, _ bounds: (candidates: Int, rows: Int)
    ) async throws {
        var settings = SQLiteSettings()
        settings.candidates = bounds.candidates
        settings.rowsPerPage = bounds.rows
        settings.recentStateBytes = 4_096
        settings.recentTraceBytes = 4_096
        settings.heldCells = 4
        settings.groupsPending = 3
        settings.checkpointBytes = 64 << 10
        try await withStore(settings) { try await clause.verify($0) }
    }

    @Test func `what was recorded is there after opening again`() async throws {
        try await withFolder { folder in
            let path = folder + "/stint.sqlite"
            var fleet = SampleFleet(seed: 1)
            let events = (0..<50).flatMap { _ in fleet.next() }
            let first = try SQLiteExecutionStore(path: path)
            _ = try await first.record(RecordingGroup(events))
            let secret = first.cursorSecret
            try await first.close()

            let second = try SQLiteExecutionStore(path: path)
            let found = try await second.execution(events[0].execution!, in: .default)
            #expect(found != nil)
            #expect(second.cursorSecret == secret)
            let again = try await second.record(RecordingGroup(events))
            #expect(again.isEmpty)
            try await second.close()
        }
    }

    @Test func `a second process cannot open what is being served`() async throws {
        try await withFolder { folder in
            let path = folder + "/stint.sqlite"
            let store = try SQLiteExecutionStore(path: path)
            #expect(throws: StoreError.self) { try SQLiteExecutionStore(path: path) }
            try await store.close()
        }
    }

    @Test func `the file is its owner's alone, also the log`() async throws {
        try await withFolder { folder in
            let path = folder + "/made/stint.sqlite"
            let store = try SQLiteExecutionStore(path: path)
            var fleet = SampleFleet(seed: 1)
            _ = try await store.record(RecordingGroup(fleet.next()))
            for name in ["", "-wal", "-shm", ".lock"] {
                let attributes = try FileManager.default.attributesOfItem(atPath: path + name)
                #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
            }
            try await store.close()
        }
    }

    @Test func `another program's file is refused`() async throws {
        try await withFolder { folder in
            let path = folder + "/other.sqlite"
            try Data("not a database, but longer than a header of one would be".utf8)
                .write(to: URL(fileURLWithPath: path))
            #expect(throws: StoreError.self) { try SQLiteExecutionStore(path: path) }
        }
    }

    @Test func `a file that a newer version wrote is refused`() async throws {
        try await withFolder { folder in
            let path = folder + "/stint.sqlite"
            try await SQLiteExecutionStore(path: path).close()
            let database = try DatabaseQueue(path: path)
            try await database.write { db in
                try db.execute(sql: "INSERT INTO grdb_migrations VALUES ('1000 from the future')")
            }
            try database.close()
            let refusal = StoreError.unavailable(
                reason: "\(path) cannot be opened: a newer version of Stint wrote it")
            #expect(throws: refusal) { try SQLiteExecutionStore(path: path) }
        }
    }

    @Test func `a full store refuses to record, goes on reading, and recovers by itself`()
        async throws
    {
        var settings = SQLiteSettings()
        settings.maximumBytes = 600 << 10
        settings.checkpointBytes = 32 << 10
        try await withStore(settings) { store in
            var fleet = SampleFleet(seed: 1)
            var acknowledged: [ExecutionID] = []
            var refusal: StoreError?
            while refusal == nil {
                let events = (0..<20).flatMap { _ in fleet.next() }
                do {
                    _ = try await store.record(RecordingGroup(events))
                    acknowledged += Set(events.map { $0.execution! })
                } catch {
                    refusal = error as? StoreError
                }
            }
            #expect(refusal == .full)
            for id in acknowledged {
                #expect(try await store.execution(id, in: .default) != nil)
            }
            // Room comes back with what expires.
            var removed = 1
            while removed > 0 {
                removed = try await store.expire(
                    Expiry(
                        retention: .days(1), trailRetention: .zero,
                        now: SampleFleet.noon + .days(400), limit: 50))
            }
            _ = try await store.record(RecordingGroup(fleet.next()))
            try await store.check()
        }
    }
}

/// A store in a folder of its own, closed and removed afterwards.
func withStore(
    _ settings: SQLiteSettings = SQLiteSettings(),
    _ body: (SQLiteExecutionStore) async throws -> Void
) async throws {
    try await withFolder { folder in
        let store = try SQLiteExecutionStore(path: folder + "/stint.sqlite", settings: settings)
        do {
            try await body(store)
        } catch {
            try? await store.close()
            throw error
        }
        try await store.close()
    }
}

func withFolder(_ body: (String) async throws -> Void) async throws {
    let folder = NSTemporaryDirectory() + "stint-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await body(folder)
}

/// A number from the environment, for longer runs by hand.
func figure(_ name: String, else standard: Int) -> Int {
    ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? standard
}

extension StoreError {
    var isBroken: Bool { if case .broken = self { true } else { false } }
    var isUnavailable: Bool { if case .unavailable = self { true } else { false } }
}
