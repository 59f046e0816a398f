/// The block `throughput`: how many executions finished in a time, whatever their end.
public struct ThroughputBody: Decodable, Hashable, Sendable {
    /// How many finished in the window.
    public var n: Int64
    /// `n` by the minutes of the window that have passed; `nil` where none has.
    public var executionsPerMinute: Double?
    /// 60 times that, before either is rounded.
    public var executionsPerHour: Double?
    /// 1,440 times that.
    public var executionsPerDay: Double?
    /// Executions per minute, of every step of the window; of one that began before the window, or
    /// goes on still, by the minutes that lie in both.
    public var throughputTrend: [PointBody]
    /// The largest value of the trend, the first of them; `nil` where nothing finished.
    public var peakThroughput: PointBody?
    /// Percent: the mean of busy by all slots of the workers; `nil` without a report.
    public var capacityUtilization: Double?
    /// The most slots that all workers together had at once; `nil` without a report.
    public var maxCapacity: Int64?

    public init(
        n: Int64, executionsPerMinute: Double?, executionsPerHour: Double?,
        executionsPerDay: Double?, throughputTrend: [PointBody], peakThroughput: PointBody?,
        capacityUtilization: Double?, maxCapacity: Int64?
    ) {
        self.n = n
        self.executionsPerMinute = executionsPerMinute
        self.executionsPerHour = executionsPerHour
        self.executionsPerDay = executionsPerDay
        self.throughputTrend = throughputTrend
        self.peakThroughput = peakThroughput
        self.capacityUtilization = capacityUtilization
        self.maxCapacity = maxCapacity
    }

    public func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.member("n", n)
            json.member("executionsPerMinute", rate: executionsPerMinute)
            json.member("executionsPerHour", rate: executionsPerHour)
            json.member("executionsPerDay", rate: executionsPerDay)
            json.key("throughputTrend")
            json.array(throughputTrend) { $1.writeJSON(to: &$0) }
            json.key("peakThroughput")
            if let peakThroughput { peakThroughput.writeJSON(to: &json) } else { json.null() }
            json.member("capacityUtilization", rate: capacityUtilization)
            json.member("maxCapacity", maxCapacity)
        }
    }
}
