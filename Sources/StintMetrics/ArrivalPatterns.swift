public import StintModel

/// When executions start: the hours of day with most and fewest, and how many a day.
///
/// Judged over the window, or over the last 14 whole days and today where that is more and they are
/// known.
public struct ArrivalPatterns: Hashable, Sendable {
    /// A mean over whole days.
    public struct DailyMean: Hashable, Sendable {
        /// Arrivals a day.
        public var mean: Double
        /// How many days it is the mean of, never 0.
        public var days: Int
    }

    /// The three hours of day (0 through 23) with most arrivals per such hour seen, most first; of
    /// equal ones the earlier. Fewer where fewer hours were seen; none where nothing started.
    public var peakHours: [Int] = []
    /// The three with fewest, fewest first, of those that are no peak.
    public var quietHours: [Int] = []
    /// `nil` without a whole day, as the two below.
    public var averageDaily: DailyMean?
    /// Of Mondays through Fridays.
    public var weekdayAverage: DailyMean?
    /// Of Saturdays and Sundays.
    public var weekendAverage: DailyMean?

    /// - Parameters:
    ///   - series: Holds the window, and as much of the 14 days before its end as there is.
    ///   - window: Its end is now at the latest; a slot that is not over is not counted.
    public init(of series: SlotSeries, window: Range<Instant>, zone: ZoneRules) {
        let zone = zone.covering(series.start - .days(1)..<series.end + .days(1))
        let end = min(window.upperBound, series.end)
        let today = zone.day(of: end)
        let from = min(window.lowerBound, zone.start(ofDay: today - 14))
        let low = max(0, series.index(of: from - TimeSpan(microseconds: 1)) + 1)
        let high = min(series.index(of: end), series.count)
        guard low < high else { return }

        var hours = [(arrivals: Int64, slots: Int)](repeating: (0, 0), count: 24)
        var days: [Int: Int64] = [:]
        for block in series.hourBlocks(low..<high, zone: zone) {
            let arrivals = series.started[block.slots].reduce(0, +)
            hours[block.hour].arrivals += arrivals
            hours[block.hour].slots += block.slots.count
            days[block.day, default: 0] += arrivals
        }
        rank(hours.map { $0.slots == 0 ? nil : Double($0.arrivals) / Double($0.slots) })

        let known = max(series.start(of: low), series.start(of: series.firstKnown))
        let whole = days.filter { day, _ in
            zone.start(ofDay: day) >= known && zone.start(ofDay: day + 1) <= end
        }
        averageDaily = Self.mean(Array(whole.values))
        weekdayAverage = Self.mean(
            whole.filter { ZoneRules.weekday(ofDay: $0.key) < 6 }.map(\.value))
        weekendAverage = Self.mean(
            whole.filter { ZoneRules.weekday(ofDay: $0.key) > 5 }.map(\.value))
    }

    private mutating func rank(_ rates: [Double?]) {
        guard rates.contains(where: { ($0 ?? 0) > 0 }) else { return }
        let seen = rates.indices.compactMap { hour in rates[hour].map { (hour: hour, rate: $0) } }
        peakHours = seen.sorted { ($1.rate, $0.hour) < ($0.rate, $1.hour) }.prefix(3).map(\.hour)
        quietHours = seen.filter { !peakHours.contains($0.hour) }
            .sorted { ($0.rate, $0.hour) < ($1.rate, $1.hour) }.prefix(3).map(\.hour)
    }

    private static func mean(_ days: [Int64]) -> DailyMean? {
        if days.isEmpty { return nil }
        return DailyMean(mean: Double(days.reduce(0, +)) / Double(days.count), days: days.count)
    }
}
