public import StintModel

/// When what is queued will start, by its place in the queue.
///
/// 1. A place that an idle slot of a worker awaits starts now.
/// 2. Where the ends of what runs can be expected, the p-th in the queue starts when p of them are
///    expected to have ended: the time t at which the sum over what runs of P(ended by t) reaches p,
///    where that probability is a broken line through the 10, 50 and 90 % points. This holds for the
///    first half of what runs; later ends are those of executions not begun yet.
/// 3. What is further back waits for as many more starts at the drain rate of late:
///    wait = p ÷ (starts ÷ time), as in Little, "A proof for the queuing formula: L = λW" (1961).
///
/// An estimate is as uncertain as the sum of p waits: about 1 ÷ √p of it.
public struct QueueEstimate: Sendable {
    /// When something that runs should end, from now.
    public struct End: Hashable, Sendable {
        public var low: TimeSpan
        public var median: TimeSpan
        public var high: TimeSpan

        /// - Parameter elapsed: Since the start that `estimate` counts from.
        public init(_ estimate: RemainingTime.Estimate, elapsed: TimeSpan) {
            low = max(
                .zero, TimeSpan(microseconds: estimate.low.microseconds - elapsed.microseconds))
            median = max(
                low, TimeSpan(microseconds: estimate.median.microseconds - elapsed.microseconds))
            high = max(
                median, TimeSpan(microseconds: estimate.high.microseconds - elapsed.microseconds))
        }
    }

    /// Fewer starts in ``recent`` are no basis for a drain rate.
    public static let fewestStarts = 5
    /// How far back the drain rate looks.
    public static let recent = TimeSpan.seconds(900)

    private let idle: Int
    /// Starts a second; 0 without basis.
    private let rate: Double
    /// Seconds until the first, second, … end.
    private let waits: [Double]

    /// - Parameters:
    ///   - starts: How many left the queue to start in the last ``recent``, while some were waiting.
    ///   - idle: Slots of workers that are free; `nil` where no worker reported.
    ///   - ends: Of what runs, where capacity is known and full; else empty.
    public init(starts: Int, idle: Int?, ends: [End]) {
        self.idle = idle ?? 0
        rate = starts >= Self.fewestStarts ? Double(starts) / Self.recent.seconds : 0
        waits = Self.waits(until: ends)
    }

    /// - Parameter place: In the queue's order, from 1.
    /// - Returns: From now; `nil` without basis.
    public func wait(ofPlace place: Int) -> TimeSpan? {
        let left = place - idle
        if left <= 0 { return .zero }
        if left <= waits.count { return TimeSpan(seconds: waits[left - 1]) }
        guard rate > 0 else { return nil }
        return TimeSpan(seconds: (waits.last ?? 0) + Double(left - waits.count) / rate)
    }

    /// The times at which the expected number of ends reaches 1, 2, … to half of them.
    private static func waits(until ends: [End]) -> [Double] {
        // Where the expected number of ends a second changes, and by how much.
        var changes: [(time: Double, slope: Double)] = []
        for end in ends {
            var start = 0.0
            let tail = end.high.seconds + (end.high.seconds - end.median.seconds)
            for (time, share) in [
                (end.low.seconds, 0.1), (end.median.seconds, 0.4), (end.high.seconds, 0.4),
                (tail, 0.1),
            ] {
                let stop = max(time, start + 0.001)
                changes.append((start, share / (stop - start)))
                changes.append((stop, -share / (stop - start)))
                start = stop
            }
        }
        changes.sort { $0.time < $1.time }
        var waits: [Double] = []
        var ended = 0.0
        var slope = 0.0
        var time = 0.0
        for change in changes {
            let reached = ended + slope * (change.time - time)
            while waits.count < ends.count / 2, Double(waits.count + 1) <= reached {
                waits.append(time + (Double(waits.count + 1) - ended) / slope)
            }
            ended = reached
            slope += change.slope
            time = change.time
        }
        return waits
    }
}
