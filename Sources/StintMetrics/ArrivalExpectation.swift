import StintModel

/// How many arrivals each slot should have, by what came before it.
///
/// A slot of some day is judged by the days before that day alone, so that what is said of a slot
/// does not change with the range that is asked about, nor as time goes on.
///
/// - With three weeks of history: by the same hour of the week in the four weeks before, drawn
///   towards the hour of the day, as much as 20 arrivals weigh, so that few arrivals do not make a
///   pattern of chance.
/// - With three days: by the same hour of the 14 days before, drawn likewise to the mean of them.
/// - With an hour: by the recent level alone, a mean whose weights halve every hour.
///
/// Each hour's count is winsorized about the median of its fellows (as Farrington et al. weigh past
/// outbreaks down; "A statistical algorithm for the early detection of outbreaks of infectious
/// disease", 1996), so that incidents of the past do not become the expectation. Between the middles
/// of two hours the expectation is a straight line. Beside it, `level` follows the ratio of what
/// came to what was expected, its weights halving every six hours: growth, a holiday or an unknown
/// weekend is learnt within hours.
struct ArrivalExpectation {
    /// By slot, per slot; negative where there is no basis.
    private(set) var seasonal: [Double]
    /// What `seasonal` is multiplied with to give the level of late; 1 where that is all there is.
    private(set) var level: [Double]
    /// The relative variance of `seasonal` by its own uncertainty.
    private(set) var uncertainty: [Double]
    /// The first slot with a seasonal basis.
    private(set) var seasonalFrom: Int

    /// As many arrivals as this speak for the coarser estimate.
    private static let prior = 20.0

    init(of series: SlotSeries, zone: ZoneRules) {
        let count = series.count
        seasonal = [Double](repeating: -1, count: count)
        level = [Double](repeating: 1, count: count)
        uncertainty = [Double](repeating: 0, count: count)
        seasonalFrom = count
        let first = series.firstKnown
        guard first < count else { return }
        let blocks = series.hourBlocks(0..<count, zone: zone)
        let hours = HourTable(of: series, blocks: blocks)
        for block in blocks {
            guard let here = hours.estimate(hour: block.hour, block.day) else { continue }
            let day = block.day
            let before = hours.estimate(hour: block.hour - 1, day)
            let after = hours.estimate(hour: block.hour + 1, day)
            seasonalFrom = min(seasonalFrom, block.slots.lowerBound)
            for (place, slot) in block.slots.enumerated() {
                // Where in the hour the middle of the slot lies, from −½ through ½.
                let part = (Double(place) + 0.5) / Double(block.slots.count) - 0.5
                let other = (part < 0 ? before : after)?.rate ?? here.rate
                seasonal[slot] = here.rate + abs(part) * (other - here.rate)
                uncertainty[slot] = 1 / here.arrivals
            }
        }
        followLevel(series.started, from: first)
    }

    private mutating func followLevel(_ arrivals: [Int64], from first: Int) {
        // Of the recent level alone: weights halve every 12 slots; beside a season, every 72.
        let fast = 0.943_874_3
        let slow = 0.990_419_1
        var came = 0.0
        var slots = 0.0
        var against = (came: Self.prior, expected: Self.prior)
        for slot in first..<seasonal.count {
            let count = Double(arrivals[slot])
            if seasonal[slot] >= 0 {
                let expected = seasonal[slot]
                level[slot] = against.came / against.expected
                // Both are drawn towards 1 again by the prior.
                let most = 2 * expected * max(1, level[slot]) + 3
                against.came = slow * (against.came - Self.prior) + min(count, most) + Self.prior
                against.expected = slow * (against.expected - Self.prior) + expected + Self.prior
            } else {
                let mean = slots > 0 ? came / slots : 0
                if slot - first >= 12 {
                    seasonal[slot] = max(mean, 0.01)
                    uncertainty[slot] = 1 / (came + 1)
                }
                came = fast * came + (slot - first >= 12 ? min(count, 2 * mean + 3) : count)
                slots = fast * slots + 1
            }
        }
    }

    /// Arrivals by local day and hour.
    private struct HourTable {
        struct Estimate {
            /// Per slot.
            var rate: Double
            /// How many arrivals it rests on.
            var arrivals: Double
        }

