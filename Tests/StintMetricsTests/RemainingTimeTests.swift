import Foundation
import StintMetrics
import StintModel
import Testing

@Suite struct RemainingTimeTests {
    enum Runtimes: CaseIterable {
        case lognormal
        case bimodal
        case mixed

        /// In seconds.
        func sample(using generator: inout SeededGenerator) -> Double {
            switch self {
            case .lognormal: 20 * exp(0.8 * generator.normal())
            case .bimodal:
                generator.chance(0.7)
                    ? 3 * exp(0.2 * generator.normal()) : 120 * exp(0.3 * generator.normal())
            case .mixed:
                generator.chance(0.5)
                    ? generator.exponential(mean: 40) : 10 * exp(1.2 * generator.normal())
            }
        }
    }

    @Test(arguments: Runtimes.allCases)
    func `of the ranges shown, 80 in 100 hold, and half end by the median`(_ runtimes: Runtimes) {
        var generator = SeededGenerator(seed: 1)
        var sample = RemainingTime.Sample()
        for day in 0..<30 as Range<Int64> {
            var sketch = Sketch()
            for _ in 0..<400 {
                sketch.add(Int64(runtimes.sample(using: &generator) * 1_000_000))
            }
            sample.add(sketch, weight: RemainingTime.weight(ofAge: .days(day)))
        }
        let remaining = RemainingTime(sample)
        let totals = (0..<10_000).map { _ in runtimes.sample(using: &generator) }.sorted()
        for elapsed in [0, totals[2_500], totals[5_000], totals[8_000]] {
            let elapsed = TimeSpan.seconds(0) + elapsed
            guard let estimate = remaining.estimate(elapsed: elapsed) else {
                Issue.record("no estimate")
                continue
            }
            let running = totals.map { TimeSpan.seconds(0) + $0 }.filter { $0 > elapsed }
            let within = running.filter { estimate.low <= $0 && $0 <= estimate.high }
            let early = running.filter { $0 <= estimate.median }
            let share = Double(within.count) / Double(running.count)
            #expect((0.75...0.85).contains(share), "after \(elapsed.seconds) s: \(share)")
            #expect(abs(Double(early.count) / Double(running.count) - 0.5) < 0.05)
        }
        #expect(!remaining.isOverdue(elapsed: TimeSpan.seconds(0) + totals[9_800]))
        #expect(remaining.isOverdue(elapsed: TimeSpan.seconds(0) + totals[9_960]))
    }

    @Test func `under ten executions nothing is known, however they weigh`() {
        var sketch = Sketch()
        sketch.add(1_000_000, count: 9)
        var sample = RemainingTime.Sample()
        sample.add(sketch, weight: 1_000)
        #expect(RemainingTime(sample).estimate(elapsed: .zero) == nil)
        #expect(!RemainingTime(sample).isOverdue(elapsed: .days(1)))
        sketch = Sketch()
        sketch.add(1_000_000)
        sample.add(sketch, weight: 0.001)
        let ten = RemainingTime(sample)
        #expect(ten.estimate(elapsed: .zero)?.median.seconds ?? 0 < 1.01)
        #expect(ten.isOverdue(elapsed: .days(1)))
        #expect(ten.estimate(elapsed: .days(1)) == nil)
        #expect(RemainingTime(RemainingTime.Sample()).estimate(elapsed: .zero) == nil)
    }

    @Test func `an end is never expected before now`() throws {
        var sketch = Sketch()
        sketch.add(100_000_000, count: 100)
        var sample = RemainingTime.Sample()
        sample.add(sketch, weight: 1)
        let bounds = Sketch.bounds(of: Sketch.bucket(of: 100_000_000))
        let elapsed = TimeSpan(microseconds: bounds.upperBound - 1)
        let estimate = try #require(RemainingTime(sample).estimate(elapsed: elapsed))
        #expect(estimate.low >= elapsed)
    }

    @Test func `the weight halves every seven days, so that the recent decide`() throws {
        #expect(RemainingTime.weight(ofAge: .zero) == 1)
        #expect(RemainingTime.weight(ofAge: .days(7)) == 0.5)
        #expect(RemainingTime.weight(ofAge: .days(21)) == 0.125)
        var old = Sketch()
        old.add(1_000_000, count: 100)
        var new = Sketch()
        new.add(60_000_000, count: 30)
        var sample = RemainingTime.Sample()
        sample.add(old, weight: RemainingTime.weight(ofAge: .days(28)))
        sample.add(new, weight: RemainingTime.weight(ofAge: .days(1)))
        let estimate = try #require(RemainingTime(sample).estimate(elapsed: .zero))
        #expect(abs(estimate.median.seconds - 60) < 0.6)
        #expect(abs(estimate.low.seconds - 1) < 0.01)
    }
}

private func + (span: TimeSpan, seconds: Double) -> TimeSpan {
    TimeSpan(microseconds: span.microseconds + Int64(seconds * 1_000_000))
}
