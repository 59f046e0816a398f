import StintMetrics
import StintModel
import StintWire

/// What figures are asked for: a range of time, whose they are, and the zone of its hours and days.
struct MetricsQuery: Sendable {
    let workspace: Workspace
    /// `nil` where the range was given by its ends.
    let timeframe: Timeframe?
    let from: Instant
    let to: Instant
    let agent: String?
    let zone: ZoneRules
    /// The steps of every series.
    let grid: TimeGrid
    /// The steps of ``LatencyBody/latencyTrend``.
    let latencyGrid: TimeGrid
    /// The server's clock when it was asked.
    let now: Instant
    let compare: MetricsBody.Comparison?

    init(
        workspace: Workspace, now: Instant, _ parameters: inout QueryParameters
    ) throws(Problem) {
        let range = try AskedRange(otherwise: .hour, now: now, &parameters)
        let agent = try parameters.one("agent")
        let compare = try parameters.word("compare", of: MetricsBody.Comparison.self)
        let identifier = try parameters.one("tz") ?? "UTC"
        guard let zone = ZoneRules(identifier: identifier) else {
            throw .parameter("tz", "a name of the tz database is due, such as Europe/Berlin.")
        }
        guard
            let query = MetricsQuery(
                workspace: workspace, timeframe: range.timeframe, from: range.from, to: range.to,
                agent: agent, zone: zone, now: now, compare: compare)
        else { throw .parameter("from", "the range cannot be cut into steps.") }
        self = query
        if compare == .previous, previous == nil {
            throw .parameter("compare", "there is no such time before the range.")
        }
    }

    /// - Returns: `nil` for a range that is not ``Instant/writable``.
    private init?(
        workspace: Workspace, timeframe: Timeframe?, from: Instant, to: Instant, agent: String?,
        zone: ZoneRules, now: Instant, compare: MetricsBody.Comparison?
    ) {
        let step = Self.latencyStep(of: to.since(from))
        guard let grid = TimeGrid(from: from, to: to, zone: zone),
            let latencyGrid = TimeGrid(from: from, to: to, zone: zone, step: step)
        else { return nil }
        self.workspace = workspace
        self.timeframe = timeframe
        self.from = from
        self.to = to
        self.agent = agent
        self.grid = grid
        self.latencyGrid = latencyGrid
        self.zone = zone.covering((from - .days(32))..<(to + .days(2)))
        self.now = now
        self.compare = compare
    }

    private static func latencyStep(of length: TimeSpan) -> TimeGrid.Step {
        switch length {
        case ...Timeframe.hour.span: .minute
        case ...Timeframe.sixHours.span: .quarterHour
        case ...Timeframe.week.span: .hour
        default: .day
        }
    }

    /// The same question about the equal period just before; `nil` where there is none.
    var previous: MetricsQuery? {
        MetricsQuery(
            workspace: workspace, timeframe: nil, from: from - length, to: from, agent: agent,
            zone: zone, now: now, compare: nil)
    }

    var length: TimeSpan { to.since(from) }

    /// The ends of the range, and the starts of the steps between them.
    var bounds: [Instant] {
        [from] + grid.starts.dropFirst() + [to]
    }

    /// How much of a part of the range has passed, in minutes.
    func minutesPassed(from: Instant, to: Instant) -> Double {
        max(0, min(to, now).since(from).seconds / 60)
    }
}
