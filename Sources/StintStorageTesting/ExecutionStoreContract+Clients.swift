import StintModel
import StintStorage
import Testing

// What became of the events that clients number.

extension ExecutionStoreContract {
    static let clients = [
        Clause("the books of clients are the same in whatever order and how often batches come") {
            store in
            var random = SeededGenerator(seed: 90)
            var samples = SampleClients(seed: 90)
            let sent = (0..<6).map { _ in samples.batches(count: 1 + random.below(40)) }
            var deliveries = sent.flatMap(\.self)
            deliveries += deliveries.filter { _ in random.chance(30) }
            deliveries.shuffle(using: &random)
            while !deliveries.isEmpty {
                let portion = deliveries.prefix(1 + random.below(20))
                deliveries.removeFirst(portion.count)
                _ = try await store.record(Self.group(Array(portion)))
            }
            let found = try await Self.clients(store)
            #expect(found.count == sent.count)
            for batches in sent {
                let ledger = try #require(found.first { $0.id == batches[0].client }).ledger
                #expect(ledger.highest == batches.last?.numbers.upperBound)
                #expect(ledger.stored == batches.reduce(0) { $0 + $1.stored })
                #expect(ledger.rejected == batches.reduce(0) { $0 + $1.rejected })
                #expect(ledger.dropped == batches.last?.dropped)
                #expect(ledger.inFlight == 0 && ledger.made == ledger.highest)
                #expect(ledger.unknown == 0)
            }
            let totals = try await store.clientTotals(in: .default)
            #expect(totals.clients == 6 && totals.missing == 0)
            #expect(totals.received == found.reduce(0) { $0 + $1.ledger.received })
            #expect(totals.dropped == found.reduce(0) { $0 + $1.ledger.dropped })
            try await Self.expectBalance(store)
        },
        Clause("what did not come is in flight, and the gaps say where") { store in
            var samples = SampleClients(seed: 91)
            let batches = samples.batches(count: 30)
            _ = try await store.record(Self.group(Array(batches[3...9])))
            _ = try await store.record(Self.group(Array(batches[20...])))
            let ledger = try #require(try await Self.clients(store).first).ledger
            #expect(ledger.gaps.first == 1...(batches[3].numbers.lowerBound - 1))
            #expect(
                ledger.gaps.contains {
                    $0.lowerBound == batches[9].numbers.upperBound + 1
                        && $0.upperBound == batches[20].numbers.lowerBound - 1
                })
            let received = (batches[3...9] + batches[20...]).reduce(0) {
                $0 + $1.stored + $1.rejected
            }
            #expect(ledger.received == received)
            #expect(ledger.inFlight == ledger.highest - received - ledger.dropped)
            #expect(ledger.inFlight > 0)
            #expect(try await store.clientTotals(in: .default).missing == ledger.inFlight)
        },
        Clause("batches count with what came beside them, or not at all") { store in
            var samples = SampleClients(seed: 92)
            var fleet = SampleFleet(seed: 92)
            var group = RecordingGroup(fleet.next())
            group.batches = samples.batches(count: 3)
            group.receivedAt = SampleFleet.noon
            #expect(try await store.record(group).count == 1)
            group.receivedAt = SampleFleet.noon + .seconds(5)
            #expect(try await store.record(group).isEmpty)
            let found = try #require(try await Self.clients(store).first)
            #expect(found.id == group.batches[0].client)
            #expect(found.ledger.firstSeenAt == SampleFleet.noon)
            #expect(found.ledger.lastSeenAt == SampleFleet.noon + .seconds(5))
            #expect(found.ledger.stored == group.batches.reduce(0) { $0 + $1.stored })
        },
        Clause("clients are listed by when they were heard last, each workspace's own") { store in
            var samples = SampleClients(seed: 93)
            var heard: [ClientID] = []
            for second in 0..<7 {
                let batches = samples.batches(count: 1)
                _ = try await store.record(Self.group(batches, after: .seconds(Int64(second / 2))))
                heard.append(batches[0].client)
            }
            var others = SampleClients(seed: 94, in: .other)
            _ = try await store.record(Self.group(others.batches(count: 2)))
            let found = try await Self.clients(store, limit: 2)
            #expect(found.map(\.id) == heard.reversed())
            #expect(try await store.clients(in: .other, after: nil, limit: 9).items.count == 1)
            #expect(try await store.clients(in: .other, after: nil, limit: 1).next == nil)
            #expect(try await store.clientTotals(in: .other).clients == 1)
        },
        Clause("a client that is silent for long is forgotten, but not what it came to") { store in
            var samples = SampleClients(seed: 95)
            let (old, new) = (samples.batches(count: 5), samples.batches(count: 5))
            _ = try await store.record(Self.group(old))
            _ = try await store.record(Self.group(new, after: .days(3)))
            let before = try await store.clientTotals(in: .default)
            var expiry = Expiry(
                retention: .days(90), trailRetention: .days(7),
                now: SampleFleet.noon + .days(7) + .seconds(1))
            while try await store.expire(expiry) > 0 {}
            #expect(try await Self.clients(store).map(\.id) == [new[0].client])
            var after = try await store.clientTotals(in: .default)
            #expect(after.clients == 1)
            after.clients = before.clients
            #expect(after == before)
            // However short the trail is kept, a day.
            expiry.trailRetention = .zero
            expiry.now = SampleFleet.noon + .days(3) + .seconds(80_000)
            #expect(try await store.expire(expiry) == 0)
            expiry.now = SampleFleet.noon + .days(4) + .seconds(1)
            while try await store.expire(expiry) > 0 {}
            #expect(try await Self.clients(store).isEmpty)
            after = try await store.clientTotals(in: .default)
            #expect(after.received == before.received && after.dropped == before.dropped)
            try await Self.expectBalance(store)
        },
        Clause("of too many clients the longest silent are forgotten, but not what they came to") {
            store in
            var samples = SampleClients(seed: 96)
            let excess = 5
            let batches = (0..<ClientLedger.clientsPerWorkspace + excess).map { _ in
                samples.batches(count: 1)[0]
            }
            for (number, batch) in batches.prefix(2 * excess).enumerated() {
                _ = try await store.record(Self.group([batch], after: .seconds(Int64(number))))
            }
            // The oldest is heard of again.
            _ = try await store.record(Self.group([batches[0]], after: .seconds(100)))
            _ = try await store.record(
                Self.group(Array(batches.dropFirst(2 * excess)), after: .seconds(200)))
            let found = try await Self.clients(store, limit: 500)
            let gone = Set(batches.map(\.client)).subtracting(found.map(\.id))
            #expect(gone == Set(batches[1...excess].map(\.client)))
            let totals = try await store.clientTotals(in: .default)
            #expect(totals.clients == ClientLedger.clientsPerWorkspace)
            #expect(totals.stored == batches.reduce(0) { $0 + $1.stored })
            #expect(totals.rejected == batches.reduce(0) { $0 + $1.rejected })
            #expect(totals.received == totals.stored + totals.rejected)
        },
    ]

    private static func group(
        _ batches: [ClientBatch], after delay: TimeSpan = .zero
    ) -> RecordingGroup {
        RecordingGroup(recordings: [], batches: batches, receivedAt: SampleFleet.noon + delay)
    }

    /// All of them, page after page.
    private static func clients(
        _ store: any ExecutionStore, limit: Int = 100
    ) async throws -> [StoredClient] {
        var found: [StoredClient] = []
        var position: PagePosition?
        repeat {
            let page = try await store.clients(in: .default, after: position, limit: limit)
            found += page.items
            position = page.next
        } while position != nil
        return found
    }
}
