import StintModel

/// When executions come: the seasons of the day and the week, hour by hour in UTC.
struct ArrivalCurve: Sendable {
    private let begin: Instant
    /// The sum of the weights up to and with each hour.
    private let sums: [Double]

    /// - Parameter factor: What an hour counts beside its season.
    init(days: Int, until: Instant, factor: (Instant) -> Double) {
        let begin = until - .days(Int64(days))
        self.begin = begin
        var sum = 0.0
        sums = (0..<(days * 24)).map { hour in
            let start = begin + .seconds(Int64(hour) * 3_600)
            sum += Self.season(at: start) * factor(start)
            return sum
        }
    }

    /// The instant before which a share of all executions came.
    ///
    /// - Parameter share: From 0 up to, but without, 1.
    func instant(of share: Double) -> Instant {
        let wanted = share * (sums.last ?? 0)
        var (low, high) = (0, sums.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if sums[middle] > wanted { high = middle } else { low = middle + 1 }
        }
        let before = low == 0 ? 0 : sums[low - 1]
        let part = (wanted - before) / (sums[low] - before)
        return begin + .milliseconds(low * 3_600_000 + Int(part * 3_600_000))
    }

    /// How busy an hour usually is: nights a fifth of the noon, weekends a third of the weekdays.
    static func season(at instant: Instant) -> Double {
        let hours = instant.microseconds / 3_600_000_000
        // 1970-01-01 was a Thursday: day 3 of the week that begins on Monday.
        let weekday = (hours / 24 + 3) % 7
        return ofDay[Int(hours % 24)] * (weekday < 5 ? 1 : 1.0 / 3)
    }

    private static let ofDay: [Double] = [
        0.22, 0.20, 0.20, 0.20, 0.22, 0.26, 0.34, 0.48, 0.70, 0.90, 1.00, 1.00,
        0.92, 0.96, 1.00, 0.98, 0.90, 0.76, 0.60, 0.48, 0.40, 0.34, 0.28, 0.24,
    ]
}
