import Foundation
import GRDBSQLite
import StintModel
import StintStorage
import StintStorageSQLite
import StintStorageTesting
import Testing

/// A call of the system fails: the first of its kind, the second, and so on, until a run passes
/// without one.
@Suite struct StorageFailureTests {
    struct Fault: Sendable, CustomTestStringConvertible {
        var name: String
        var calls: FaultDisk.Calls
        var code: Int32
        /// What recording may throw for it.
        var isExpected: @Sendable (StoreError) -> Bool
        /// Whether every one counts; else, of the many, fewer and fewer.
        var isRare = false

        var testDescription: String { name }

        static let all = [
            Fault(
                name: "a write that fails", calls: .write, code: 778, isExpected: \.isBroken),
            Fault(
                name: "a full disk", calls: [.write], code: SQLITE_FULL,
                isExpected: { $0 == .full }),
            Fault(
                name: "a sync that fails", calls: .sync, code: 1_034, isExpected: \.isBroken,
                isRare: true),
            Fault(
                name: "a truncation that fails", calls: .truncate, code: 1_546,
                isExpected: \.isBroken, isRare: true),
            Fault(
                name: "a file that cannot be opened", calls: .open, code: SQLITE_CANTOPEN,
                isExpected: \.isUnavailable, isRare: true),
            Fault(
                name: "shared memory that cannot be had", calls: .sharedMemory, code: 4_874,
                isExpected: { $0.isBroken || $0.isUnavailable }, isRare: true),
            Fault(
                name: "a read that fails", calls: .read, code: 266,
                isExpected: { $0.isBroken || $0.isUnavailable }),
        ]
    }

    /// Every single call of the frequent kinds too, with `STINT_ALL_FAULTS=1`.
    static let isExhaustive = figure("STINT_ALL_FAULTS", else: 0) > 0

    @Test(arguments: Fault.all, [1, Int.max])
    func `a store that cannot be made says so, and is made when it can be`(
        _ fault: Fault, shots: Int
    ) async throws {
        try await forEachCall(of: fault) { disk, path, at in
            disk.fail(fault.calls, at: at, shots: shots, code: fault.code)
            do throws(StoreError) {
                try await SQLiteExecutionStore(path: path, settings: .tight).close()
            } catch {
                #expect(error.isUnavailable, "\(error), call \(at)")
            }
            let failures = disk.failures
            disk.heal()
            let store = try SQLiteExecutionStore(path: path, settings: .tight)
            var ledger = StoreLedger(seed: UInt64(at))
            try await ledger.record(ledger.nextEvents(), in: store)
            try await ledger.check(store, "call \(at)")
            try await store.close()
            return failures
        }
    }

    /// All that can happen once the files are open.
    static let whileServing = Fault.all.filter {
        $0.calls.isDisjoint(with: [.open, .sharedMemory])
    }

    @Test(arguments: whileServing, [1, Int.max])
    func `nothing is acknowledged that is not there`(_ fault: Fault, shots: Int) async throws {
        try await forEachCall(of: fault) { disk, path, at in
            var ledger = StoreLedger(seed: UInt64(at))
            var settings = SQLiteSettings.tight
            settings.checkpointBytes = 64 << 10
            let first = try SQLiteExecutionStore(path: path, settings: settings)
            try await ledger.record(ledger.nextEvents(), in: first)
            disk.fail(fault.calls, at: at, shots: shots, code: fault.code)
            var broken: StoreError?
            for _ in 0..<6 {
                do throws(StoreError) {
                    try await ledger.record(ledger.nextEvents(), in: first)
                    #expect(broken == nil, "It was broken, and recorded again; call \(at)")
                } catch {
                    #expect(fault.isExpected(error), "\(error), call \(at)")
                    if error.isBroken { broken = error }
                    if !error.isBroken {
                        // It was refused for now: what was acknowledged can be read all the same.
                        let failures = disk.failures
                        disk.heal()
                        try await ledger.check(first, "refused, call \(at)")
                        if shots > 1 {
                            try await ledger.record(ledger.nextEvents(), in: first)
                            return failures
                        }
                    }
                }
            }
            let failures = disk.failures
            disk.heal()
            if let broken {
                await #expect(throws: broken) { try await first.check() }
            }
            try? await first.close()
            // The next process finds it as the last one left it; or the power went as well.
            if at % 2 == 0 { disk.restart(seed: UInt64(at)) }

            let second = try SQLiteExecutionStore(path: path, settings: settings)
            try await ledger.check(second, "opened again, call \(at)")
            try await ledger.record(ledger.nextEvents(), in: second)
            try await ledger.check(second, "recorded again, call \(at)")
            try await second.close()
            return failures
        }
    }

    @Test(arguments: whileServing.filter { $0.calls.contains(.write) })
    func `what traces tell is whole after a failure, and right when they are sent again`(
        _ fault: Fault
    ) async throws {
        var fleet = SampleTraces(seed: 8)
        var random = SeededGenerator(seed: 8)
        let samples = (0..<5).map { _ in fleet.next() }
        let groups = samples.flatMap { $0.deliveries(using: &random) }
            .shuffled(using: &random).map { RecordingGroup(traces: $0) }
        let told = samples.flatMap { sample in
            TraceRecording(workspace: .default, id: sample.id, spans: sample.spans).told
        }
        try await forEachCall(of: fault) { disk, path, at in
            let first = try SQLiteExecutionStore(path: path, settings: .tight)
            disk.fail(fault.calls, at: at, shots: 1, code: fault.code)
            for group in groups { _ = try? await first.record(group) }
            let failures = disk.failures
            disk.heal()
            try? await first.close()

            let second = try SQLiteExecutionStore(path: path, settings: .tight)
            let report = try await second.audit(nil)
            #expect(report.isBalanced, "\(report.differences), call \(at)")
            for group in groups { _ = try await second.record(group) }
            for told in told {
                let found = try await second.execution(told.id, in: .default)
                #expect(found?.state == told.state, "\(told.id.rawValue), call \(at)")
            }
            let again = try await second.audit(nil)
            #expect(again.isBalanced, "\(again.differences), call \(at)")
            try await second.close()
            return failures
        }
    }

    /// Runs the body with a new disk for the first call, the second, and so on.
    ///
    /// - Parameter body: Answers how many calls failed; none ends it.
    private func forEachCall(
        of fault: Fault, _ body: (FaultDisk, _ path: String, _ at: Int) async throws -> Int
    ) async throws {
        var at = 1
        while true {
            var failures = 0
            try await withFolder { folder in
                let path = folder + "/stint.sqlite"
                failures = try await body(FaultDisk(path: path), path, at)
            }
            if failures == 0 { break }
            // Thinned out in the end: the calls of one group are much alike.
            at += fault.isRare || Self.isExhaustive ? 1 : max(1, at / 6)
        }
        #expect(at > 1, "Nothing failed.")
    }
}
