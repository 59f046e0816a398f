import Logging
import ServiceLifecycle
import StintModel
import StintStorage
import StintStorageSQLite
import StintStorageTesting
import Testing

@testable import StintServer

/// The dead are found, by the law alone, whatever the clocks do.
@Suite struct LostExecutionSweeperTests {
    struct Place: Sendable {
        let store: SQLiteExecutionStore
        let clock: SetClock
        let sweeper: LostExecutionSweeper<ContinuousClock>

        func start(_ id: String, heartbeat: Int64? = nil, timeout: Int64? = nil) async throws {
            var event = Event(
                .executionStarted, execution: ExecutionID(rawValue: id)!, at: SampleFleet.noon)
            if let heartbeat { event.facts.append(Fact(.heartbeatSeconds, .integer(heartbeat))) }
            if let timeout { event.facts.append(Fact(.timeoutSeconds, .integer(timeout))) }
            _ = try await store.record(RecordingGroup([event], receivedAt: SampleFleet.noon))
        }

        func status(_ id: String) async throws -> ExecutionStatus? {
            try await store.execution(ExecutionID(rawValue: id)!, in: .default)?.state.status
        }
    }

    static func use(_ body: @Sendable (Place) async throws -> Void) async throws {
        try await ServerUnderTest.use { server in
            let clock = SetClock()
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            let recorder = Recorder(
                store: server.store, now: { clock.now }, logger: logger, onCommit: { _ in })
            let sweeper = LostExecutionSweeper(
                store: server.store, recorder: recorder, interval: .seconds(15),
                clock: .continuous, now: { clock.now }, logger: logger)
            let group = ServiceGroup(
                configuration: .init(services: [.init(service: recorder)], logger: logger))
            try await withThrowingTaskGroup { tasks in
                tasks.addTask { try await group.run() }
                try await body(Place(store: server.store, clock: clock, sweeper: sweeper))
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
        }
    }

    @Test func `who broke a promise is lost from the next microsecond on, who made none never`()
        async throws
    {
        try await Self.use { place in
            try await place.start("beats", heartbeat: 60)
            try await place.start("ends", timeout: 60)
            try await place.start("free")
            place.clock.set(SampleFleet.noon + .seconds(60))
            await place.sweeper.sweep(since: SampleFleet.noon)
            for id in ["beats", "ends", "free"] {
                #expect(try await place.status(id) == .running)
            }
            place.clock.set(SampleFleet.noon + TimeSpan(microseconds: 60_000_001))
            await place.sweeper.sweep(since: SampleFleet.noon)
            #expect(try await place.status("beats") == .lost)
            #expect(try await place.status("ends") == .lost)
            place.clock.set(SampleFleet.noon + .days(300))
            await place.sweeper.sweep(since: SampleFleet.noon)
            #expect(try await place.status("free") == .running)
        }
    }

    @Test func `any number of sweepers say the same once`() async throws {
        try await Self.use { place in
            for number in 0..<50 { try await place.start("run-\(number)", heartbeat: 10) }
            place.clock.set(SampleFleet.noon + .seconds(100))
            await withTaskGroup { group in
                for _ in 0..<4 {
                    group.addTask { await place.sweeper.sweep(since: SampleFleet.noon) }
                }
            }
            for number in 0..<50 {
                let id = ExecutionID(rawValue: "run-\(number)")!
                let trail = try await place.store.trail(
                    of: id, in: .default, after: nil, limit: 10)
                #expect(trail.entries.map(\.event.kind) == [.executionStarted, .executionLost])
            }
            #expect(try await place.store.audit(nil).isBalanced)
        }
    }

    @Test func `silence while the server did not hear proves nothing`() async throws {
        try await Self.use { place in
            try await place.start("beats", heartbeat: 60)
            // It was away for an hour, and has been back for ten seconds.
            let back = SampleFleet.noon + .seconds(3_600)
            place.clock.set(back + .seconds(10))
            await place.sweeper.sweep(since: back)
            #expect(try await place.status("beats") == .running)
            place.clock.set(back + .seconds(61))
            await place.sweeper.sweep(since: back)
            #expect(try await place.status("beats") == .lost)
        }
    }

    @Test func `a later word overrules the verdict`() async throws {
        try await Self.use { place in
            try await place.start("beats", heartbeat: 60)
            place.clock.set(SampleFleet.noon + .seconds(90))
            await place.sweeper.sweep(since: SampleFleet.noon)
            #expect(try await place.status("beats") == .lost)
            let word = Event(
                .executionHeartbeat, execution: ExecutionID(rawValue: "beats")!,
                at: SampleFleet.noon + .seconds(80))
            _ = try await place.store.record(
                RecordingGroup([word], receivedAt: SampleFleet.noon + .seconds(95)))
            #expect(try await place.status("beats") == .running)
            // It promised to be heard again.
            place.clock.set(SampleFleet.noon + .seconds(200))
            await place.sweeper.sweep(since: SampleFleet.noon)
            #expect(try await place.status("beats") == .lost)
        }
    }

    // MARK: Clocks

    static let start = ContinuousClock.now

    @Test func `hearing goes on while both clocks go on alike`() {
        var hearing = Hearing<ContinuousClock>(now: SampleFleet.noon, elapsed: Self.start)
        for tick in 1...100 {
            // A drift of one in a hundred is no step.
            hearing.look(
                now: SampleFleet.noon + TimeSpan(microseconds: Int64(tick) * 15_150_000),
                elapsed: Self.start + .seconds(15 * tick))
        }
        #expect(hearing.since == SampleFleet.noon)
    }

    @Test(arguments: [3_600, -3_600, 86_400 * 3_650, -86_400] as [Int64])
    func `hearing begins anew where the clock was set`(_ step: Int64) {
        var hearing = Hearing<ContinuousClock>(now: SampleFleet.noon, elapsed: Self.start)
        hearing.look(now: SampleFleet.noon + .seconds(15), elapsed: Self.start + .seconds(15))
        let set = SampleFleet.noon + .seconds(30 + step)
        hearing.look(now: set, elapsed: Self.start + .seconds(30))
        #expect(hearing.since == set)
        hearing.look(now: set + .seconds(15), elapsed: Self.start + .seconds(45))
        #expect(hearing.since == set)
    }

    @Test func `nobody is found lost because the clock was set ahead`() async throws {
        try await Self.use { place in
            try await place.start("beats", heartbeat: 60)
            var hearing = Hearing<ContinuousClock>(now: SampleFleet.noon, elapsed: Self.start)
            let set = SampleFleet.noon + .days(3_650)
            place.clock.set(set)
            hearing.look(now: set, elapsed: Self.start + .seconds(15))
            await place.sweeper.sweep(since: hearing.since)
            #expect(try await place.status("beats") == .running)
        }
    }
}
