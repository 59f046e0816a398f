import Foundation
import GRDB
import StintMetrics
import StintModel
import StintStorage
import StintStorageSQLite
import StintStorageTesting
import Testing

/// Prices over the life of a file; what any store promises of them is in the contract.
@Suite struct PriceTests {
    private static func book(input: UInt64, from: Instant? = nil) throws -> PriceBook {
        try PriceBook([
            PriceBook.Entry(
                model: "large-*", from: from,
                price: TokenPrice(input: input * 1_000_000_000, output: 10_000_000_001)),
            PriceBook.Entry(
                model: "small-1",
                price: TokenPrice(input: input * 50_000_000, cachedInput: 0, output: 1)),
        ])
    }

    /// Executions of two workspaces, one of them with so many steps that they have rows of their own.
    private static let groups: [RecordingGroup] = {
        var fleet = SampleFleet(seed: 80)
        var groups = (0..<8).map { number in
            RecordingGroup(
                (0..<8).flatMap { _ in fleet.next() }, in: number % 4 == 0 ? .other : .default)
        }
        var at = SampleFleet.noon
        let large = ExecutionID(rawValue: "large")!
        var events = [Event(.executionStarted, execution: large, at: at)]
        for number in 0..<70 {
            at = at + .seconds(1)
            var called = Event(.modelCalled, execution: large, at: at)
            called.step = "step-\(number)"
            called.call = ModelCall(id: "call-\(number)", model: "large-2")
            called.tokens = Tokens(input: 100, output: 1)
            events.append(called)
        }
        var finished = Event(.executionFinished, execution: large, at: at)
        finished.outcome = .succeeded
        groups.append(RecordingGroup(events + [finished]))
        return groups
    }()

    private func cells(_ store: SQLiteExecutionStore) async throws -> [RollUpKey: RollUpCell] {
        var cells: [RollUpKey: RollUpCell] = [:]
        for workspace in [Workspace.default, .other] {
            for level in RollUpLevel.allCases {
                for stored in try await store.rollUps(
                    level, in: workspace, from: Instant.writable.lowerBound,
                    to: Instant.writable.upperBound)
                where !stored.cell.isEmpty {
                    let key = RollUpKey(
                        workspace: workspace, level: level, start: stored.start,
                        agent: stored.agent, model: stored.model)
                    cells[key] = stored.cell
                }
            }
        }
        return cells
    }

    @Test(arguments: [SQLiteSettings(), .tight])
    func `a store opened by other prices equals one that had them from the start`(
        _ settings: SQLiteSettings
    ) async throws {
        let (old, new) = (
            try Self.book(input: 2), try Self.book(input: 3, from: SampleFleet.noon + .seconds(25))
        )
        try await withFolder { folder in
            let path = folder + "/changed.sqlite"
            let before = try SQLiteExecutionStore(path: path, settings: settings)
            _ = try await before.reprice(by: old)
            for group in Self.groups { _ = try await before.record(group) }
            try await before.close()
            #expect(try SQLiteAudit.run(path: path).isBalanced)

            let changed = try SQLiteExecutionStore(path: path, settings: settings)
            #expect(changed.prices == old)
            #expect(try await changed.reprice(by: new) > 20)
            let report = try SQLiteAudit.run(path: path)
            #expect(report.isBalanced, "\(report.differences)")

            let always = try SQLiteExecutionStore(
                path: folder + "/always.sqlite", settings: settings)
            _ = try await always.reprice(by: new)
            for group in Self.groups { _ = try await always.record(group) }
            let expected = try await cells(always)
            #expect(expected.values.contains { $0[.pricedCalls] > 0 })
            #expect(try await cells(changed) == expected)
            try await always.close()
            try await changed.close()

            let again = try SQLiteExecutionStore(path: path, settings: settings)
            #expect(again.prices == new)
            #expect(try await cells(again) == expected)
            try await again.close()
        }
    }

    @Test func `the audit finds cells that are of other prices`() async throws {
        try await withFolder { folder in
            let path = folder + "/stint.sqlite"
            let store = try SQLiteExecutionStore(path: path)
            _ = try await store.reprice(by: try Self.book(input: 2))
            for group in Self.groups { _ = try await store.record(group) }
            try await store.close()
            let database = try DatabaseQueue(path: path)
            try await database.write {
                try $0.execute(
                    sql: "UPDATE setting SET value = ? WHERE name = 'prices'",
                    arguments: [Data(try Self.book(input: 3).encoded)])
            }
            try database.close()
            let report = try SQLiteAudit.run(path: path)
            let broken = Set(AuditLaw.allCases.filter { report[$0].violations > 0 })
            #expect(broken == [.minutes, .days])
        }
    }

    @Test func `prices that are damaged are no prices to go on with`() async throws {
        try await withFolder { folder in
            let path = folder + "/stint.sqlite"
            let store = try SQLiteExecutionStore(path: path)
            _ = try await store.reprice(by: try Self.book(input: 2))
            try await store.close()
            let database = try DatabaseQueue(path: path)
            try await database.write {
                try $0.execute(sql: "UPDATE setting SET value = x'0101' WHERE name = 'prices'")
            }
            try database.close()
            #expect(throws: StoreError.self) { try SQLiteExecutionStore(path: path) }
        }
    }
}
