import Synchronization

/// How many samples were at most as large as each of some bounds.
struct Distribution: Sendable {
    /// Upper bounds, ascending; one more bucket takes what is larger.
    let bounds: [Double]
    /// Samples of each bucket by itself.
    private(set) var counts: [Int]
    private(set) var sum = 0.0

    init(bounds: [Double]) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    /// - Parameter counts: Of each bound, and one more.
    init(bounds: [Double], counts: [Int], sum: Double) {
        self.bounds = bounds
        self.counts = counts
        self.sum = sum
    }

    mutating func add(_ sample: Double) {
        var place = 0
        while place < bounds.count, sample > bounds[place] { place += 1 }
        counts[place] += 1
        sum += sample
    }

    /// For times of requests and commits, in seconds.
    static let seconds = [
        0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
        60,
    ]
    /// For sizes of groups.
    static let sizes: [Double] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000]
}

/// A distribution that is added to from any thread.
final class Histogram: Sendable {
    private let state: Mutex<Distribution>

    init(bounds: [Double]) {
        state = Mutex(Distribution(bounds: bounds))
    }

    var value: Distribution { state.withLock(\.self) }

    func add(_ sample: Double) {
        state.withLock { $0.add(sample) }
    }
}

extension Duration {
    /// With a fraction.
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
