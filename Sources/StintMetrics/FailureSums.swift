import Foundation
import StintModel

/// Failures among the finished and what share is usual, summed over adjacent slots in constant time.
struct FailureSums {
    private var failed: [Double]
    private var finished: [Double]
    /// Failures as usual.
    private var expected: [Double]
    /// How many finished the usual share rests on, by slot; 0 without basis.
    private var basis: [Double]
    private var correlations: [Double] = []

    init(_ series: SlotSeries) {
        basis = [Double](repeating: 0, count: series.count)
        failed = [Double](repeating: 0, count: series.count + 1)
        finished = failed
        expected = failed
        let rates = UsualRates(of: series)
        for slot in 0..<series.count {
            let usual = rates.rate(at: slot)
            basis[slot] = usual?.basis ?? 0
            failed[slot + 1] = failed[slot] + Double(series.failed[slot])
            finished[slot + 1] = finished[slot] + Double(series.finished[slot])
            expected[slot + 1] = expected[slot] + Double(series.finished[slot]) * (usual?.rate ?? 0)
        }
        for width in RunSearch.widths {
            correlations.append(correlation(width, least: correlations.last ?? 0))
        }
    }

    private func correlation(_ width: Int, least narrower: Double) -> Double {
        var spread = Dispersion(width: width)
        for slot in stride(from: 0, to: basis.count - width, by: width) where basis[slot] > 0 {
            let (failed, finished, expected) = sums(slot..<slot + width)
            guard finished >= 1 else { continue }
            let variance = expected * (1 - expected / finished)
            let difference = failed - expected
            spread.add(
                difference * difference, chance: variance, scale: variance * (finished - 1))
        }
        return spread.count < 24 ? narrower : min(0.5, spread.excess)
    }

    func sums(_ slots: Range<Int>) -> (failed: Double, finished: Double, expected: Double) {
        (
            failed[slots.upperBound] - failed[slots.lowerBound],
            finished[slots.upperBound] - finished[slots.lowerBound],
            expected[slots.upperBound] - expected[slots.lowerBound]
        )
    }

    /// The first slots of the sums with at least 5 failures, and at least 5 points and half as much
    /// again above the usual.
    func candidates(_ width: Int, in range: Range<Int>) -> [Int] {
        guard range.lowerBound + width <= range.upperBound else { return [] }
        return failed.withUnsafeBufferPointer { failed in
            var found: [Int] = []
            for slot in range.lowerBound...range.upperBound - width {
                // Rarely more than a few failed, so that the rest is rarely looked at.
                if failed[slot + width] - failed[slot] >= 5, basis[slot] > 0 {
                    let (failed, finished, expected) = sums(slot..<slot + width)
                    if failed >= expected * 1.5, failed - expected >= 0.05 * finished {
                        found.append(slot)
                    }
                }
            }
            return found
        }
    }

    func judge(_ slots: Range<Int>) -> (logProbability: Double, strength: Double)? {
        let basis = basis[slots.lowerBound]
        let (failed, finished, expected) = sums(slots)
        guard basis > 0, failed > expected else { return nil }
        let correlation = min(
            0.9, correlations[RunSearch.place(of: slots.count)] + 1 / (basis + 2))
        let shares = ShareDistribution(share: expected / finished, correlation: correlation)
        return (shares.logAtLeast(failed, of: finished), failed / finished)
    }

    /// By the likelihood of the binomial, of the rate found. A slot in which nothing finished tells
    /// nothing.
    func gain(_ slot: Int, rate: Double) -> Double {
        let (failed, finished, expected) = sums(slot..<slot + 1)
        guard finished > 0 else { return 0 }
        let usual = expected / finished
        let raised = min(0.999, rate)
        return failed * log(raised / usual)
            + (finished - failed) * log((1 - raised) / (1 - usual))
    }

    /// The usual share of failures, every six hours, from the seven days before.
    ///
    /// Each hour counts for at most its share of the whole and three standard deviations, so that an
    /// incident does not make failing usual.
    private struct UsualRates {
        private let first: Int
        private var rates: [(rate: Double, basis: Double)?] = []

        init(of series: SlotSeries) {
            first = series.firstKnown
            var hours: [(failed: Double, finished: Double)] = []
            for low in stride(from: first, to: series.count, by: 12) {
                let slots = low..<min(low + 12, series.count)
                hours.append(
                    (
                        Double(series.failed[slots].reduce(0, +)),
                        Double(series.finished[slots].reduce(0, +))
                    ))
            }
            for hour in stride(from: 0, to: hours.count, by: 6) {
                rates.append(Self.rate(of: hours[max(0, hour - 168)..<hour]))
            }
        }

        func rate(at slot: Int) -> (rate: Double, basis: Double)? {
            slot < first ? nil : rates[(slot - first) / 72]
        }

        /// - Returns: `nil` where fewer than 50 finished.
        private static func rate(
            of hours: ArraySlice<(failed: Double, finished: Double)>
        ) -> (rate: Double, basis: Double)? {
            let finished = hours.reduce(0) { $0 + $1.finished }
            guard finished >= 50 else { return nil }
            var rate = (hours.reduce(0) { $0 + $1.failed } + 0.5) / (finished + 1)
            for _ in 0..<2 {
                let failed = hours.reduce(0.0) { sum, hour in
                    let usual = hour.finished * rate
                    return sum + min(hour.failed, usual + 3 * usual.squareRoot() + 1)
                }
                rate = (failed + 0.5) / (finished + 1)
            }
            return (min(rate, 0.99), finished)
        }
    }
}
