import Foundation
import StintModel
import StintStorage
import StintStorageSQLite

/// `stint-fill PATH EXECUTIONS SEED`: makes a store of a ``BusyFleet`` that ends now, without a
/// server.
@main
struct FillCommand {
    private static let groupSize = 4_000
    /// Groups made ahead of the store, so that neither waits for the other.
    private static let groupsAhead = 3

    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let executions = Int(arguments[2]), executions > 0,
            let seed = UInt64(arguments[3])
        else {
            print("usage: stint-fill PATH EXECUTIONS SEED")
            exit(2)
        }
        let now = Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1e6))
        let fleet = BusyFleet(ended: executions, seed: seed, until: now)
        try await fill(arguments[1], with: fleet, 0..<executions)
        // Opened anew, the store brings what pends into the cells: as a server's does that has run
        // for a while.
        try await fill(arguments[1], with: fleet, executions..<fleet.count)
    }

    private static func fill(
        _ path: String, with fleet: BusyFleet, _ numbers: Range<Int>
    ) async throws {
        var settings = SQLiteSettings()
        // Nobody reads meanwhile, and none is heard of again.
        settings.writerCacheBytes = 512 << 20
        settings.checkpointBytes = 256 << 20
        settings.recentStateBytes = 1 << 20
        settings.groupsPending = 32
        let store = try SQLiteExecutionStore(path: path, settings: settings)
        try await withThrowingTaskGroup(of: RecordingGroup.self) { tasks in
            for (number, first) in stride(
                from: numbers.lowerBound, to: numbers.upperBound, by: groupSize
            ).enumerated() {
                if number >= groupsAhead, let group = try await tasks.next() {
                    _ = try await store.record(group)
                }
                let numbers = first..<min(first + groupSize, numbers.upperBound)
                tasks.addTask {
                    RecordingGroup(
                        recordings: numbers.map(fleet.recording), receivedAt: fleet.until)
                }
            }
            for try await group in tasks { _ = try await store.record(group) }
        }
        if numbers.upperBound == fleet.count { try await fillLoad(of: fleet, in: store) }
        try await store.close()
    }

    /// A report of each worker and of the host in every five minutes, summed up.
    private static func fillLoad(
        of fleet: BusyFleet, in store: SQLiteExecutionStore
    ) async throws {
        let samples = fleet.workerSamples
        for first in stride(from: 0, to: samples.count, by: groupSize) {
            let group = samples[first..<min(first + groupSize, samples.count)]
            _ = try await store.record(
                RecordingGroup(
                    recordings: [], workers: Array(group), receivedAt: fleet.until))
        }
        while try await store.sumWorkerLoad(at: fleet.until, limit: groupSize) > 0 {}
    }
}
