/// Finds runs of slots that are too surprising to be chance.
///
/// Sums of 1, 2, 4, 12, 48 and 144 adjacent slots are judged (a scan statistic; Kulldorff, "A spatial scan
/// statistic", 1997, in one dimension), the narrow first, and no wider sum that overlaps a run found.
/// Sums found that overlap or nearly touch are one run. Its ends are those of greatest likelihood
/// (Kadane's maximal sum), by a lower measure than that by which it was found: a run is there only where
/// a sum is significant, and lasts while it is still raised, so that one event is one run.
struct RunSearch {
    static let widths = [1, 2, 4, 12, 48, 144]

    /// The decimal logarithm of the probability below which a sum is no chance: a month has 51,840
    /// sums, which overlap, and so a false find in some 20 months at most.
    static let threshold = -6.0

    struct Run {
        var slots: Range<Int>
        /// The least probability of any sum in it, as a decimal logarithm.
        var logProbability: Double
    }

    private struct Find {
        var slots: Range<Int>
        var logProbability: Double
        /// The strength of the most surprising sum; what it means is the caller's.
        var strength: Double
    }

    /// - Parameters:
    ///   - range: The slots in which a sum lies.
    ///   - candidates: The first slots of the sums of a width that may be unusual, in order; cheap,
    ///     since it looks at every sum.
    ///   - judge: Of a sum of slots: how probable it is as a decimal logarithm, and its strength;
    ///     `nil` where it is nothing unusual.
    ///   - gain: How much likelier a slot is in a run of that strength than outside of it.
    /// - Returns: In order, none overlapping another.
    static func runs(
        in range: Range<Int>,
        candidates: (_ width: Int) -> [Int],
        judge: (_ slots: Range<Int>) -> (logProbability: Double, strength: Double)?,
        gain: (_ slot: Int, _ strength: Double) -> Double
    ) -> [Run] {
        var runs: [Run] = []
        for width in widths where width <= range.count {
            var finds: [Find] = []
            for first in candidates(width) {
                let slots = first..<first + width
                guard !runs.contains(where: { $0.slots.overlaps(slots) }), let found = judge(slots),
                    found.logProbability < threshold
                else { continue }
                join(
                    Find(
                        slots: slots, logProbability: found.logProbability,
                        strength: found.strength), to: &finds)
            }
            runs += finds.map { find in
                var run = fitted(find, in: range, gain: gain)
                if let whole = judge(run.slots) {
                    run.logProbability = min(run.logProbability, whole.logProbability)
                }
                return run
            }
        }
        return joined(runs.sorted { $0.slots.lowerBound < $1.slots.lowerBound })
    }

    /// Which width's statistics a sum of that many slots takes: the widest that is no wider.
    static func place(of count: Int) -> Int {
        (widths.lastIndex { $0 <= count }) ?? 0
    }

    /// Half an hour between two finds does not make them two.
    private static let gap = 6

    private static func join(_ find: Find, to finds: inout [Find]) {
        guard let last = finds.last, find.slots.lowerBound <= last.slots.upperBound + gap else {
            finds.append(find)
            return
        }
        var joined = find.logProbability < last.logProbability ? find : last
        joined.slots = last.slots.lowerBound..<find.slots.upperBound
        finds[finds.count - 1] = joined
    }

    private static func fitted(
        _ find: Find, in range: Range<Int>, gain: (Int, Double) -> Double
    ) -> Run {
        let around = find.slots.lowerBound - gap..<find.slots.upperBound + gap
        let within = around.clamped(to: range)
        var best = find.slots
        var most = -Double.infinity
        var start = within.lowerBound
        var sum = 0.0
        for slot in within {
            if sum <= 0 {
                sum = 0
                start = slot
            }
            sum += gain(slot, find.strength)
            if sum > most {
                most = sum
                best = start..<slot + 1
            }
        }
        return Run(slots: best, logProbability: find.logProbability)
    }

    private static func joined(_ runs: [Run]) -> [Run] {
        runs.reduce(into: []) { joined, run in
            guard let last = joined.last, run.slots.lowerBound <= last.slots.upperBound + gap else {
                joined.append(run)
                return
            }
            joined[joined.count - 1] = Run(
                slots: last.slots.lowerBound..<max(last.slots.upperBound, run.slots.upperBound),
                logProbability: min(last.logProbability, run.logProbability))
        }
    }
}
