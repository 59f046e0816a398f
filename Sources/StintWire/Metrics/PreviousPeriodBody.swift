public import StintModel

/// The period just before a range, of the same length: what its figures are compared with.
///
/// Holds those of the blocks asked for that are of a range and not of now, each as the range itself
/// has it.
public struct PreviousPeriodBody: Decodable, Hashable, Sendable {
    public var from: Instant
    /// Where the range begins.
    public var to: Instant
    /// As ``MetricsBody/stepSeconds``: the same, but for ranges at whose border clocks change.
    public var stepSeconds: Double
    public var throughput: ThroughputBody?
    public var latency: LatencyBody?
    public var performance: PerformanceBody?
    public var patterns: Patterns?

    /// Of the block `patterns` what finished; what was usual and what was not is told of the range
    /// alone.
    public struct Patterns: Decodable, Hashable, Sendable {
        public var timeline: [PatternsBody.Step]

        public init(timeline: [PatternsBody.Step]) {
            self.timeline = timeline
        }
    }

    public init(
        from: Instant, to: Instant, stepSeconds: Double, throughput: ThroughputBody? = nil,
        latency: LatencyBody? = nil, performance: PerformanceBody? = nil, patterns: Patterns? = nil
    ) {
        self.from = from
        self.to = to
        self.stepSeconds = stepSeconds
        self.throughput = throughput
        self.latency = latency
        self.performance = performance
        self.patterns = patterns
    }

    public func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.member("from", from)
            json.member("to", to)
            json.member("stepSeconds", number: stepSeconds)
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
                json.object { json in
                    json.key("timeline")
                    json.array(patterns.timeline) { $1.writeJSON(to: &$0) }
                }
            }
        }
    }
}
