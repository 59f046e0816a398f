import StintMetrics
import Testing

@Suite struct SketchTests {
    /// The rule written another way: halve until it is below 128, and count the halvings.
    private static func referenceBucket(of value: Int64) -> Int {
        var rest = min(value, 70_368_744_177_664)
        var halvings: Int64 = 0
        while rest >= 128 {
            rest /= 2
            halvings += 1
        }
        return Int(halvings * 64 + rest)
    }

    @Test(arguments: 0...62)
    func `the bucket of each power of two and its neighbours is that of the reference`(_ power: Int)
    {
        for value in [(1 << power) - 1, 1 << power, (1 << power) + 1] as [Int64] {
            #expect(Sketch.bucket(of: value) == Self.referenceBucket(of: value))
        }
    }

    @Test func `the bucket of a million random values is that of the reference and close to them`()
    {
        var generator = SeededGenerator(seed: 1)
        var wrong = 0
        var far = 0
        for _ in 0..<1_000_000 {
            let bits = UInt64.random(in: 0...45, using: &generator)
            let value = Int64(generator.next() >> (63 - bits))
            let bucket = Sketch.bucket(of: value)
            if bucket != Self.referenceBucket(of: value) { wrong += 1 }
            if abs(Sketch.midpoint(of: bucket) - value) * 128 > value { far += 1 }
        }
        #expect(wrong == 0)
        #expect(far == 0)
    }

    @Test func `buckets follow one another without a gap and hold what falls in them`() {
        var next: Int64 = 0
        for bucket in 0..<Sketch.bucketCount {
            let bounds = Sketch.bounds(of: bucket)
            #expect(bounds.lowerBound == next)
            #expect(bounds.contains(Sketch.midpoint(of: bucket)))
            if bounds.lowerBound < Sketch.cap {
                #expect(Sketch.bucket(of: bounds.lowerBound) == bucket)
                #expect(Sketch.bucket(of: bounds.upperBound) == bucket)
            }
            next = bounds.upperBound + 1
        }
    }

    @Test func `values below 128 microseconds are exact`() {
        for value in 0..<128 as Range<Int64> {
            #expect(Sketch.midpoint(of: Sketch.bucket(of: value)) == value)
        }
    }

    @Test func `a negative value counts as zero and one past the cap as the cap`() {
        #expect(Sketch.bucket(of: -5) == 0)
        #expect(Sketch.bucket(of: .min) == 0)
        #expect(Sketch.bucket(of: .max) == Sketch.bucket(of: Sketch.cap))
        #expect(Sketch.bucket(of: Sketch.cap) < Sketch.bucketCount)
    }

    enum Distribution: CaseIterable {
        case constant
        case uniform
        case skewed
        case heavyTailed
        case bimodal
        case nearlyZero

        func sample(using generator: inout SeededGenerator) -> Int64 {
            let share = Double.random(in: 0.000_001..<1, using: &generator)
            switch self {
            case .constant: return 4_321_987
            case .uniform: return Int64(share * 90_000_000)
            case .skewed: return Int64((1 / share).squareRoot() * 1_000_000)
            case .heavyTailed: return Int64(50_000 / (share * share))
            case .bimodal: return share < 0.6 ? Int64(share * 2_000) : Int64(share * 3_600_000_000)
            case .nearlyZero: return Int64(share * 300)
            }
        }
    }

    @Test(arguments: Distribution.allCases)
    func `every quantile is within one in 128 of the sample of that rank`(
        _ distribution: Distribution
    ) {
        var generator = SeededGenerator(seed: 11)
        for count in [1, 2, 7, 100, 3_000] {
            var sketch = Sketch()
            var samples: [Int64] = []
            for _ in 0..<count {
                let sample = distribution.sample(using: &generator)
                samples.append(sample)
                sketch.add(sample)
            }
            samples.sort()
            #expect(sketch.count == Int64(count))
            for perMille in [0, 1, 250, 500, 750, 900, 950, 990, 999, 1_000] {
                let rank = max(1, (perMille * count + 999) / 1_000)
                let exact = samples[rank - 1]
                let shown = sketch.quantile(Double(perMille) / 1_000) ?? -1
                #expect(abs(shown - exact) * 128 <= exact, "p\(perMille) of \(count)")
            }
            #expect(sketch.minimum ?? .max <= samples[0])
            #expect(sketch.maximum ?? .min >= samples[count - 1])
        }
    }

    @Test func `a share that binary numbers round up still takes the nearest rank`() {
        // 0.07 · 100 is 7.000000000000001.
        #expect(Sketch.rank(0.07, of: 100) == 7)
        #expect(Sketch.rank(0.95, of: 20) == 19)
        #expect(Sketch.rank(0.5, of: 5) == 3)
        #expect(Sketch.rank(0, of: 5) == 1)
        #expect(Sketch.rank(1, of: 5) == 5)
        #expect(Sketch.rank(1, of: .max) == .max)
        #expect(Sketch.rank(0.99, of: 9_000_000_000_000_000_000) == 8_910_000_000_000_000_000)
    }

