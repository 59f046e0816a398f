import Foundation
public import StintModel

/// How long an execution will take that has run for a while already, from how long others took.
///
/// Of the durations of an agent's successes, each weighed by its age, those longer than the time
/// elapsed are the distribution of the total (the empirical residual life; Guess and Proschan, "Mean
/// residual life: theory and applications", 1988); its quantiles are read from there, within the
/// bound of the sketch. Make it once for an agent; a question is three binary searches.
public struct RemainingTime: Sendable {
    public struct Estimate: Hashable, Sendable {
        /// From the start of the attempt to its end: half of those that lasted as long as this one
        /// already has took no longer.
        public var median: TimeSpan
        /// The same for 10 and 90 of 100: the range holds in 80 % of cases.
        public var low: TimeSpan
        public var high: TimeSpan
    }

    /// Fewer finished executions are no basis.
    public static let fewest: Int64 = 10

    /// How many executions it knows of, unweighted.
    public let count: Int64
    /// The buckets that hold something, in order.
    private let buckets: [Int]
    /// The weight up to and with each.
    private let cumulated: [Double]

    /// What is known of an agent, gathered day by day.
    public struct Sample: Sendable {
        private var weights = [Double](repeating: 0, count: Sketch.bucketCount)
        private var count: Int64 = 0

        public init() {}

        /// - Parameter weight: Of each value, above 0, such as ``RemainingTime/weight(ofAge:)``.
        public mutating func add(_ sketch: Sketch, weight: Double) {
            for bucket in sketch.buckets where bucket.count > 0 {
                weights[Int(bucket.index)] += Double(bucket.count) * weight
                count += bucket.count
            }
        }

        fileprivate var known: (count: Int64, buckets: [Int], weights: [Double]) {
            let held = weights.indices.filter { weights[$0] > 0 }
            return (count, held, held.map { weights[$0] })
        }
    }

    public init(_ sample: Sample) {
        let known = sample.known
        count = known.count
        buckets = known.buckets
        var sum = 0.0
        cumulated = known.weights.map { weight in
            sum += weight
            return sum
        }
    }

    /// What an execution of that age counts: half as much for every seven days.
    public static func weight(ofAge age: TimeSpan) -> Double {
        exp2(-age.seconds / (7 * 86_400))
    }

    /// - Returns: `nil` under ``fewest`` executions, or where none lasted longer than `elapsed`.
    public func estimate(elapsed: TimeSpan) -> Estimate? {
        guard count >= Self.fewest, let total = cumulated.last else { return nil }
        let past = weight(upTo: elapsed)
        let left = total - past
        guard left > total * 1e-12 else { return nil }
        func quantile(_ share: Double) -> TimeSpan {
            let place = cumulated.partitioningIndex { $0 >= past + share * left * (1 - 1e-12) }
            let bucket = buckets[min(place, buckets.count - 1)]
            return max(elapsed, TimeSpan(microseconds: Sketch.midpoint(of: bucket)))
        }
        return Estimate(median: quantile(0.5), low: quantile(0.1), high: quantile(0.9))
    }

    /// Whether fewer than 1 in 100 lasted longer than this; never under ``fewest`` executions.
    public func isOverdue(elapsed: TimeSpan) -> Bool {
        guard count >= Self.fewest, let total = cumulated.last else { return false }
        return total - weight(upTo: elapsed) < 0.01 * total
    }

    /// What a share of the total did not exceed, within the bound of the sketch; `nil` under
    /// ``fewest`` executions.
    ///
    /// - Parameter share: From 0 through 1.
    public func quantile(_ share: Double) -> TimeSpan? {
        guard count >= Self.fewest, let total = cumulated.last else { return nil }
        let place = cumulated.partitioningIndex { $0 >= share * total * (1 - 1e-12) }
        return TimeSpan(microseconds: Sketch.midpoint(of: buckets[min(place, buckets.count - 1)]))
    }

    /// A time up to which nothing is overdue, within a bucket of the one from which it is; `nil` where
    /// nothing ever is.
    public var leastOverdue: TimeSpan? {
        guard count >= Self.fewest, let total = cumulated.last else { return nil }
        let place = cumulated.partitioningIndex { $0 > 0.99 * total }
        let bucket = buckets[min(place, buckets.count - 1)]
        return TimeSpan(microseconds: Sketch.bounds(of: bucket).lowerBound)
    }

    /// Of those that lasted no longer; of the bucket in which the time falls, the share below it.
    private func weight(upTo elapsed: TimeSpan) -> Double {
        let bucket = Sketch.bucket(of: elapsed.microseconds)
        let place = buckets.partitioningIndex { $0 >= bucket }
        let below = place == 0 ? 0 : cumulated[place - 1]
        guard place < buckets.count, buckets[place] == bucket else { return below }
        let bounds = Sketch.bounds(of: bucket)
        let part = Double(min(elapsed.microseconds, bounds.upperBound) - bounds.lowerBound)
        let width = Double(bounds.upperBound - bounds.lowerBound + 1)
        return below + (cumulated[place] - below) * max(0, part / width)
    }
}

extension Array {
    /// The first place whose element, and with it every later one, fulfils a condition.
    fileprivate func partitioningIndex(where isLater: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if isLater(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
