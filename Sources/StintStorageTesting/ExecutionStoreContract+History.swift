import StintModel
import StintStorage
import Testing

extension ExecutionStoreContract {
    static let history = [
        Clause("a list holds exactly what its query matches, in its order") { store in
            let histories = try await Self.fill(store, count: 300, seed: 11)
            var random = SeededGenerator(seed: 11)
            for _ in 0..<150 {
                let query = Self.query(&random, of: histories)
                let limit = 1 + random.below(60)
                let found = try await Self.all(query, in: store, limit: limit)
                let expected = histories.filter { query.matches($0.id, $0.state) }
                #expect(Set(found.map(\.id)) == Set(expected.map(\.id)), "\(query)")
                #expect(found.count == expected.count, "\(query)")
                let keys = found.compactMap {
                    query.key == .start ? $0.state.sortAt : $0.state.stopAt
                }
                #expect(keys == (query.order == .ascending ? keys.sorted() : keys.sorted(by: >)))
            }
        },
        Clause("pages neither repeat nor skip a row while newer ones arrive") { store in
            let histories = try await Self.fill(store, count: 120, seed: 12)
            var fleet = SampleFleet(seed: 99, begin: SampleFleet.noon + .days(1))
            var seen: [ExecutionID] = []
            var position: PagePosition?
            repeat {
                let page = try await store.page(
                    ExecutionQuery(workspace: .default), after: position, limit: 7)
                seen += page.items.map(\.id)
                position = page.next
                _ = try await store.record(RecordingGroup(fleet.next()))
            } while position != nil
            #expect(seen.count == histories.count)
            #expect(Set(seen) == Set(histories.map(\.id)))
        },
        Clause("executions of the same instant appear once each over all pages") { store in
            let ids = (0..<100).map { ExecutionID(rawValue: "same-\($0)")! }
            for id in ids {
                let event = Event(.executionStarted, execution: id, at: SampleFleet.noon)
                _ = try await store.record(RecordingGroup([event]))
            }
            for order in ExecutionQuery.Order.allCases {
                var query = ExecutionQuery(workspace: .default)
                query.order = order
                let found = try await Self.all(query, in: store, limit: 9)
                #expect(found.count == 100)
                #expect(Set(found.map(\.id)) == Set(ids))
            }
        },
        Clause("ranges are half-open") { store in
            let id = ExecutionID(rawValue: "edge")!
            let event = Event(.executionStarted, execution: id, at: SampleFleet.noon)
            _ = try await store.record(RecordingGroup([event]))
            var query = ExecutionQuery(workspace: .default)
            query.from = SampleFleet.noon
            #expect(try await store.page(query, after: nil, limit: 1).items.count == 1)
            query.to = SampleFleet.noon
            query.from = nil
            #expect(try await store.page(query, after: nil, limit: 1).items.isEmpty)
        },
        Clause("an execution whose start becomes known moves to it") { store in
            let id = ExecutionID(rawValue: "moves")!
            let queued = Event(.executionQueued, execution: id, at: SampleFleet.noon)
            let started = Event(
                .executionStarted, execution: id, at: SampleFleet.noon + .seconds(60))
            _ = try await store.record(RecordingGroup([queued]))
            var query = ExecutionQuery(workspace: .default)
            query.from = SampleFleet.noon + .seconds(30)
            #expect(try await store.page(query, after: nil, limit: 1).items.isEmpty)
            _ = try await store.record(RecordingGroup([started]))
            #expect(try await store.page(query, after: nil, limit: 1).items.count == 1)
        },
        Clause("words of an error are found once it is shown, and no longer when it is not") {
            store in
            let id = ExecutionID(rawValue: "searched")!
            var failed = Event(.executionFinished, execution: id, at: SampleFleet.noon)
            failed.outcome = .failed
            failed.failure = Failure(type: "QuotaExceeded", message: "Zebra crossing")
            _ = try await store.record(RecordingGroup([failed]))
            var query = ExecutionQuery(workspace: .default)
            query.words = SearchText.words(in: "zeb QUOTA")
            #expect(try await store.page(query, after: nil, limit: 5).items.count == 1)
            let redriven = Event(
                .executionStarted, execution: id, at: SampleFleet.noon + .seconds(5), attempt: 2)
            _ = try await store.record(RecordingGroup([redriven]))
            #expect(try await store.page(query, after: nil, limit: 5).items.isEmpty)
            query.words = ["searc"]
            #expect(try await store.page(query, after: nil, limit: 5).items.count == 1)
        },
    ]