    @Test func `a sketch that holds nothing has no quantile`() {
        #expect(Sketch().quantile(0.5) == nil)
        #expect(Sketch().minimum == nil)
        #expect(Sketch().maximum == nil)
    }

    @Test func `the edges are those of the lowest and the highest bucket`() {
        var sketch = Sketch()
        sketch.add(1_000)
        sketch.add(90)
        sketch.add(1_000_000)
        #expect(sketch.minimum == 90)
        #expect(sketch.maximum == Sketch.bounds(of: Sketch.bucket(of: 1_000_000)).upperBound)
    }

    private func random(
        _ values: Int, counts: ClosedRange<Int64>, using generator: inout SeededGenerator
    ) -> Sketch {
        var sketch = Sketch()
        for _ in 0..<values {
            let bits = UInt64.random(in: 0...40, using: &generator)
            let value = Int64(generator.next() >> (63 - bits))
            sketch.add(value, count: Int64.random(in: counts, using: &generator))
        }
        return sketch
    }

    @Test(arguments: [(0, 5), (1, 300), (300, 1), (5, 200), (200, 200), (40, 0)])
    func `taking back is the exact inverse of adding`(_ sizes: (Int, Int)) {
        var generator = SeededGenerator(seed: 3)
        let left = random(sizes.0, counts: -9...9, using: &generator)
        let right = random(sizes.1, counts: -9...9, using: &generator)
        var sum = left
        sum.add(right)
        sum.subtract(right)
        #expect(sum == left)
        sum.subtract(left)
        #expect(sum.isEmpty)
        #expect(sum == Sketch())
    }

    @Test func `a value taken back is gone`() {
        var sketch = Sketch()
        sketch.add(5_000_000)
        sketch.add(77)
        sketch.add(5_000_000, count: -1)
        var other = Sketch()
        other.add(77)
        #expect(sketch == other)
        sketch.add(77, count: -1)
        #expect(sketch.isEmpty)
    }

    @Test func `merging the sketches of the parts is the sketch of the whole`() {
        var generator = SeededGenerator(seed: 5)
        var whole = Sketch()
        var merged = Sketch()
        for size in [1, 400, 3, 0, 50, 1_000] {
            var part = Sketch()
            for _ in 0..<size {
                let value = Int64.random(in: 0...10_000_000_000, using: &generator)
                part.add(value)
                whole.add(value)
            }
            merged.add(part)
        }
        #expect(merged == whole)
    }

    @Test(arguments: [0, 1, 2, 40, 2_000])
    func `what is stored is read back the same`(_ values: Int) {
        var generator = SeededGenerator(seed: 9)
        for counts in [1...1, -3...3, Int64.min...Int64.max] as [ClosedRange<Int64>] {
            let sketch = random(values, counts: counts, using: &generator)
            #expect(Sketch(encoded: sketch.encoded) == sketch)
        }
    }

    @Test func `the stored form is version, gaps and zig-zag counts`() {
        var sketch = Sketch()
        sketch.add(3, count: 2)
        sketch.add(5, count: -1)
        // Bucket 285 is 280 past that of 5: 0x98 0x02.
        sketch.add(Sketch.midpoint(of: 285), count: 64)
        #expect(sketch.encoded == [1, 3, 4, 2, 1, 0x98, 0x02, 0x80, 0x01])
        #expect(Sketch().encoded == [1])
    }

    @Test(
        arguments: [
            [], [0], [2], [2, 3, 4], [1, 3], [1, 3, 0], [1, 3, 4, 0, 4], [1, 0x83, 0x00, 4],
            [1, 3, 0x84, 0x00], [1, 0x80, 0x15, 2], [1, 3, 4, 0xFF],
            [1, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 2],
            [1, 3, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02],
            [1, 3, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
        ] as [[UInt8]])
    func `damage is refused`(_ bytes: [UInt8]) {
        #expect(Sketch(encoded: bytes) == nil)
    }

    @Test func `bytes are read as a sketch only where that sketch writes them`() {
        var generator = SeededGenerator(seed: 21)
        let bytes = random(30, counts: 1...500, using: &generator).encoded
        for _ in 0..<20_000 {
            var damaged = bytes
            let place = Int.random(in: damaged.indices, using: &generator)
            switch Int.random(in: 0...2, using: &generator) {
            case 0: damaged[place] = UInt8.random(in: 0...255, using: &generator)
            case 1: damaged.remove(at: place)
            default: damaged.removeLast(damaged.count - place)
            }
            if let read = Sketch(encoded: damaged) { #expect(read.encoded == damaged) }
        }
    }
}
