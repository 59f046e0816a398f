public import StintModel

/// What has been kept for long enough, and how much of it to remove at a time.
public struct Expiry: Hashable, Sendable {
    /// How long executions are kept: see ``ExecutionState/expiresAt(retention:)``.
    public var retention: TimeSpan
    /// How long the events themselves are kept, and the books of clients that are silent: those a day
    /// at least.
    public var trailRetention: TimeSpan
    /// How long spans wait for those that say of what execution they are; four times as long where a
    /// model call or a tool is among them.
    public var undecided = TimeSpan.seconds(6 * 3_600)
    /// How long the cells of minutes, hours and days are kept; whole days at a time.
    public var minutes = TimeSpan.days(90)
    public var hours = TimeSpan.days(400)
    public var days = TimeSpan.days(5 * 366)
    /// The most bytes the store may take; beyond it spans without a model call or a tool that wait,
    /// and then the executions that ended and began first, go before their time. `nil` for any.
    public var maximumBytes: Int64?
    public var now: Instant
    /// The most executions, traces, pieces of trail and cells removed in one call, so that recording never
    /// waits long.
    public var limit: Int

    public init(
        retention: TimeSpan, trailRetention: TimeSpan, maximumBytes: Int64? = nil, now: Instant,
        limit: Int = 500
    ) {
        self.retention = retention
        self.trailRetention = trailRetention
        self.maximumBytes = maximumBytes
        self.now = now
        self.limit = limit
    }
}
