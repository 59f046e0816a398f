public import StintModel

/// A range of time that ends now, by its length.
public enum Timeframe: String, CaseIterable, Sendable {
    case hour = "1h"
    case sixHours = "6h"
    case day = "24h"
    case week = "7d"
    case month = "30d"
    case quarter = "90d"

    public var span: TimeSpan {
        switch self {
        case .hour: .seconds(3_600)
        case .sixHours: .seconds(6 * 3_600)
        case .day: .days(1)
        case .week: .days(7)
        case .month: .days(30)
        case .quarter: .days(90)
        }
    }
}

extension MetricsBody {
    /// What the figures of a range may be compared with.
    public enum Comparison: String, CaseIterable, Sendable {
        /// The equal period just before.
        case previous
    }

    /// A part of the answer that can be asked for by itself.
    public enum Block: String, CaseIterable, Sendable {
        case realtime, throughput, latency, performance, patterns, resources
    }
}
