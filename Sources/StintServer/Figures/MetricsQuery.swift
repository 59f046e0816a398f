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
    /// The server's clock when it was asked.
    let now: Instant

    init(
        workspace: Workspace, now: Instant, _ parameters: inout QueryParameters
    ) throws(Problem) {
        self.workspace = workspace
        self.now = now
        let range = try AskedRange(otherwise: .hour, now: now, &parameters)
        timeframe = range.timeframe
        from = range.from
        to = range.to
        agent = try parameters.one("agent")
        let identifier = try parameters.one("tz") ?? "UTC"
        guard let zone = ZoneRules(identifier: identifier) else {
            throw .parameter("tz", "a name of the tz database is due, such as Europe/Berlin.")
        }
        guard let grid = TimeGrid(from: from, to: to, zone: zone) else {
            throw .parameter("from", "the range cannot be cut into steps.")
        }
        self.grid = grid
        self.zone = zone.covering((from - .days(32))..<(to + .days(2)))
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