        private let firstDay: Int
        private var arrivals: [Double]
        private var slots: [Double]
        /// The first known slot of each day.
        private var starts: [Int]
        private var estimates: [Estimate?]
        private let days: Int

        init(of series: SlotSeries, blocks: [SlotSeries.HourBlock]) {
            firstDay = blocks[0].day
            days = blocks[blocks.count - 1].day - firstDay + 1
            arrivals = [Double](repeating: 0, count: days * 24)
            slots = [Double](repeating: 0, count: days * 24)
            starts = [Int](repeating: 0, count: days)
            for block in blocks.reversed() {
                let place = (block.day - firstDay) * 24 + block.hour
                arrivals[place] += Double(series.started[block.slots].reduce(0, +))
                slots[place] += Double(block.slots.count)
                starts[block.day - firstDay] = block.slots.lowerBound
            }
            estimates = []
            let first = blocks[0].slots.lowerBound
            for day in 0..<days {
                let past = starts[day] - first
                var ofDay = past < 3 * 288 ? nil : hoursOfDay(before: day)
                if past >= 21 * 288, let coarse = ofDay { ofDay = hoursOfWeek(day, coarse) }
                estimates += ofDay ?? [Estimate?](repeating: nil, count: 24)
            }
        }

        /// - Parameter hour: From −1 through 24, of the days beside it.
        func estimate(hour: Int, _ day: Int) -> Estimate? {
            let place = (day - firstDay) * 24 + hour
            return estimates.indices.contains(place) ? estimates[place] : nil
        }

        private func hoursOfDay(before day: Int) -> [Estimate?] {
            let sums = (0..<24).map { hour in
                winsorized(stride(from: max(0, day - 14) * 24 + hour, to: day * 24, by: 24))
            }
            let all = sums.reduce((arrivals: 0.0, slots: 0.0)) {
                ($0.arrivals + $1.arrivals, $0.slots + $1.slots)
            }
            let mean = max(all.arrivals, 0.5) / max(all.slots, 1)
            return sums.map { Self.drawn($0, to: mean) }
        }

        private func hoursOfWeek(_ day: Int, _ coarse: [Estimate?]) -> [Estimate?] {
            return coarse.indices.map { hour in
                guard let prior = coarse[hour] else { return nil }
                let first = max(day - 28, day % 7) * 24 + hour
                return Self.drawn(
                    winsorized(stride(from: first, to: day * 24, by: 168)), to: prior.rate)
            }
        }

        private static func drawn(
            _ sum: (arrivals: Double, slots: Double), to rate: Double
        ) -> Estimate {
            let arrivals = sum.arrivals + prior
            return Estimate(rate: arrivals / (sum.slots + prior / rate), arrivals: arrivals)
        }

        /// The sum over some hours, none of which counts for more than twice the median or less than
        /// half of it but for three standard deviations of chance.
        ///
        /// - Parameter places: 14 at most.
        private func winsorized(_ places: StrideTo<Int>) -> (arrivals: Double, slots: Double) {
            guard let median = median(places) else { return (0, 0) }
            var sum = (arrivals: 0.0, slots: 0.0)
            for place in places where slots[place] >= Self.leastSlots {
                let usual = median * slots[place]
                let chance = 3 * usual.squareRoot() + 3
                let low = min(usual / 2, usual - chance)
                let high = max(usual * 2, usual + chance)
                sum.arrivals += min(max(arrivals[place], low), high)
                sum.slots += slots[place]
            }
            return sum
        }

        /// Half an hour: less of an hour is not enough to tell its rate by.
        private static let leastSlots = 6.0

        /// Of the rates; sorted by insertion, in place, since there are few and many medians.
        private func median(_ places: StrideTo<Int>) -> Double? {
            withUnsafeTemporaryAllocation(of: Double.self, capacity: 14) { rates in
                var count = 0
                for place in places where slots[place] >= Self.leastSlots {
                    let rate = arrivals[place] / slots[place]
                    var free = count
                    while free > 0, rates[free - 1] > rate {
                        rates[free] = rates[free - 1]
                        free -= 1
                    }
                    rates[free] = rate
                    count += 1
                }
                return count == 0 ? nil : (rates[count / 2] + rates[(count - 1) / 2]) / 2
            }
        }
    }
}
