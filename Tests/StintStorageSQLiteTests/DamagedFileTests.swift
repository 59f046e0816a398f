import Foundation
import StintMetrics
import StintModel
import StintStorage
import StintStorageSQLite
import StintStorageTesting
import Testing

/// Files that are not what was written. SQLite checks the frames of its log, so of a damaged one a
/// beginning is left; it does not check what stands in a page, so there nothing traps, no more.
@Suite struct DamagedFileTests {
    /// More with `STINT_DAMAGES`.
    static let variants = figure("STINT_DAMAGES", else: 100)

    /// A store with most of its history in the database and the rest in its log.
    struct Sample: Sendable {
        var database = Data()
        var log = Data()
        /// The index of the log, that of an earlier time.
        var index = Data()
        /// The log as it was before it was brought into the database.
        var olderLog = Data()
        /// What was held after each group that is in the log alone, the last being all.
        var held: [[ExecutionID: ExecutionState]] = []

        static func make() async throws -> Sample {
            var sample = Sample()
            try await withFolder { folder in
                let path = folder + "/stint.sqlite"
                var settings = SQLiteSettings()
                settings.groupsPending = 8
                var ledger = StoreLedger(seed: 0xD6)
                var store = try SQLiteExecutionStore(path: path, settings: settings)
                for _ in 0..<60 { try await ledger.record(ledger.nextEvents(), in: store) }
                try await ledger.record(Self.large, in: store)
                sample.olderLog = try read(path + "-wal")
                sample.index = try read(path + "-shm")
                // Opening brings the log into the database.
                try await store.close()
                store = try SQLiteExecutionStore(path: path, settings: settings)
                sample.held.append(ledger.states)
                for _ in 0..<20 {
                    try await ledger.record(ledger.nextEvents(), in: store)
                    sample.held.append(ledger.states)
                }
                sample.database = try read(path)
                sample.log = try read(path + "-wal")
                try await store.close()
            }
            return sample
        }

        /// An execution whose steps stand in rows of their own.
        private static var large: [Event] {
            let id = ExecutionID(rawValue: "large")!
            return [Event(.executionStarted, execution: id, at: SampleFleet.noon)]
                + (0..<100).map {
                    var event = Event(
                        .stepFinished, execution: id, at: SampleFleet.noon + .seconds(Int64($0)))
                    event.step = "step \($0)"
                    event.outcome = .succeeded
                    return event
                }
        }

        private static func read(_ path: String) throws -> Data {
            try Data(contentsOf: URL(fileURLWithPath: path))
        }
    }

    static let sample = Task { try await Sample.make() }

    /// Few at a time, since each has its own copy of the files in memory.
    static let lanes = 4

    @Test(arguments: 0..<lanes)
    func `of a damaged log the groups before the damage are there`(_ lane: Int) async throws {
        let whole = try await Self.sample.value
        for variant in stride(from: lane, to: Self.variants, by: Self.lanes) {
            var sample = whole
            var random = SeededGenerator(seed: UInt64(variant))
            Self.damage(&sample.log, with: &random)
            // An index that another process left, or none.
            if random.chance(50) { sample.index = Data() }
            try await withFolder { folder in
                let store = try Self.open(sample, in: folder)
                var found: [ExecutionID: ExecutionState] = [:]
                for id in sample.held.last!.keys {
                    found[id] = try await store.execution(id, in: .default)?.state
                }
                #expect(sample.held.contains(found), "variant \(variant)")
                await Self.useEverything(of: store, sample)
                try await store.close()
            }
        }
    }

    @Test(arguments: 0..<lanes)
    func `a damaged database is read in part or refused, and nothing traps`(
        _ lane: Int
    ) async throws {
        let whole = try await Self.sample.value
        for variant in stride(from: lane, to: Self.variants, by: Self.lanes) {
            var sample = whole
            var random = SeededGenerator(seed: UInt64(variant))
            Self.damage(&sample.database, with: &random)
            if random.chance(50) { sample.log = Data() }
            if random.chance(10) { sample.log = sample.olderLog }
            try await withFolder { folder in
                do {
                    let store = try Self.open(sample, in: folder)
                    await Self.useEverything(of: store, sample)
                    try? await store.close()
                } catch let error as StoreError {
                    #expect(error.isUnavailable, "variant \(variant): \(error)")
                }
            }
        }
    }

    /// Flips up to 64 bytes, cuts the end off, or empties a page.
    private static func damage(_ data: inout Data, with random: inout SeededGenerator) {
        switch random.below(4) {
        case 0, 1:
            for _ in 0..<(1 + random.below(64)) {
                data[random.below(data.count)] ^= UInt8(1 + random.below(255))
            }
        case 2:
            data = data.prefix(random.below(data.count))
        default:
            let page = random.below(data.count / 4_096) * 4_096
            data.replaceSubrange(page..<(page + 4_096), with: Data(count: 4_096))
        }
    }

    private static func open(_ sample: Sample, in folder: String) throws -> SQLiteExecutionStore {
        let path = folder + "/stint.sqlite"
        for (suffix, data) in [
            ("", sample.database), ("-wal", sample.log), ("-shm", sample.index),
        ] where !data.isEmpty {
            try data.write(to: URL(fileURLWithPath: path + suffix))
        }
        return try SQLiteExecutionStore(path: path, settings: .tight)
    }

    /// Asks everything that can be asked; an error is an answer.
    private static func useEverything(
        of store: SQLiteExecutionStore, _ sample: Sample
    ) async {
        for (number, id) in sample.held.last!.keys.enumerated() {
            if let found = try? await store.execution(id, in: .default) { show(found) }
            if number % 4 == 0 {
                _ = try? await store.trail(of: id, in: .default, after: nil, limit: 50)
            }
        }
        for key in ExecutionQuery.Key.allCases {
            var query = ExecutionQuery(workspace: .default)
            query.key = key
            let page = try? await store.page(query, after: nil, limit: 50)
            page?.items.forEach(show)
        }
        _ = try? await store.open(limit: 100)
        let clients = try? await store.clients(in: .default, after: nil, limit: 100)
        for client in clients?.items ?? [] { _ = client.ledger.made + client.ledger.inFlight }
        _ = try? await store.clientTotals(in: .default)
        for level in [RollUpLevel.minute, .day] {
            let cells = try? await store.rollUps(
                level, in: .default, from: Instant.writable.lowerBound,
                to: Instant.writable.upperBound)
            for cell in cells ?? [] { _ = cell.cell[.okDuration].quantile(0.95) }
        }
        var ledger = StoreLedger(seed: 1)
        for _ in 0..<5 { try? await ledger.record(ledger.nextEvents(), in: store) }
        let again = sample.held.last!.keys.prefix(5).map {
            Event(.executionHeartbeat, execution: $0, at: SampleFleet.noon + .days(1))
        }
        _ = try? await store.record(RecordingGroup(again))
        _ = try? await store.expire(
            Expiry(
                retention: .days(1), trailRetention: .zero, now: SampleFleet.noon + .days(400),
                limit: 50))
        try? await store.check()
    }

    /// Makes of it what readers see.
    private static func show(_ found: StoredExecution) {
        let shown = Execution(
            id: found.id, workspace: .default, state: found.state, retention: .days(90))
        for entry in shown.facts.entries { _ = entry.value.value.canonicalJSON }
        for attribute in shown.attributes { _ = attribute.value.canonicalJSON }
    }
}
