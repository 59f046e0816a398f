public import StintModel

/// The block `latency`: how long executions waited and ran.
public struct LatencyBody: Decodable, Hashable, Sendable {
    /// Seconds, of all executions of which the time is known, whatever their end.
    public struct Figures: Decodable, Hashable, Sendable {
        /// From exact sums, whatever the method of the percentiles.
        public var avg: Double?
        /// The same as `p50`.
        public var median: Double?
        public var p50: Double?
        public var p75: Double?
        public var p90: Double?
        public var p95: Double?
        public var p99: Double?
        /// All others are `nil` where it is 0.
        public var n: Int64

        public init(
            avg: Double?, p50: Double?, p75: Double?, p90: Double?, p95: Double?, p99: Double?,
            n: Int64
        ) {
            self.avg = avg
            self.median = p50
            self.p50 = p50
            self.p75 = p75
            self.p90 = p90
            self.p95 = p95
            self.p99 = p99
            self.n = n
        }
    }

    /// The executions that took at least so long and not as long as the next bucket.
    public struct Bucket: Decodable, Hashable, Sendable {
        /// `0-1s`, `1-5s`, `5-10s`, `10-30s`, `30-60s` or `60s+`.
        public var bucket: String
        public var count: Int64
        /// Of all buckets; `nil` where there is nothing in any.
        public var percentage: Double?

        public init(bucket: String, count: Int64, percentage: Double?) {
            self.bucket = bucket
            self.count = count
            self.percentage = percentage
        }
    }

    /// The durations of what finished in one step.
    public struct Point: Decodable, Hashable, Sendable {
        /// The start of its step.
        public var timestamp: Instant
        /// The percentiles are `nil` where it is 0.
        public var n: Int64
        /// In seconds.
        public var p50: Double?
        public var p95: Double?

        public init(timestamp: Instant, n: Int64, p50: Double?, p95: Double?) {
            self.timestamp = timestamp
            self.n = n
            self.p50 = p50
            self.p95 = p95
        }
    }

    /// Of all percentiles of the block, those of the trend too.
    public var method: PercentileMethod
    /// From the queueing to the start of the current attempt, of what started in the window.
    public var queueLatency: Figures
    /// From the start of the current attempt to its finish, of what finished in the window.
    public var executionLatency: Figures
    /// From the first queueing or start of all attempts to the finish, of what finished in it.
    public var endToEndLatency: Figures
    /// Of what `executionLatency` counts: all six buckets, the shortest first.
    public var latencyDistribution: [Bucket]
    /// Of what `executionLatency` counts: every step of the window.
    public var latencyTrend: [Point]
    /// The nominal length of the steps of the trend, in seconds: 60 of a window up to an hour, 900 up
    /// to 6 hours, 3,600 up to 7 days, else 86,400. Longer than those of other series, so that a step
    /// has enough to tell percentiles of.
    public var latencyTrendStepSeconds: Double

    public init(
        method: PercentileMethod, queueLatency: Figures, executionLatency: Figures,
        endToEndLatency: Figures, latencyDistribution: [Bucket], latencyTrend: [Point],
        latencyTrendStepSeconds: Double
    ) {
        self.method = method
        self.queueLatency = queueLatency
        self.executionLatency = executionLatency
        self.endToEndLatency = endToEndLatency
        self.latencyDistribution = latencyDistribution
        self.latencyTrend = latencyTrend
        self.latencyTrendStepSeconds = latencyTrendStepSeconds
    }

    /// The names of the buckets, in order.
    public static let buckets = ["0-1s", "1-5s", "5-10s", "10-30s", "30-60s", "60s+"]

    public func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.members(of: method)
            json.key("queueLatency")
            queueLatency.writeJSON(to: &json)
            json.key("executionLatency")
            executionLatency.writeJSON(to: &json)
            json.key("endToEndLatency")
            endToEndLatency.writeJSON(to: &json)
            json.key("latencyDistribution")
            json.array(latencyDistribution) { json, bucket in
                json.object { json in
                    json.member("bucket", bucket.bucket)
                    json.member("count", bucket.count)
                    json.member("percentage", rate: bucket.percentage)
                }
            }
            json.key("latencyTrend")
            json.array(latencyTrend) { json, point in
                json.object { json in
                    json.member("timestamp", point.timestamp)
                    json.member("n", point.n)
                    json.member("p50", number: point.p50)
                    json.member("p95", number: point.p95)
                }
            }
            json.member("latencyTrendStepSeconds", number: latencyTrendStepSeconds)
        }
    }
}

extension LatencyBody.Figures {
    func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.member("avg", number: avg)
            json.member("median", number: median)
            json.member("p50", number: p50)
            json.member("p75", number: p75)
            json.member("p90", number: p90)
            json.member("p95", number: p95)
            json.member("p99", number: p99)
            json.member("n", n)
        }
    }
}
