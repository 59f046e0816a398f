import Foundation
import Testing

@testable import StintMetrics

@Suite struct CountStatisticsTests {
    @Test(arguments: [0.5, 4, 60], [0.0, 0.02, 0.7])
    func `a tail of counts is the sum of its probabilities`(_ mean: Double, _ dispersion: Double) {
        let counts = CountDistribution(mean: mean, dispersion: dispersion)
        // By the recurrence from zero on.
        var masses = [exp(-mean)]
        if dispersion > 0 { masses = [pow(1 + dispersion * mean, -1 / dispersion)] }
        for count in 0..<3_000 {
            let ratio = mean * (1 + dispersion * Double(count)) / (1 + dispersion * mean)
            masses.append(masses[count] * ratio / Double(count + 1))
        }
        for count in [0, 1, 3, 20, 90] {
            let above = log10(masses[count...].reduce(0, +))
            let below = log10(masses[...count].reduce(0, +))
            #expect(abs(counts.logAtLeast(Double(count)) - above) < 1e-6 * max(1, abs(above)))
            #expect(abs(counts.logAtMost(Double(count)) - below) < 1e-6 * max(1, abs(below)))
        }
    }

    @Test func `a tail of shares is the sum of its probabilities`() {
        // With a correlation of 1/3 and a share of 1/2, a = b = 1: every count is as probable.
        let even = ShareDistribution(share: 0.5, correlation: 1.0 / 3)
        #expect(abs(even.logAtLeast(8, of: 9) - log10(0.2)) < 1e-9)
        #expect(even.logAtLeast(0, of: 9) == 0)
        // With next to none, that of the binomial: 10 of 10 at one half.
        let binomial = ShareDistribution(share: 0.5, correlation: 1e-7)
        #expect(abs(binomial.logAtLeast(10, of: 10) + 10 * log10(2)) < 1e-4)
    }

    @Test func `dispersion is what a stream has beyond chance, but for its incidents`() {
        for (shape, expected) in [(2.0, 0.5), (20.0, 0.05)] {
            var generator = SeededGenerator(seed: 1)
            var spread = Dispersion(width: 1)
            for slot in 0..<8_000 {
                let rate = slot % 200 == 0 ? 2_000 : 50 * generator.gamma(shape) / shape
                let difference = Double(generator.poisson(rate)) - 50
                spread.add(difference * difference, chance: 50, scale: 2_500)
            }
            #expect(spread.excess > 0.8 * expected)
            #expect(spread.excess < 1.8 * expected)
        }
    }
}
