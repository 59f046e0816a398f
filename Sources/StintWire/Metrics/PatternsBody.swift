public import StintModel

/// The block `patterns`: when work comes, and what was out of the ordinary.
public struct PatternsBody: Decodable, Hashable, Sendable {
    /// One step of the window: what finished in it.
    public struct Step: Decodable, Hashable, Sendable {
        public var timestamp: Instant
        public var executions: Int64
        /// Those that finished, by outcome: the four after another come to `executions`.
        public var succeeded: Int64
        public var failed: Int64
        public var timedOut: Int64
        /// Those that were aborted.
        public var cancelled: Int64
        /// Those that are lost now and were last heard of in the step; not part of `executions`.
        public var lost: Int64
        /// Percent; `nil` where nothing finished.
        public var successRate: Double?
        /// The mean duration, in seconds.
        public var avgDuration: Double?
        /// How many durations are known.
        public var n: Int64

        public init(
            timestamp: Instant, executions: Int64, succeeded: Int64, failed: Int64,
            timedOut: Int64, cancelled: Int64, lost: Int64, successRate: Double?,
            avgDuration: Double?, n: Int64
        ) {
            self.timestamp = timestamp
            self.executions = executions
            self.succeeded = succeeded
            self.failed = failed
            self.timedOut = timedOut
            self.cancelled = cancelled
            self.lost = lost
            self.successRate = successRate
            self.avgDuration = avgDuration
            self.n = n
        }
    }

    /// A time in which clearly more arrived than was to be expected.
    public struct Burst: Decodable, Hashable, Sendable {
        public var startTime: Instant
        public var endTime: Instant
        /// The most that arrived in five minutes of it.
        public var peakExecutions: Int64
        /// All that arrived in it.
        public var totalExecutions: Int64
        /// `low`, `medium` or `high`.
        public var impact: String

        public init(
            startTime: Instant, endTime: Instant, peakExecutions: Int64, totalExecutions: Int64,
            impact: String
        ) {
            self.startTime = startTime
            self.endTime = endTime
            self.peakExecutions = peakExecutions
            self.totalExecutions = totalExecutions
            self.impact = impact
        }
    }

    /// How arrivals spread over the day and the week.
    public struct Habits: Decodable, Hashable, Sendable {
        /// The three hours of the day with most arrivals, that with most first; fewer where there
        /// is no basis.
        public var peakHours: [Int64]
        /// The three with fewest, that with fewest first.
        public var quietHours: [Int64]
        /// Arrivals of a whole day; `nil` without a whole day.
        public var averageDaily: Double?
        /// Of a whole day from Monday through Friday.
        public var weekdayAverage: Double?
        /// Of a whole Saturday or Sunday.
        public var weekendAverage: Double?
        /// How many whole days the averages are made of: of at least two weeks, where there are.
        public var days: Int64

        public init(
            peakHours: [Int64], quietHours: [Int64], averageDaily: Double?,
            weekdayAverage: Double?, weekendAverage: Double?, days: Int64
        ) {
            self.peakHours = peakHours
            self.quietHours = quietHours
            self.averageDaily = averageDaily
            self.weekdayAverage = weekdayAverage
            self.weekendAverage = weekendAverage
            self.days = days
        }
    }

    /// A time that differs from what was to be expected of it.
    public struct Anomaly: Decodable, Hashable, Sendable {
        /// When it began.
        public var timestamp: Instant
        /// When it ended; the end of what is known where it goes on.
        public var endTime: Instant
        /// `spike` or `drop` of arrivals, or `failure_surge` of what finished.
        public var type: String
        /// `low`, `medium` or `high`.
        public var severity: String
        /// A sentence made of its numbers.
        public var description: String
        /// How many arrived, or failed, in it.
        public var observed: Int64
        /// How many were to be expected.
        public var expected: Double

        public init(
            timestamp: Instant, endTime: Instant, type: String, severity: String,
            description: String, observed: Int64, expected: Double
        ) {
            self.timestamp = timestamp
            self.endTime = endTime
            self.type = type
            self.severity = severity
            self.description = description
            self.observed = observed
            self.expected = expected
        }
    }

    /// Every step of the window.
    public var timeline: [Step]
    /// The oldest first.
    public var bursts: [Burst]
    public var patterns: Habits
    /// The oldest first.
    public var anomalies: [Anomaly]

    public init(timeline: [Step], bursts: [Burst], patterns: Habits, anomalies: [Anomaly]) {
        self.timeline = timeline
        self.bursts = bursts
        self.patterns = patterns
        self.anomalies = anomalies
    }

    public func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.key("timeline")
            json.array(timeline) { $1.writeJSON(to: &$0) }
            json.key("bursts")
            json.array(bursts) { $1.writeJSON(to: &$0) }
            json.key("patterns")
            patterns.writeJSON(to: &json)
            json.key("anomalies")
            json.array(anomalies) { $1.writeJSON(to: &$0) }
        }
    }
}

extension PatternsBody.Step {
    func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.member("timestamp", timestamp)
            json.member("executions", executions)
            json.member("succeeded", succeeded)
            json.member("failed", failed)
            json.member("timedOut", timedOut)
            json.member("cancelled", cancelled)
            json.member("lost", lost)
            json.member("successRate", rate: successRate)
            json.member("avgDuration", number: avgDuration)
            json.member("n", n)
        }
    }
}

extension PatternsBody.Burst {
    func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.member("startTime", startTime)
            json.member("endTime", endTime)
            json.member("peakExecutions", peakExecutions)
            json.member("totalExecutions", totalExecutions)
            json.member("impact", impact)
        }
    }
}

extension PatternsBody.Habits {
    func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.key("peakHours")
            json.array(peakHours) { $0.integer($1) }
            json.key("quietHours")
            json.array(quietHours) { $0.integer($1) }
            json.member("averageDaily", rate: averageDaily)
            json.member("weekdayAverage", rate: weekdayAverage)
            json.member("weekendAverage", rate: weekendAverage)
            json.member("days", days)
        }
    }
}

extension PatternsBody.Anomaly {
    func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.member("timestamp", timestamp)
            json.member("endTime", endTime)
            json.member("type", type)
            json.member("severity", severity)
            json.member("description", description)
            json.member("observed", observed)
            json.member("expected", rate: expected)
        }
    }
}
