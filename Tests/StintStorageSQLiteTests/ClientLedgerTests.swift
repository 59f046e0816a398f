import StintModel
import StintStorage
import StintStorageTesting
import Testing

@Suite struct ClientLedgerTests {
    private static let client = ClientID(rawValue: String(repeating: "0f", count: 16))!

    private static func batch(
        _ numbers: ClosedRange<Int64>, stored: Int64? = nil, rejected: Int64 = 0, dropped: Int64 = 0
    ) -> ClientBatch {
        ClientBatch(
            workspace: .default, client: client, numbers: numbers,
            stored: stored ?? Int64(numbers.count) - rejected, rejected: rejected, dropped: dropped)!
    }

    private static func ledger(_ batches: [ClientBatch]) -> ClientLedger {
        var ledger = ClientLedger(firstSeenAt: SampleFleet.noon)
        for batch in batches { ledger.add(batch, at: SampleFleet.noon) }
        return ledger
    }

    @Test func `neither order nor repetition matters`() {
        var random = SeededGenerator(seed: 1)
        for seed in 0..<200 as Range<UInt64> {
            var samples = SampleClients(seed: seed)
            var batches = samples.batches(count: 1 + random.below(50))
            // Some never come.
            batches.removeAll { _ in random.chance(20) }
            let due = Self.ledger(batches)
            #expect(due.stored == batches.reduce(0) { $0 + $1.stored })
            #expect(due.inFlight == max(0, due.highest - due.received - due.dropped))
            for _ in 0..<3 {
                let again = batches.filter { _ in random.chance(40) }
                #expect(Self.ledger((batches + again).shuffled(using: &random)) == due)
            }
        }
    }

    @Test func `whatever is claimed, a number counts once and the books can be read back`() throws {
        var random = SeededGenerator(seed: 2)
        for _ in 0..<40 {
            var ledger = ClientLedger(firstSeenAt: SampleFleet.noon)
            var covered: Set<Int64> = []
            for _ in 0..<random.below(200) {
                let first = Int64(1 + random.below(2_000))
                let numbers = first...(first + Int64(random.below(30)))
                let stored = Int64(random.below(numbers.count + 1))
                let rejected = Int64(random.below(numbers.count + 1 - Int(stored)))
                ledger.add(
                    Self.batch(
                        numbers, stored: stored, rejected: rejected,
                        dropped: Int64(random.below(50))), at: SampleFleet.noon)
                covered.formUnion(numbers)
                #expect(ledger.received <= covered.count)
                #expect(ledger.highest == covered.max())
                #expect(ledger.gaps.count <= ClientLedger.mostGaps)
                #expect(
                    ledger.made
                        == ledger.stored + ledger.rejected + ledger.dropped + ledger.inFlight)
            }
            let missing = ledger.gaps.flatMap { Array($0) }
            #expect(covered.isDisjoint(with: missing))
            #expect(missing.count + covered.count + Int(ledger.unknown) >= Int(ledger.highest))
            #expect(try ClientLedger(ledger.row) == ledger)
        }
    }

    @Test func `of too many gaps the smallest are counted as unknown`() {
        let gaps = Int64(ClientLedger.mostGaps)
        // Between each two batches so many are missing as there were batches before.
        var numbers: [ClosedRange<Int64>] = []
        var last: Int64 = 0
        for gap in 0...(gaps + 2) {
            numbers.append((last + gap + 1)...(last + gap + 5))
            last += gap + 5
        }
        let ledger = Self.ledger(numbers.map { Self.batch($0) })
        #expect(ledger.gaps.count == Int(gaps))
        #expect(ledger.unknown == 1 + 2)
        #expect(ledger.gaps.allSatisfy { $0.count > 2 })
        let missing = (gaps + 2) * (gaps + 3) / 2
        #expect(ledger.inFlight == missing)
    }

    @Test func `what was dropped is not in flight, nor less than nothing is`() {
        #expect(Self.ledger([Self.batch(1...10, stored: 7, dropped: 3)]).inFlight == 0)
        let ahead = Self.ledger([Self.batch(1...10, dropped: 5)])
        #expect(ahead.inFlight == 0 && ahead.made == 15)
        #expect(Self.ledger([Self.batch(11...20)]).inFlight == 10)
    }

    @Test(
        arguments: [
            (0...5, 1, 0, 0), (1...5, 6, 0, 0), (1...5, 3, 3, 0), (1...5, -1, 0, 0),
            (1...5, 1, -1, 0), (1...5, 1, 0, -1), (1...(1 << 48) + 1, 1, 0, 0),
            (1...5, 1, 0, (1 << 48) + 1), (1...5, .max, .max, 0),
        ] as [(ClosedRange<Int64>, Int64, Int64, Int64)])
    func `no batch is made of what cannot be`(
        _ numbers: ClosedRange<Int64>, _ stored: Int64, _ rejected: Int64, _ dropped: Int64
    ) {
        #expect(
            ClientBatch(
                workspace: .default, client: Self.client, numbers: numbers, stored: stored,
                rejected: rejected, dropped: dropped) == nil)
    }

    @Test(arguments: [
        "", "0", String(repeating: "g", count: 32), String(repeating: "A", count: 32),
        String(repeating: "a", count: 31), String(repeating: "a", count: 33),
        String(repeating: "é", count: 16),
    ])
    func `a client's name is 32 digits`(_ text: String) {
        #expect(ClientID(rawValue: text) == nil)
    }
}