    static let trail = [
        Clause("the trail holds the events as they arrived, page by page") { store in
            var fleet = SampleFleet(seed: 21)
            var random = SeededGenerator(seed: 21)
            let events = fleet.next().shuffled(using: &random)
            for (number, event) in events.enumerated() {
                let receivedAt = SampleFleet.noon + .seconds(Int64(number))
                _ = try await store.record(RecordingGroup([event], receivedAt: receivedAt))
            }
            var entries: [TrailEntry] = []
            var position: PagePosition?
            repeat {
                let page = try await store.trail(
                    of: events[0].execution!, in: .default, after: position, limit: 3)
                entries += page.entries
                position = page.next
            } while position != nil
            #expect(entries.map(\.event) == events)
            #expect(
                entries.map(\.receivedAt)
                    == events.indices.map { SampleFleet.noon + .seconds(Int64($0)) })
        },
        Clause("a repetition leaves no trail, an event that says less than is known does") {
            store in
            let id = ExecutionID(rawValue: "trail")!
            let late = Event(
                .executionHeartbeat, execution: id, at: SampleFleet.noon + .seconds(9))
            let early = Event(
                .executionHeartbeat, execution: id, at: SampleFleet.noon + .seconds(5))
            let first = Event(.executionStarted, execution: id, at: SampleFleet.noon)
            for event in [first, late, late, early, early, late] {
                _ = try await store.record(RecordingGroup([event]))
            }
            let page = try await store.trail(of: id, in: .default, after: nil, limit: 10)
            #expect(page.entries.map(\.event) == [first, late, early])
        },
    ]

    static let keeping = [
        Clause("what ended long enough ago expires, what is open does not") { store in
            var fleet = SampleFleet(seed: 31)
            let histories = (0..<40).map { _ in fleet.next() }
            _ = try await store.record(RecordingGroup(histories.flatMap(\.self)))
            let retention = TimeSpan.days(90)
            func expiry(at now: Instant) -> Expiry {
                var expiry = Expiry(
                    retention: retention, trailRetention: .days(1_000), now: now, limit: 7)
                expiry.minutes = .days(400)
                return expiry
            }
            let early = SampleFleet.noon + .days(90)
            var removed = 1
            while removed > 0 {
                removed = try await store.expire(expiry(at: early))
            }
            let all = try await Self.all(
                ExecutionQuery(workspace: .default), in: store, limit: 100)
            #expect(all.count == 40)

            let late = SampleFleet.noon + .days(93)
            removed = 1
            while removed > 0 {
                removed = try await store.expire(expiry(at: late))
            }
            let rest = try await Self.all(
                ExecutionQuery(workspace: .default), in: store, limit: 100)
            #expect(
                Set(rest.map(\.state))
                    == Set(histories.map(Self.state).filter { !$0.status.isFinal }))
            for events in histories where Self.state(events).status.isFinal {
                let id = events[0].execution!
                #expect(try await store.execution(id, in: .default) == nil)
                #expect(
                    try await store.trail(of: id, in: .default, after: nil, limit: 1)
                        .entries.isEmpty)
                var query = ExecutionQuery(workspace: .default)
                query.words = SearchText.words(in: id.rawValue)
                #expect(try await store.page(query, after: nil, limit: 1).items.isEmpty)
            }
            // What expired still counts.
            try await Self.expectRollUps(of: histories, in: store)
        },
        Clause("the trail expires by itself") { store in
            var fleet = SampleFleet(seed: 32)
            let events = fleet.next()
            let id = events[0].execution!
            _ = try await store.record(RecordingGroup(events))
            _ = try await store.expire(
                Expiry(
                    retention: .days(90), trailRetention: .days(7),
                    now: SampleFleet.noon + .days(8)))
            #expect(
                try await store.trail(of: id, in: .default, after: nil, limit: 1).entries.isEmpty)
            #expect(try await store.execution(id, in: .default) != nil)
        },
    ]

    // MARK: Parts

    static func fill(
        _ store: any ExecutionStore, count: Int, seed: UInt64
    ) async throws -> [StoredExecution] {
        var fleet = SampleFleet(seed: seed)
        let histories = (0..<count).map { _ in fleet.next() }
        for portion in stride(from: 0, to: count, by: 50) {
            let events = histories[portion..<min(count, portion + 50)].flatMap(\.self)
            _ = try await store.record(RecordingGroup(events))
        }
        return histories.map {
            StoredExecution(id: $0[0].execution!, revision: 1, state: state($0))
        }
    }

    static func all(
        _ query: ExecutionQuery, in store: any ExecutionStore, limit: Int
    ) async throws -> [StoredExecution] {
        var found: [StoredExecution] = []
        var position: PagePosition?
        repeat {
            let page = try await store.page(query, after: position, limit: limit)
            #expect(page.items.count <= limit)
            found += page.items
            position = page.next
        } while position != nil
        return found
    }

    /// A query of one to a few filters, most of which some execution passes.
    static func query(
        _ random: inout SeededGenerator, of executions: [StoredExecution]
    ) -> ExecutionQuery {
        var query = ExecutionQuery(workspace: .default)
        query.key = random.pick(ExecutionQuery.Key.allCases)
        query.order = random.pick(ExecutionQuery.Order.allCases)
        for _ in 0..<random.below(4) {
            let example = random.pick(executions)
            let state = example.state
            switch random.below(13) {
            case 0: query.agent = state.agent
            case 1: query.statuses.insert(state.status)
            case 2: query.from = state.sortAt
            case 3: query.to = state.sortAt
            case 4: query.user = state.fact(.user)?.string
            case 5: query.correlation = state.fact(.correlation)?.string
            case 6: query.errorType = state.failure?.type
            case 7: query.environment = random.pick(["production", "test"])
            case 8:
                query.goalMet = random.chance(50)
                query.isCounted = random.chance(50) ? random.chance(80) : nil
            case 9: query.minimumDuration = state.duration?.span
            case 10: query.maximumDuration = state.duration?.span
            case 11:
                if let entry = state.attributes.entries.first(where: { _ in random.chance(50) }) {
                    query.attributes.append(
                        .init(key: entry.key, value: entry.value.value.text))
                }
            default:
                let word = random.pick(SearchText.words(of: example.id, state))
                query.words.append(String(word.prefix(1 + random.below(word.count))))
            }
        }
        return query
    }
}
