import StintMetrics
import StintModel
import StintStorage
import Testing

// What calls cost, and what becomes of the roll-ups when the prices change.

extension ExecutionStoreContract {
    static let pricing = [
        Clause("roll-ups cost by the prices that were taken") { store in
            #expect(store.prices == PriceBook())
            #expect(try await store.reprice(by: Self.oldPrices) == 0)
            #expect(store.prices == Self.oldPrices)
            var fleet = SampleFleet(seed: 70)
            let histories = (0..<40).map { _ in fleet.next() }
            _ = try await store.record(RecordingGroup(histories.flatMap(\.self)))
            try await Self.expectRollUps(of: histories, in: store, prices: Self.oldPrices)
            try await Self.expectBalance(store)
        },
        Clause("after other prices the roll-ups are those of a store that always had them") {
            store in
            _ = try await store.reprice(by: Self.oldPrices)
            var fleet = SampleFleet(seed: 71)
            let histories = (0..<60).map { _ in fleet.next() }
            // Of some the end comes later, by other prices than the beginning.
            let begun = histories.enumerated().map { index, events in
                index % 3 == 0 ? Array(events.prefix(events.count / 2)) : events
            }
            for events in begun { _ = try await store.record(RecordingGroup(events)) }
            let changed = try await store.reprice(by: Self.newPrices)
            let due = begun.count { events in
                let state = Self.state(events)
                return Contribution(of: state, prices: Self.oldPrices)
                    != Contribution(of: state, prices: Self.newPrices)
            }
            #expect(changed == due)
            #expect(changed > 10 && changed < begun.count)
            #expect(store.prices == Self.newPrices)
            try await Self.expectRollUps(of: begun, in: store, prices: Self.newPrices)
            try await Self.expectBalance(store)

            for events in histories { _ = try await store.record(RecordingGroup(events)) }
            try await Self.expectRollUps(of: histories, in: store, prices: Self.newPrices)
            let gone = histories[1][0].execution!
            #expect(
                try await store.erase(
                    gone, in: .default, until: SampleFleet.noon + .days(100)))
            let kept = histories.filter { $0[0].execution != gone }
            try await Self.expectRollUps(of: kept, in: store, prices: Self.newPrices)

            // Taken back, nothing is left of them.
            _ = try await store.reprice(by: PriceBook())
            try await Self.expectRollUps(of: kept, in: store)
            #expect(try await store.reprice(by: PriceBook()) == 0)
            try await Self.expectBalance(store)
        },
        Clause("what expired keeps the costs of its time") { store in
            _ = try await store.reprice(by: Self.oldPrices)
            var fleet = SampleFleet(seed: 72)
            let histories = (0..<30).map { _ in fleet.next() }
            _ = try await store.record(RecordingGroup(histories.flatMap(\.self)))
            let expiry = Expiry(
                retention: .days(1), trailRetention: .days(1), now: SampleFleet.noon + .days(3),
                limit: 1_000)
            _ = try await store.expire(expiry)
            let open = histories.filter { !Self.state($0).status.isFinal }
            let kept = try await store.open(limit: 100)
            #expect(Set(kept.map(\.execution.id)) == Set(open.compactMap { $0[0].execution }))
            #expect(try await store.reprice(by: Self.newPrices) == 0)
            try await Self.expectRollUps(of: histories, in: store, prices: Self.oldPrices)
            try await Self.expectBalance(store)
        },
    ]

    private static func book(_ entries: [PriceBook.Entry]) -> PriceBook {
        guard let book = try? PriceBook(entries) else { fatalError("The samples are ambiguous.") }
        return book
    }

    /// Of one of the fleet's models, from a moment within its history on.
    static let oldPrices = book([
        PriceBook.Entry(
            model: "large-2", from: SampleFleet.noon + .seconds(20),
            price: TokenPrice(input: 2_500_000_000, output: 10_000_000_001))
    ])

    /// Another price of it, and one of all others.
    static let newPrices = book([
        PriceBook.Entry(
            model: "large-2", from: SampleFleet.noon + .seconds(30),
            price: TokenPrice(input: 3_000_000_000, cachedInput: 0, output: 15_000_000_000)),
        PriceBook.Entry(model: "s*", price: TokenPrice(input: 75_000_000, output: 37_500_500)),
    ])
}
