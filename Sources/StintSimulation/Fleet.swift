public import StintModel

/// A fleet of agents and everything that happened to it in a span of days, decided by a seed.
///
/// Any of its executions can be had by its number alone, at the same small cost: a fleet of
/// millions takes no memory, and its truth can be asked again at any time.
public struct Fleet: KnownTruth {
    public struct Settings: Hashable, Sendable {
        /// How many executions.
        public var executions: Int
        public var days: Int
        public var seed: UInt64
        /// When the history ends. It begins so many days before.
        public var until: Instant

        /// - Precondition: One execution and one day at least.
        public init(executions: Int, days: Int, seed: UInt64, until: Instant) {
            precondition(executions >= 1 && days >= 1, "A fleet has executions and days.")
            self.executions = executions
            self.days = days
            self.seed = seed
            self.until = until
        }
    }

    public let settings: Settings
    /// In order of time.
    public let incidents: [Incident]
    public let tag: String
    private let curve: ArrivalCurve

    public init(_ settings: Settings) {
        self.settings = settings
        var random = RandomSource(seed: settings.seed, .fleet)
        let incidents = Incident.drawn(days: settings.days, until: settings.until, &random)
        self.incidents = incidents
        curve = ArrivalCurve(days: settings.days, until: settings.until) { hour in
            incidents.contains { $0.kind == .rush && $0.holds(at: hour) } ? 6 : 1
        }
        tag = FleetTag.text(of: [
            settings.seed, UInt64(settings.executions), UInt64(settings.days),
            UInt64(bitPattern: settings.until.microseconds),
        ])
    }

    /// When the history begins. A long execution whose end would lie beyond the history may begin a
    /// little before.
    public var from: Instant { settings.until - .days(Int64(settings.days)) }

    public var count: Int { settings.executions }

    /// - Precondition: The number is one of 0 ..< `settings.executions`.
    public func execution(_ number: Int) -> SimulatedExecution {
        precondition((0..<settings.executions).contains(number), "No such execution.")
        let message = message(of: number)
        // The same draw, earlier, where it would go on beyond the end of the history. A slow-down
        // may make an earlier one longer; each time it moves further back.
        var arrival = arrival(of: number, message: message)
        while true {
            var draw = ExecutionDraw(
                seed: settings.seed, number: number, tag: tag, message: message, arrival: arrival,
                incidents: incidents)
            let drawn = draw.execution()
            let excess = drawn.current.lastSign.since(settings.until)
            if excess < .zero { return drawn }
            arrival = arrival - excess - .seconds(1)
        }
    }

    /// The number of the first execution that the same source message began: mostly its own, for a
    /// message is rarely delivered twice.
    private func message(of number: Int) -> Int {
        var first = number
        while first > 0, isRedelivery(first) { first -= 1 }
        return first
    }

    private func isRedelivery(_ number: Int) -> Bool {
        var random = RandomSource(seed: settings.seed, .message, part: number)
        return random.chance(0.005)
    }

    /// The numbers divide the history evenly by busyness; each comes somewhere in its part of it. A
    /// message delivered twice comes again half a minute later.
    private func arrival(of number: Int, message: Int) -> Instant {
        var random = RandomSource(seed: settings.seed, .arrivals, part: message)
        let share = (Double(message) + random.share()) / Double(settings.executions)
        return curve.instant(of: share) + .seconds(30 * Int64(number - message))
    }
}
