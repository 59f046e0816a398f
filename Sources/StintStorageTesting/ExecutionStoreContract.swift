import StintMetrics
import StintModel
public import StintStorage
public import Testing

/// What every store promises, one clause a promise.
///
/// A back end's tests run each clause on a store of its own, empty at first.
public enum ExecutionStoreContract {
    public struct Clause: Sendable, CustomTestStringConvertible {
        public let testDescription: String
        public let verify: @Sendable (any ExecutionStore & KeyStore) async throws -> Void

        init(
            _ testDescription: String,
            verify: @escaping @Sendable (any ExecutionStore & KeyStore) async throws -> Void
        ) {
            self.testDescription = testDescription
            self.verify = verify
        }
    }

    public static let clauses =
        recording + reading + history + trail + figures + diagnosis + keeping + silence + erasure
        + traces + tracedEnds + load + clients + books + pricing + keys + sessions

    // MARK: Recording

    static let recording = [
        Clause("what was recorded is read back") { store in
            var fleet = SampleFleet(seed: 1)
            for _ in 0..<20 {
                let events = fleet.next()
                _ = try await store.record(RecordingGroup(events))
                let found = try #require(
                    try await store.execution(events[0].execution!, in: .default))
                #expect(found.state == Self.state(events))
                #expect(found.revision == 1)
            }
        },
        Clause("order, grouping and repetition do not matter") { store in
            var fleet = SampleFleet(seed: 2)
            var random = SeededGenerator(seed: 2)
            for _ in 0..<30 {
                let events = fleet.next()
                var deliveries = events + events.filter { _ in random.chance(30) }
                deliveries.shuffle(using: &random)
                while !deliveries.isEmpty {
                    let portion = deliveries.prefix(1 + random.below(4))
                    _ = try await store.record(RecordingGroup(Array(portion)))
                    deliveries.removeFirst(portion.count)
                }
                let found = try await store.execution(events[0].execution!, in: .default)
                #expect(found?.state == Self.state(events))
            }
        },
        Clause("recording the same again changes nothing") { store in
            var fleet = SampleFleet(seed: 3)
            let events = fleet.next() + fleet.next()
            let first = try await store.record(RecordingGroup(events))
            #expect(first.count == 2)
            let before = try await store.execution(events[0].execution!, in: .default)
            let again = try await store.record(RecordingGroup(events.reversed()))
            #expect(again.isEmpty)
            #expect(try await store.execution(events[0].execution!, in: .default) == before)
        },
        Clause("a change is told once, with a revision that counts changes") { store in
            let id = ExecutionID(rawValue: "once")!
            let queued = Event(.executionQueued, execution: id, at: SampleFleet.noon)
            let started = Event(
                .executionStarted, execution: id, at: SampleFleet.noon + .seconds(1))
            let both = RecordingGroup(
                recordings: [
                    Recording(workspace: .default, id: id, first: queued),
                    Recording(workspace: .default, id: id, first: started),
                ], receivedAt: SampleFleet.noon)
            let first = try await store.record(both)
            #expect(first.map(\.id) == [id] && first.map(\.revision) == [1])
            let beat = Event(
                .executionHeartbeat, execution: id, at: SampleFleet.noon + .seconds(2))
            let second = try await store.record(RecordingGroup([beat]))
            #expect(second.map(\.id) == [id] && second.map(\.revision) == [2])
        },
        Clause("many writers who all say everything end with the same record") { store in
            var fleet = SampleFleet(seed: 4)
            let histories = (0..<20).map { _ in fleet.next() }
            try await withThrowingTaskGroup { group in
                for writer in 0..<4 {
                    group.addTask {
                        var random = SeededGenerator(seed: UInt64(writer))
                        for event in histories.flatMap(\.self).shuffled(using: &random) {
                            _ = try await store.record(RecordingGroup([event]))
                        }
                    }
                }
                try await group.waitForAll()
            }
            for events in histories {
                let found = try await store.execution(events[0].execution!, in: .default)
                #expect(found?.state == Self.state(events))
            }
            try await Self.expectRollUps(of: histories, in: store)
        },
        Clause("roll-ups equal what the executions count for, at every level") { store in
            var fleet = SampleFleet(seed: 5, spacing: .seconds(900))
            var random = SeededGenerator(seed: 5)
            let histories = (0..<60).map { _ in fleet.next() }
            var deliveries = histories.flatMap(\.self)
            deliveries += deliveries.filter { _ in random.chance(20) }
            deliveries.shuffle(using: &random)
            while !deliveries.isEmpty {
                let portion = deliveries.prefix(1 + random.below(40))
                _ = try await store.record(RecordingGroup(Array(portion)))
                deliveries.removeFirst(portion.count)
            }
            try await Self.expectRollUps(of: histories, in: store)
        },
        Clause("an execution of many steps is kept whole, one event at a time") { store in
            let id = ExecutionID(rawValue: "many-steps")!
            var events: [Event] = []
            for number in 0..<150 {
                var step = Event(
                    .stepStarted, execution: id,
                    at: SampleFleet.noon + .seconds(Int64(number)))
                step.step = "step-\(number)"
                events.append(step)
                _ = try await store.record(RecordingGroup([step]))
            }
            var last = Event(.stepFinished, execution: id, at: SampleFleet.noon + .seconds(200))
            last.step = "step-3"
            last.outcome = .succeeded
            events.append(last)
            _ = try await store.record(RecordingGroup([last]))
            let found = try await store.execution(id, in: .default)
            #expect(found?.state == Self.state(events))
        },
        Clause("texts that look the same but are spelled otherwise are different") { store in
            let ids = ["caf\u{E9}", "cafe\u{301}"].map { ExecutionID(rawValue: $0)! }
            for id in ids {
                let event = Event(.executionStarted, execution: id, at: SampleFleet.noon)
                _ = try await store.record(RecordingGroup([event]))
            }
            for id in ids {
                let found = try await store.execution(id, in: .default)
                #expect(found?.id.rawValue.unicodeScalars.count == id.rawValue.unicodeScalars.count)
            }
            let all = try await Self.all(
                ExecutionQuery(workspace: .default), in: store, limit: 10)
            #expect(all.count == 2)
        },
    ]

    // MARK: Reading

    static let reading = [
        Clause("what nobody told of is not there") { store in
            let found = try await store.execution(ExecutionID(rawValue: "none")!, in: .default)
            #expect(found == nil)
        },
        Clause("a workspace sees only itself") { store in
            var fleet = SampleFleet(seed: 6)
            let events = fleet.next()
            let id = events[0].execution!
            _ = try await store.record(RecordingGroup(events, in: .other))
            #expect(try await store.execution(id, in: .default) == nil)
            #expect(try await store.execution(id, in: .other) != nil)
            var query = ExecutionQuery(workspace: .default)
            #expect(try await store.page(query, after: nil, limit: 10).items.isEmpty)
            query.words = ["ex"]
            #expect(try await store.page(query, after: nil, limit: 10).items.isEmpty)
            let trail = try await store.trail(of: id, in: .default, after: nil, limit: 10)
            #expect(trail.entries.isEmpty)
            let cells = try await store.rollUps(
                .day, in: .default, from: Instant(microseconds: 0),
                to: Instant(microseconds: .max))
            #expect(cells.isEmpty)
        },
        Clause("the open ones are those that have not ended, oldest first") { store in
            var fleet = SampleFleet(seed: 7)
            let histories = (0..<80).map { _ in fleet.next() }
            _ = try await store.record(RecordingGroup(histories.flatMap(\.self)))
            let open = try await store.open(limit: 1_000)
            let expected = histories.map(Self.state).filter { !$0.status.isFinal }
            #expect(open.count == expected.count)
            #expect(Set(open.map(\.execution.state)) == Set(expected))
            let starts = open.map(\.execution.state.sortAt)
            #expect(starts == starts.sorted())
            #expect(try await store.open(limit: 2).count == 2)
        },
    ]

    // MARK: Parts

    static func state(_ events: [Event]) -> ExecutionState {
        var state = ExecutionState(events[0])
        for event in events.dropFirst() { state.apply(event) }
        return state
    }

    static func expectRollUps(
        of histories: [[Event]], in store: any ExecutionStore, prices: PriceBook = PriceBook(),
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await expectRollUps(
            ofStates: histories.map(state), in: store, prices: prices,
            sourceLocation: sourceLocation)
    }

    static func expectRollUps(
        ofStates states: [ExecutionState], in store: any ExecutionStore,
        prices: PriceBook = PriceBook(), sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        var scratch = RollUpDelta()
        for state in states { scratch.replace(nil, with: state, in: .default, prices: prices) }
        let expected = scratch.cells()
        for level in RollUpLevel.allCases {
            var found: [RollUpKey: RollUpCell] = [:]
            for stored in try await store.rollUps(
                level, in: .default, from: Instant(microseconds: 0),
                to: Instant(microseconds: .max))
            where !stored.cell.isEmpty {
                let key = RollUpKey(
                    workspace: .default, level: level, start: stored.start, agent: stored.agent,
                    model: stored.model)
                found[key] = stored.cell
            }
            #expect(
                found == expected.filter { $0.key.level == level },
                sourceLocation: sourceLocation)
        }
    }
}
