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

    /// The most days of a range: by days, a series then has no more points than it may, whatever
    /// part of a day the range begins and ends with.
    static let mostDays: Int64 = 398

    init(
        workspace: Workspace, now: Instant, _ parameters: inout QueryParameters
    ) throws(Problem) {
        self.workspace = workspace
        self.now = now
        let timeframe = try parameters.word("timeframe", of: Timeframe.self)
        let from = try parameters.instant("from")
        let to = try parameters.instant("to")
        agent = try parameters.one("agent")
        let identifier = try parameters.one("tz") ?? "UTC"
        guard let zone = ZoneRules(identifier: identifier) else {
            throw .parameter("tz", "a name of the tz database is due, such as Europe/Berlin.")
        }
        switch (timeframe, from, to) {
        case (let timeframe, nil, nil):
            let timeframe = timeframe ?? .hour
            self.timeframe = timeframe
            self.from = now - timeframe.span
            self.to = now
        case (nil, let from?, let to?):
            self.timeframe = nil
            guard from < to else {
                throw .parameter("to", "it does not lie after `from`.")
            }
            guard to.since(from) <= .days(Self.mostDays) else {
                throw .parameter("to", "a range of \(Self.mostDays) days at the most is due.")
            }
            self.from = from
            self.to = to
        case (nil, _, _):
            throw .parameter(from == nil ? "from" : "to", "`from` and `to` stand together.")
        default:
            throw .parameter("timeframe", "it does not stand beside `from` and `to`.")
        }
        guard let grid = TimeGrid(from: self.from, to: self.to, zone: zone) else {
            throw .parameter("from", "the range cannot be cut into steps.")
        }
        self.grid = grid
        self.zone = zone.covering((self.from - .days(32))..<(self.to + .days(2)))
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
