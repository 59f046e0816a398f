import Foundation
import GRDB
import StintModel
import StintStorage
import StintStorageSQLite
import StintStorageTesting
import Testing

/// The power goes at any write, sync or truncation, and what was not synced is there in part.
@Suite struct PowerLossTests {
    static let cutsPerDisk = 20
    /// More with `STINT_POWER_CUTS`.
    static let disks = figure("STINT_POWER_CUTS", else: 200) / cutsPerDisk

    @Test(arguments: 0..<disks)
    func `what was acknowledged before the power went is there after it`(_ number: Int) async throws
    {
        try await withFolder { folder in
            let path = folder + "/stint.sqlite"
            let disk = FaultDisk(path: path)
            let seed = UInt64(number) &+ 0xD3
            var random = SeededGenerator(seed: seed)
            var ledger = StoreLedger(seed: seed)
            for cut in 0..<Self.cutsPerDisk {
                if random.chance(25) {
                    // While it is opened: made, migrated or recovered.
                    disk.cutPower(at: 1 + random.below(cut == 0 ? 150 : 20))
                    try? await SQLiteExecutionStore(path: path, settings: .tight).close()
                    disk.restart(seed: random.next())
                }
                let store = try SQLiteExecutionStore(path: path, settings: .tight)
                try await ledger.check(store, "seed \(seed), cut \(cut)")
                try Self.checkIntegrity(path, "seed \(seed), cut \(cut)")

                disk.cutPower(at: 1 + random.below(random.chance(20) ? 1_500 : 300))
                do throws(StoreError) {
                    // Sometimes it goes while the store is closed.
                    for _ in 0..<(random.chance(20) ? 3 : .max) {
                        try await ledger.record(ledger.nextEvents(), in: store)
                    }
                } catch {
                    #expect(error.isBroken, "\(error), seed \(seed), cut \(cut)")
                }
                try? await store.close()
                disk.restart(seed: random.next())
            }
        }
    }

    /// A sync that fails makes nothing durable, but the system shows what was written, so the next
    /// process reads it. It must not build on it until it is written again.
    @Test(arguments: 0..<10)
    func `what a failed sync left unwritten is not built upon`(_ number: Int) async throws {
        try await withFolder { folder in
            let path = folder + "/stint.sqlite"
            let disk = FaultDisk(path: path)
            let seed = UInt64(number) &+ 0xF5
            var ledger = StoreLedger(seed: seed)
            let first = try SQLiteExecutionStore(path: path)
            for _ in 0..<3 { try await ledger.record(ledger.nextEvents(), in: first) }
            disk.fail(.sync, at: 1, shots: 1, code: 10 | 4 << 8)
            await #expect { try await ledger.record(ledger.nextEvents(), in: first) } throws: {
                ($0 as? StoreError)?.isBroken == true
            }
            try? await first.close()

            let second = try SQLiteExecutionStore(path: path)
            try await ledger.check(second, "seed \(seed), after the sync that failed")
            for _ in 0..<3 { try await ledger.record(ledger.nextEvents(), in: second) }
            disk.cutPower(at: 1)
            try? await second.close()
            disk.restart(seed: seed)

            let third = try SQLiteExecutionStore(path: path)
            try await ledger.check(third, "seed \(seed), after the power cut")
            try Self.checkIntegrity(path, "seed \(seed)")
            try await third.close()
        }
    }

    static func checkIntegrity(_ path: String, _ comment: Comment) throws {
        let database = try DatabaseQueue(path: path)
        let answer = try database.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") }
        #expect(answer == ["ok"], comment)
        try database.close()
    }
}
