import Foundation
import StintModel

/// Arrivals and what was expected of them, summed over adjacent slots in constant time.
struct ArrivalSums {
    private var came: [Double]
    private var usual: [Double]
    /// By the season or the level of late, whichever is more; whichever is less.
    private var high: [Double]
    private var low: [Double]
    private var uncertainty: [Double]
    private let firstJudged: Int
    private let seasonalFrom: Int
    private var dispersions: [Double] = []

    init(_ series: SlotSeries, _ expectation: ArrivalExpectation, until end: Instant) {
        let count = series.count
        let none = [Double](repeating: 0, count: count + 1)
        came = none
        high = none
        low = none
        usual = none
        uncertainty = expectation.uncertainty
        seasonalFrom = expectation.seasonalFrom
        firstJudged = expectation.seasonal.firstIndex { $0 >= 0 } ?? count
        // Of the last slot that has begun, only the part that has passed.
        let last = series.index(of: end)
        let part = end.since(series.start(of: last)).seconds / SlotSeries.span.seconds
        for slot in 0..<count {
            let passed = slot < last ? 1 : slot > last ? 0 : part
            let season = max(0, expectation.seasonal[slot]) * passed
            let late = season * expectation.level[slot]
            came[slot + 1] = came[slot] + Double(series.started[slot])
            usual[slot + 1] = usual[slot] + late
            high[slot + 1] = high[slot] + max(season, late)
            low[slot + 1] = low[slot] + min(season, late)
        }
        for width in RunSearch.widths {
            dispersions.append(dispersion(width, least: dispersions.last ?? 0))
        }
    }

    /// Of the sums of that many slots about the level of late. Where there are few sums, that of the
    /// next narrower.
    private func dispersion(_ width: Int, least narrower: Double) -> Double {
        var spread = Dispersion(width: width)
        for slot in stride(from: firstJudged, to: came.count - width, by: width) {
            let expected = usual[slot + width] - usual[slot]
            let difference = came[slot + width] - came[slot] - expected
            spread.add(difference * difference, chance: expected, scale: expected * expected)
        }
        return spread.count < 24 ? narrower : spread.excess
    }

    func observed(_ slots: Range<Int>) -> Double {
        came[slots.upperBound] - came[slots.lowerBound]
    }

    func expected(_ slots: Range<Int>, isSpike: Bool) -> Double {
        let sums = isSpike ? high : low
        return max(0.01, sums[slots.upperBound] - sums[slots.lowerBound])
    }

    /// The first slots of the sums that differ enough to be judged: of 10 or more, half as much
    /// again as expected, or half of at least 12 expected; without a season 2.5 times or a quarter.
    func candidates(_ width: Int, in range: Range<Int>, isSpike: Bool) -> [Int] {
        let low = max(range.lowerBound, firstJudged)
        guard low + width <= range.upperBound else { return [] }
        return came.withUnsafeBufferPointer { came in
            (isSpike ? high : self.low).withUnsafeBufferPointer { sums in
                var found: [Int] = []
                for slot in low...range.upperBound - width {
                    let observed = came[slot + width] - came[slot]
                    let expected = sums[slot + width] - sums[slot]
                    let isUnusual =
                        isSpike
                        ? observed >= 10
                            && observed >= expected * (slot >= seasonalFrom ? 1.5 : 2.5)
                        : expected >= 12
                            && observed <= expected * (slot >= seasonalFrom ? 0.5 : 0.25)
                    if isUnusual { found.append(slot) }
                }
                return found
            }
        }
    }

    func judge(
        _ slots: Range<Int>, isSpike: Bool
    ) -> (logProbability: Double, strength: Double)? {
        let observed = observed(slots)
        let expected = expected(slots, isSpike: isSpike)
        guard slots.lowerBound >= firstJudged, isSpike == (observed > expected) else { return nil }
        let dispersion = dispersions[RunSearch.place(of: slots.count)]
        let counts = CountDistribution(
            mean: expected, dispersion: dispersion + uncertainty[slots.lowerBound])
        let difference = observed - expected
        guard difference * difference > 6 * counts.variance else { return nil }
        return (
            isSpike ? counts.logAtLeast(observed) : counts.logAtMost(observed), observed / expected
        )
    }

    /// By the likelihood of Poisson, of a ratio half way (in logarithms) between that found and 1.
    func gain(_ slot: Int, ratio: Double, isSpike: Bool) -> Double {
        let slots = slot..<slot + 1
        let half = max(ratio, 0.02).squareRoot()
        return observed(slots) * log(half) - (half - 1) * expected(slots, isSpike: isSpike)
    }
}

/// How much more than chance some sums vary.
///
/// The mean of their squared differences from the expectation, each by its variance of chance,
/// without the highest 1 %; and where the highest 2 % begin, what that tells if the rest were normal:
/// incidents are rarer and do not count, but what happens every hour does. Of a short history an
/// incident is a larger part: as much as an hour is left out, up to 5 %, and a sum at the least.
struct Dispersion {
    /// The adjacent slots that each sum is of.
    let width: Int
    private(set) var count = 0
    private var bins = [Int32](repeating: 0, count: 320)
    private var squares = [Double](repeating: 0, count: 320)
    private var chance = 0.0
    private var scale = 0.0

    init(width: Int) {
        self.width = width
    }

    /// - Parameters:
    ///   - square: Of the difference.
    ///   - chance: The variance by chance alone.
    ///   - scale: What the excess multiplies, to give the variance beyond chance.
    mutating func add(_ square: Double, chance: Double, scale: Double) {
        guard chance > 0 else { return }
        let relative = square / chance
        let place = Self.bin(of: relative)
        bins[place] += 1
        squares[place] += relative
        count += 1
        self.chance += chance
        self.scale += scale
    }

    /// The variance of a sum is `chance + excess · scale`.
    var excess: Double {
        guard count > 0 else { return 0 }
        func begin(_ share: Double) -> Int {
            var left = Int32((Double(count) * share).rounded(.up))
            for place in bins.indices.reversed() {
                left -= bins[place]
                if left < 0 { return place }
            }
            return 0
        }
        let hour = 12 / Double(width * count)
        let share = max(0.01, min(0.05, hour))
        let cut = begin(share)
        let rest = squares[...cut].reduce(0, +) / Double(bins[...cut].reduce(0, +))
        // Of chi-squared with one degree of freedom: what its mean is to that without the highest
        // 1 % (1.08) through 5 % (1.32), and its 98 % (5.41) through 94 % quantile (3.54).
        let part = (share - 0.01) / 0.04
        let tail = Self.upperBound(ofBin: begin(share + 0.01)) / (5.41 - 1.87 * part)
        let factor = max((1.08 + 0.24 * part) * rest, tail)
        return max(0, factor - 1) * chance / scale
    }

    // Eight bins a power of two, from 2⁻²⁰ on: the exponent and three bits of the significand.

    private static let lowest = 0x1p-20.bitPattern >> 49

    private static func bin(of number: Double) -> Int {
        let bits = max(number, 0x1p-20).bitPattern >> 49
        return min(319, Int(bits - lowest))
    }

    private static func upperBound(ofBin bin: Int) -> Double {
        Double(bitPattern: (lowest + UInt64(bin) + 1) << 49)
    }
}
