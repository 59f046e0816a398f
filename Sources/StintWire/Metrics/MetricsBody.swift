public import StintModel

/// How `GET /v1/metrics` and `GET /v1/metrics/{block}` answer: a range of time, and figures of it.
///
/// Every figure belongs to the minute in which it became known, so that a window's durations are
/// those of the executions that finished in it, and the past does not change when a long run ends.
/// Executions of the environments `test` and `mock` count in none.
///
/// In all blocks durations are in seconds and not rounded, shares in percent, money in US dollars.
/// What is not known is `nil`, and null when written; 0 is a measurement. `n` beside a figure is
/// the number of values that it was made of.
public struct MetricsBody: Decodable, Hashable, Sendable {
    public var workspace: String
    /// `1h`, `6h`, `24h`, `7d`, `30d` or `90d`, ending at ``to``; `nil` where the range was asked
    /// for by its ends.
    public var timeframe: String?
    /// The start of the range, which belongs to it.
    public var from: Instant
    /// The end of the range, which does not.
    public var to: Instant
    /// The zone in which hours, days and the steps of series begin: a name of the tz database.
    public var tz: String
    /// The agent that alone counts; `nil` for all.
    public var agent: String?
    /// The nominal length of the steps of every series of this answer, in seconds: 60, 300, 900,
    /// 3,600, 21,600 or 86,400. A day on which clocks change is an hour longer or shorter.
    public var stepSeconds: Double

    // A block that was not asked for is absent.
    public var realtime: RealtimeBody?
    public var throughput: ThroughputBody?
    public var latency: LatencyBody?
    public var performance: PerformanceBody?
    public var patterns: PatternsBody?
    public var resources: ResourcesBody?
    /// The equal period just before; absent unless it was asked for (`compare=previous`).
    public var previous: PreviousPeriodBody?

    public init(
        workspace: String, timeframe: String?, from: Instant, to: Instant, tz: String,
        agent: String?, stepSeconds: Double, realtime: RealtimeBody? = nil,
        throughput: ThroughputBody? = nil, latency: LatencyBody? = nil,
        performance: PerformanceBody? = nil, patterns: PatternsBody? = nil,
        resources: ResourcesBody? = nil, previous: PreviousPeriodBody? = nil
    ) {
        self.workspace = workspace
        self.timeframe = timeframe
        self.from = from
        self.to = to
        self.tz = tz
        self.agent = agent
        self.stepSeconds = stepSeconds
        self.realtime = realtime
        self.throughput = throughput
        self.latency = latency
        self.performance = performance
        self.patterns = patterns
        self.resources = resources
        self.previous = previous
    }

    public func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.member("workspace", workspace)
            json.member("timeframe", timeframe)
            json.member("from", from)
            json.member("to", to)
            json.member("tz", tz)
            json.member("agent", agent)
            json.member("stepSeconds", number: stepSeconds)
            if let realtime {
                json.key("realtime")
                realtime.writeJSON(to: &json)
            }
            if let throughput {
                json.key("throughput")
                throughput.writeJSON(to: &json)
            }
            if let latency {
                json.key("latency")
                latency.writeJSON(to: &json)
            }
            if let performance {
                json.key("performance")
                performance.writeJSON(to: &json)
            }
            if let patterns {
                json.key("patterns")
                patterns.writeJSON(to: &json)
            }
            if let resources {
                json.key("resources")
                resources.writeJSON(to: &json)
            }
            if let previous {
                json.key("previous")
                previous.writeJSON(to: &json)
            }
        }
    }
}

/// One value of a series.
public struct PointBody: Decodable, Hashable, Sendable {
    /// The start of its step.
    public var timestamp: Instant
    /// A rate; `nil` where nobody reported any in that step.
    public var value: Double?

    public init(timestamp: Instant, value: Double?) {
        self.timestamp = timestamp
        self.value = value
    }

    public func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.member("timestamp", timestamp)
            json.member("value", rate: value)
        }
    }
}

/// How the percentiles of a block were found.
public enum PercentileMethod: String, CaseIterable, Decodable, Hashable, Sendable {
    /// From every single value: of n values the ⌈share · n⌉-th smallest.
    case exact
    /// From the counts of buckets, by the same rank: off by at most ``bound``.
    case sketch

    /// The largest relative error of a percentile.
    public var bound: Double {
        switch self {
        case .exact: 0
        case .sketch: 1 / 128
        }
    }
}

extension JSONWriter {
    /// The members `method` and `bound`.
    mutating func members(of method: PercentileMethod) {
        member("method", method.rawValue)
        member("bound", number: method.bound)
    }
}
