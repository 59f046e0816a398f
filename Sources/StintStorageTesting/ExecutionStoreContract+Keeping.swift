import StintMetrics
import StintModel
import StintStorage
import Testing

// What is found silent, what is erased, and that the books balance through all of it.

extension ExecutionStoreContract {
    // MARK: Silence

    static let silence = [
        Clause("the silent ones are those whose time has passed, the longest silent first") {
            store in
            var expected: [(until: Instant, id: ExecutionID)] = []
            for number in 0..<30 {
                let id = ExecutionID(rawValue: "silent-\(number)")!
                var event = Event(
                    .executionStarted, execution: id,
                    at: SampleFleet.noon + .seconds(Int64(number * 7 % 30)))
                let limit = Int64(10 + number * 11 % 50)
                if number % 3 > 0 {
                    event.facts = [
                        Fact(
                            number % 3 == 1 ? .timeoutSeconds : .heartbeatSeconds, .integer(limit))
                    ]
                }
                _ = try await store.record(RecordingGroup([event]))
                let state = ExecutionState(event)
                if let silence = state.silence(receivedAt: SampleFleet.noon) {
                    expected.append((silence.until, id))
                }
            }
            let now = SampleFleet.noon + .seconds(50)
            let due = expected.filter { $0.until < now }
            #expect(due.count > 5 && due.count < expected.count)
            let found = try await Self.silent(store, at: now, limit: 4)
            #expect(Set(found.map(\.execution.id)) == Set(due.map(\.id)))
            let ends = found.map { $0.execution.state.silence(receivedAt: $0.receivedAt)!.until }
            #expect(ends == ends.sorted())
            #expect(found.allSatisfy { $0.workspace == .default })
        },
        Clause("who is heard of again, ends or is found lost is silent no more") { store in
            var started = Event(
                .executionStarted, execution: ExecutionID(rawValue: "a")!, at: SampleFleet.noon)
            started.facts = [Fact(.heartbeatSeconds, .integer(10))]
            for id in ["a", "b", "c"] {
                started.execution = ExecutionID(rawValue: id)!
                _ = try await store.record(RecordingGroup([started]))
            }
            let now = SampleFleet.noon + .seconds(20)
            let found = try await Self.silent(store, at: now, limit: 10)
            #expect(found.count == 3)

            let heard = Event(
                .executionHeartbeat, execution: ExecutionID(rawValue: "a")!,
                at: SampleFleet.noon + .seconds(15))
            var ended = Event(
                .executionFinished, execution: ExecutionID(rawValue: "b")!,
                at: SampleFleet.noon + .seconds(15))
            ended.outcome = .succeeded
            let lost = try #require(found.first { $0.execution.id.rawValue == "c" })
            let verdict = try #require(
                lost.execution.state.silence(receivedAt: lost.receivedAt)
            ).event(of: lost.execution.id, attempt: 1)
            _ = try await store.record(RecordingGroup([heard, ended, verdict]))
            #expect(try await Self.silent(store, at: now, limit: 10).isEmpty)
            let again = try await store.record(RecordingGroup([verdict]))
            #expect(again.isEmpty)
            let status = try await store.execution(lost.execution.id, in: .default)?.state.status
            #expect(status == .lost)
            // The one that was heard has a new term.
            let later = try await Self.silent(
                store, at: SampleFleet.noon + .seconds(26), limit: 10)
            #expect(later.map(\.execution.id.rawValue) == ["a"])
        },
    ]

    static func silent(
        _ store: any ExecutionStore, at now: Instant, limit: Int
    ) async throws -> [OpenExecution] {
        var found: [OpenExecution] = []
        var position: PagePosition?
        repeat {
            let page = try await store.silent(at: now, after: position, limit: limit)
            #expect(page.items.count <= limit)
            found += page.items
            position = page.next
        } while position != nil
        return found
    }

    // MARK: Erasure

    static let erasure = [
        Clause("what is erased is gone from everywhere, and stays away") { store in
            var fleet = SampleFleet(seed: 40)
            let histories = (0..<20).map { _ in fleet.next() }
            _ = try await store.record(RecordingGroup(histories.flatMap(\.self)))
            let gone = histories[7]
            let id = gone[0].execution!
            let horizon = SampleFleet.noon + .days(100)
            #expect(!store.erasures.contains(id, in: .default))
            #expect(try await store.erase(id, in: .default, until: horizon))

            #expect(try await store.execution(id, in: .default) == nil)
            #expect(
                try await store.trail(of: id, in: .default, after: nil, limit: 1).entries.isEmpty)
            var query = ExecutionQuery(workspace: .default)
            query.words = SearchText.words(in: id.rawValue)
            #expect(try await store.page(query, after: nil, limit: 1).items.isEmpty)
            let rest = histories.filter { $0[0].execution != id }
            try await Self.expectRollUps(of: rest, in: store)

            #expect(store.erasures.contains(id, in: .default))
            #expect(!store.erasures.contains(id, in: .other))
            let again = try await store.record(RecordingGroup(gone + histories[3]))
            #expect(again.isEmpty)
            #expect(try await store.execution(id, in: .default) == nil)
            #expect(try await store.erase(id, in: .default, until: horizon) == false)
            try await Self.expectBalance(store)
        },
        Clause("a workspace erases its own alone") { store in
            var fleet = SampleFleet(seed: 41)
            let events = fleet.next()
            let id = events[0].execution!
            _ = try await store.record(RecordingGroup(events, in: .other))
            let isThere = try await store.erase(
                id, in: .default, until: SampleFleet.noon + .days(1))
            #expect(!isThere)
            #expect(try await store.execution(id, in: .other) != nil)
        },
        Clause("an erasure is forgotten when nothing of it could come any more") { store in
            var fleet = SampleFleet(seed: 42)
            let events = fleet.next()
            let id = events[0].execution!
            _ = try await store.record(RecordingGroup(events))
            _ = try await store.erase(id, in: .default, until: SampleFleet.noon + .days(3))
            for (day, isKept) in [(2, true), (4, false)] {
                _ = try await store.expire(
                    Expiry(
                        retention: .days(90), trailRetention: .days(7),
                        now: SampleFleet.noon + .days(Int64(day))))
                #expect(store.erasures.contains(id, in: .default) == isKept)
            }
        },
    ]

    // MARK: Books

    static let books = [
        Clause("the books balance after everything that may happen") { store in
            var fleet = SampleFleet(seed: 50, spacing: .seconds(1_800))
            var traces = SampleTraces(seed: 50)
            var clients = SampleClients(seed: 50)
            var random = SeededGenerator(seed: 50)
            for round in 0..<12 {
                let histories = (0..<15).map { _ in fleet.next() }
                var deliveries = histories.flatMap(\.self)
                deliveries += deliveries.filter { _ in random.chance(20) }
                deliveries.shuffle(using: &random)
                let workspace = round % 3 == 0 ? Workspace.other : .default
                while !deliveries.isEmpty {
                    let portion = deliveries.prefix(1 + random.below(30))
                    _ = try await store.record(RecordingGroup(Array(portion), in: workspace))
                    deliveries.removeFirst(portion.count)
                }
                _ = try await store.record(
                    RecordingGroup(traces: traces.next().deliveries(using: &random).flatMap(\.self))
                )
                var crew = SampleCrew(seed: UInt64(round), in: workspace)
                var group = RecordingGroup(crew.reports(count: 20))
                group.batches = clients.batches(count: 5).filter { _ in random.chance(80) }
                group.receivedAt = SampleFleet.noon + .days(Int64(round))
                _ = try await store.record(group)
                _ = try await store.sumWorkerLoad(at: SampleFleet.noon + .days(1), limit: 3)
                let erased = random.pick(histories)[0].execution!
                _ = try await store.erase(
                    erased, in: workspace, until: SampleFleet.noon + .days(900))
                if round % 4 == 3 {
                    // Some of what was recorded so far expires.
                    _ = try await store.expire(
                        Expiry(
                            retention: .days(1), trailRetention: .days(1),
                            now: SampleFleet.noon + .days(2) + .seconds(Int64(round) * 20_000),
                            limit: 10))
                }
            }
            let report = try await Self.expectBalance(store)
            for law in AuditLaw.allCases {
                #expect(report[law].checked > 0, "\(law) was not put to the test")
            }
            // Of one workspace the same, with nothing of the other.
            let own = try await store.audit(.other)
            #expect(own.isBalanced)
            #expect(own.executions < report.executions)
        },
        Clause("the books balance after minutes and hours had their time") { store in
            var fleet = SampleFleet(seed: 51, spacing: .seconds(7_200))
            for _ in 0..<10 {
                let events = (0..<12).flatMap { _ in fleet.next() }
                _ = try await store.record(RecordingGroup(events))
            }
            var expiry = Expiry(
                retention: .days(30), trailRetention: .days(30),
                now: SampleFleet.noon + .days(8), limit: 1_000)
            expiry.minutes = .days(4)
            expiry.hours = .days(6)
            var removed = 1
            while removed > 0 { removed = try await store.expire(expiry) }
            let minutes = try await store.rollUps(
                .minute, in: .default, from: SampleFleet.noon, to: SampleFleet.noon + .days(3))
            #expect(minutes.isEmpty)
            let days = try await store.rollUps(
                .day, in: .default, from: SampleFleet.noon - .days(1),
                to: SampleFleet.noon + .days(3))
            #expect(!days.isEmpty)
            // A late word about an old minute makes no half a cell of it.
            let late = Event(
                .executionStarted, execution: ExecutionID(rawValue: "late")!,
                at: SampleFleet.noon + .seconds(5))
            _ = try await store.record(RecordingGroup([late]))
            try await Self.expectBalance(store)
        },
        Clause("beyond its size the store lets the oldest go first") { store in
            var fleet = SampleFleet(seed: 52, spacing: .seconds(60))
            for _ in 0..<20 {
                let events = (0..<20).flatMap { _ in fleet.next() }
                _ = try await store.record(RecordingGroup(events))
            }
            let query = ExecutionQuery(workspace: .default)
            let before = try await Self.all(query, in: store, limit: 500)
            let expiry = Expiry(
                retention: .days(90), trailRetention: .days(90), maximumBytes: 600_000,
                now: SampleFleet.noon + .days(1), limit: 25)
            var removed = 1
            var rounds = 0
            while removed > 0, rounds < 100 {
                removed = try await store.expire(expiry)
                rounds += 1
            }
            let after = try await Self.all(query, in: store, limit: 500)
            #expect(!after.isEmpty && after.count < before.count)
            // Open ones stay, of the others the newest.
            let ended = before.filter { $0.state.status.isFinal }
            let kept = after.filter { $0.state.status.isFinal }
            #expect(kept.map(\.id) == ended.prefix(kept.count).map(\.id))
            #expect(
                after.count { !$0.state.status.isFinal }
                    == before.count { !$0.state.status.isFinal })
            try await Self.expectBalance(store)
        },
    ]

    @discardableResult
    static func expectBalance(
        _ store: any ExecutionStore, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> AuditReport {
        let report = try await store.audit(nil)
        #expect(report.isBalanced, "\(report.differences)", sourceLocation: sourceLocation)
        return report
    }

    // MARK: Keys

    static let keys = [
        Clause("a key is found by the digest of its secret, and by nothing else") { store in
            #expect(try await store.hasKeys() == false)
            let (key, secret) = AccessKey.make(
                in: .other, name: "collector", scopes: [.ingest, .read],
                expiresAt: SampleFleet.noon + .days(1), at: SampleFleet.noon)
            try await store.add(key, digest: secret.digest)
            #expect(try await store.hasKeys())
            #expect(try await store.key(digest: secret.digest) == key)
            let another = KeySecret(for: .admin)
            #expect(try await store.key(digest: another.digest) == nil)
            #expect(try await store.keys(in: nil) == [key])
            #expect(try await store.keys(in: .other) == [key])
            #expect(try await store.keys(in: .default).isEmpty)
        },
        Clause("a revoked key stays, revoked, in its own workspace alone") { store in
            let (key, secret) = AccessKey.make(
                in: .other, name: "old", scopes: .read, at: SampleFleet.noon)
            try await store.add(key, digest: secret.digest)
            #expect(try await !store.revokeKey(key.id, in: .default, at: SampleFleet.noon))
            let first = SampleFleet.noon + .seconds(5)
            #expect(try await store.revokeKey(key.id, in: .other, at: first))
            #expect(try await store.revokeKey(key.id, in: nil, at: first + .seconds(5)))
            #expect(try await store.key(digest: secret.digest)?.revokedAt == first)
            // Keeping it again, as a file with its secret would, does not bring it back.
            try await store.add(key, digest: secret.digest)
            #expect(try await store.key(digest: secret.digest)?.revokedAt == first)
            #expect(try await store.hasKeys())
        },
        Clause("of a key's uses the newest is kept") { store in
            let (key, secret) = AccessKey.make(
                in: .default, name: "used", scopes: .read, at: SampleFleet.noon)
            try await store.add(key, digest: secret.digest)
            let hour = SampleFleet.noon + .seconds(3_600)
            try await store.noteUse(ofKey: key.id, at: hour)
            try await store.noteUse(ofKey: key.id, at: SampleFleet.noon)
            #expect(try await store.key(digest: secret.digest)?.lastUsedAt == hour)
        },
    ]
}
