import StintMetrics
import Testing

@Suite struct RollUpCellTests {
    private func random(using generator: inout SeededGenerator, density: Double = 0.5) -> RollUpCell
    {
        var cell = RollUpCell()
        for counter in RollUpCell.Counter.allCases where generator.chance(density) {
            cell[counter] = Int64.random(in: -1_000_000...1_000_000, using: &generator)
        }
        for distribution in RollUpCell.Distribution.allCases where generator.chance(density) {
            for _ in 0..<Int.random(in: 1...400, using: &generator) {
                let value = Int64.random(in: 0...5_000_000_000, using: &generator)
                cell[distribution].add(value, count: Int64.random(in: -4...4, using: &generator))
            }
        }
        return cell
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `taking back is the exact inverse of adding`(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let left = random(using: &generator)
        let right = random(using: &generator)
        var sum = left
        sum.add(right)
        var other = right
        other.add(left)
        #expect(sum == other)
        sum.subtract(right)
        #expect(sum == left)
        sum.subtract(left)
        #expect(sum.isEmpty)
    }

    @Test func `taking back stays exact where a sum wraps`() {
        var cell = RollUpCell()
        cell[.inputTokens] = .max
        var other = RollUpCell()
        other[.inputTokens] = 5
        cell.add(other)
        cell.subtract(other)
        #expect(cell[.inputTokens] == .max)
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `what is stored is read back the same`(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let cell = random(using: &generator, density: Double(seed) / 40)
        #expect(RollUpCell(encoded: cell.encoded) == cell)
    }

    @Test func `extreme sums are read back the same`() {
        var cell = RollUpCell()
        for counter in RollUpCell.Counter.allCases {
            cell[counter] = counter.rawValue % 2 == 0 ? .max : .min
        }
        #expect(RollUpCell(encoded: cell.encoded) == cell)
    }

    @Test func `an empty cell is stored as its version alone`() {
        #expect(RollUpCell().encoded == [1])
        #expect(RollUpCell(encoded: [1])?.isEmpty == true)
    }

    @Test func `the stored form is version, tagged counters, tagged sketches`() {
        var cell = RollUpCell()
        cell[.started] = 1
        cell[.costNanos] = -65
        cell[.okDuration].add(3)
        #expect(cell.encoded == [1, 2, 2, 74, 0x81, 0x01, 3, 3, 1, 3, 2])
    }

    @Test func `stored counters and sketches keep their numbers`() {
        #expect(RollUpCell.Counter.allCases.map(\.rawValue) == Array(1...42))
        #expect(RollUpCell.Distribution.allCases.map(\.rawValue) == Array(0...5))
    }

    @Test(
        arguments: [
            [], [0], [2], [1, 2], [1, 2, 0], [1, 0, 2], [1, 4, 2, 2, 2], [1, 2, 2, 2, 2],
            [1, 86, 2], [1, 0xC8, 0x01, 2], [1, 13, 3, 1, 3, 2], [1, 3, 1, 1], [1, 3, 4, 1, 3, 2],
            [1, 3, 3, 1, 3, 2, 2, 2], [1, 3, 3, 1, 3, 2, 3, 3, 1, 3, 2], [1, 3, 3, 2, 3, 2],
            [1, 3, 0],
        ] as [[UInt8]])
    func `damage and what a newer program counted are refused`(_ bytes: [UInt8]) {
        #expect(RollUpCell(encoded: bytes) == nil)
    }

    @Test func `bytes are read as a cell only where that cell writes them`() {
        var generator = SeededGenerator(seed: 33)
        let bytes = random(using: &generator, density: 0.3).encoded
        for _ in 0..<3_000 {
            var damaged = bytes
            let place = Int.random(in: damaged.indices, using: &generator)
            switch Int.random(in: 0...2, using: &generator) {
            case 0: damaged[place] = UInt8.random(in: 0...255, using: &generator)
            case 1: damaged.remove(at: place)
            default: damaged.removeLast(damaged.count - place)
            }
            if let read = RollUpCell(encoded: damaged) { #expect(read.encoded == damaged) }
        }
    }

    @Test(arguments: [
        (0, 0), (999_999, 0), (1_000_000, 1), (4_999_999, 1), (5_000_000, 2), (10_000_000, 3),
        (29_999_999, 3), (30_000_000, 4), (59_999_999, 4), (60_000_000, 5), (Int64.max, 5),
    ])
    func `a duration shows in the band that begins at it`(_ microseconds: Int64, _ band: Int) {
        #expect(RollUpCell.band(of: microseconds) == band)
    }
}
