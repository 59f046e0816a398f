import Testing

@testable import StintMetrics

@Suite struct WilsonIntervalTests {
    /// Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I, method 3.
    @Test(arguments: [
        (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ])
    func `the interval is that of the literature`(
        _ successes: Int64, _ trials: Int64, _ low: Double, _ high: Double
    ) throws {
        let interval = try #require(WilsonInterval(successes: successes, trials: trials))
        #expect(abs(interval.low - low) < 0.00005)
        #expect(abs(interval.high - high) < 0.00005)
    }

    @Test func `it holds the share, lies within 0 and 1, and mirrors that of the failures`() throws
    {
        for trials in 1...60 as ClosedRange<Int64> {
            for successes in 0...trials {
                let interval = try #require(WilsonInterval(successes: successes, trials: trials))
                let share = Double(successes) / Double(trials)
                #expect(interval.low >= 0 && interval.low <= share)
                #expect(interval.high <= 1 && interval.high >= share)
                let mirror = try #require(
                    WilsonInterval(successes: trials - successes, trials: trials))
                #expect(abs(mirror.low - (1 - interval.high)) < 1e-12)
            }
        }
    }

    @Test func `nothing is known without a trial`() {
        #expect(WilsonInterval(successes: 0, trials: 0) == nil)
    }
}
