import StintMetrics
import Testing

@Suite struct SketchSumTests {
    private func sketches(_ count: Int, seed: UInt64) -> [Sketch] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in
            var sketch = Sketch()
            for _ in 0..<Int.random(in: 0...80, using: &generator) {
                let bits = UInt64.random(in: 0...45, using: &generator)
                let times = Int64.random(in: 1...300, using: &generator)
                sketch.add(Int64(generator.next() >> (63 - bits)), count: times)
            }
            return sketch
        }
    }

    @Test func `the sum of sketches, and of their stored forms, is that of Sketch`() {
        var expected = Sketch()
        var sum = SketchSum()
        var ofStored = SketchSum()
        for sketch in sketches(200, seed: 1) {
            expected.add(sketch)
            sum.add(sketch)
            let isWhole = sketch.encoded.withUnsafeBytes { ofStored.add(encoded: $0) }
            #expect(isWhole)
        }
        for sum in [sum, ofStored] {
            #expect(sum.sketch == expected)
            #expect(sum.count == expected.count)
            #expect(sum.minimum == expected.minimum)
            #expect(sum.maximum == expected.maximum)
            let shares = [0.99, 0, 0.5, 1, 0.07, 0.25, 0.5, 0.999]
            #expect(sum.quantiles(shares) == shares.map { expected.quantile($0) })
        }
    }

    @Test func `two sums are added bucket by bucket`() {
        let parts = sketches(20, seed: 2)
        var left = SketchSum()
        var right = SketchSum()
        var whole = SketchSum()
        for (index, sketch) in parts.enumerated() {
            whole.add(sketch)
            if index % 2 == 0 { left.add(sketch) } else { right.add(sketch) }
        }
        left.add(right)
        #expect(left.sketch == whole.sketch)
        #expect(left.count == whole.count)
    }

    @Test func `a sum of nothing, and one that cancels, is empty and has no quantile`() {
        var sum = SketchSum()
        #expect(sum.isEmpty)
        #expect(sum.quantiles([0, 0.5, 1]) == [nil, nil, nil])
        #expect(sum.minimum == nil)
        #expect(sum.maximum == nil)
        var sketch = Sketch()
        sketch.add(5)
        sum.add(sketch)
        #expect(!sum.isEmpty)
        var back = Sketch()
        back.subtract(sketch)
        sum.add(back)
        #expect(sum.isEmpty)
        #expect(sum.count == 0)
    }

    @Test func `what is damaged is refused where Sketch refuses it, and adds nothing`() {
        var generator = SeededGenerator(seed: 3)
        let held = sketches(1, seed: 4)[0]
        var sum = SketchSum()
        sum.add(held)
        var refused = 0
        for sketch in sketches(3_000, seed: 5) where !sketch.isEmpty {
            var bytes = sketch.encoded
            let place = Int.random(in: bytes.indices, using: &generator)
            if generator.chance(0.5) {
                bytes[place] = UInt8.random(in: 0...255, using: &generator)
            } else {
                bytes.removeLast(bytes.count - place)
            }
            var after = sum
            let isWhole = bytes.withUnsafeBytes { after.add(encoded: $0) }
            let read = Sketch(encoded: bytes)
            #expect(isWhole == (read != nil))
            if let read {
                var expected = held
                expected.add(read)
                #expect(after.sketch == expected)
            } else {
                refused += 1
                #expect(after.sketch == held)
                #expect(after.count == held.count)
            }
        }
        #expect(refused > 500)
    }
}
