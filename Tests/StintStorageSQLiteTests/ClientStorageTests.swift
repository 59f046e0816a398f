import GRDB
import StintModel
import StintStorage
import StintStorageTesting
import Testing

@testable import StintStorageSQLite

@Suite struct ClientStorageTests {
    @Test(arguments: [
        "gaps = x'80'", "stored = stored + 1", "highest = -1", "dropped = 1 << 62",
        "last_seen_at = first_seen_at - 1",
    ])
    func `damaged books begin anew, and harm neither events nor other books`(
        _ damage: String
    ) async throws {
        var samples = SampleClients(seed: 1)
        let (damaged, whole) = (samples.batches(count: 1)[0], samples.batches(count: 1)[0])
        try await withFolder { folder in
            let path = folder + "/stint.sqlite"
            var store = try SQLiteExecutionStore(path: path)
            var fleet = SampleFleet(seed: 1)
            var group = RecordingGroup(fleet.next())
            group.batches = [damaged, whole]
            _ = try await store.record(group)
            try await store.close()
            let database = try DatabaseQueue(path: path)
            try await database.write {
                try $0.execute(
                    sql: "UPDATE client SET \(damage) WHERE id = ?",
                    arguments: [damaged.client.rawValue])
            }
            try database.close()

            store = try SQLiteExecutionStore(path: path)
            #expect(try await store.audit(nil)[.clients].violations == 1)
            let left = try await store.clients(in: .default, after: nil, limit: 10)
            #expect(left.items.map(\.id) == [whole.client])
            group.recordings = RecordingGroup(fleet.next()).recordings
            group.batches = [damaged]
            #expect(try await store.record(group).count == 1)
            let found = try await store.clients(in: .default, after: nil, limit: 10).items
            #expect(Set(found.map(\.id)) == [damaged.client, whole.client])
            #expect(
                found.allSatisfy { $0.ledger.received == $0.ledger.highest - $0.ledger.dropped })
            #expect(try await store.audit(nil).isBalanced)
            try await store.close()
        }
    }
}
