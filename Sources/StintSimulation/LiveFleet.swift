public import StintModel

/// A fleet that goes on in real time: executions come by chance, at a mean rate, and take the time
/// they take.
public struct LiveFleet: KnownTruth {
    /// An event, and when it is to be sent: mostly when it happens.
    public struct Delivery: Sendable {
        public let due: Instant
        public let event: Event
    }

    public let tag: String
    private let seed: UInt64
    private let meanDistance: TimeSpan
    private var executions: [SimulatedExecution] = []
    private var random: RandomSource
    /// When the next execution comes.
    public private(set) var nextArrival: Instant

    /// - Parameter perMinute: How many executions come in a minute, on average; more than 0.
    public init(seed: UInt64, perMinute: Double, from: Instant) {
        self.seed = seed
        meanDistance = TimeSpan(microseconds: max(1, Int64(60_000_000 / perMinute)))
        tag = FleetTag.text(of: [seed, UInt64(bitPattern: from.microseconds)])
        random = RandomSource(seed: seed, .arrivals)
        nextArrival = from
        moveOn()
    }

    public var count: Int { executions.count }

    public func execution(_ number: Int) -> SimulatedExecution { executions[number] }

    /// Lets the execution of ``nextArrival`` come.
    ///
    /// - Returns: All that will be told of it, in no order. One event in a hundred comes late, and
    ///   one in a hundred again.
    public mutating func arrive() -> [Delivery] {
        var draw = ExecutionDraw(
            seed: seed, number: count, tag: tag, message: count, arrival: nextArrival,
            incidents: [])
        let execution = draw.execution()
        executions.append(execution)
        moveOn()
        var deliveries: [Delivery] = []
        for event in execution.events {
            let isLate = random.chance(0.01)
            let delay = isLate ? random.milliseconds(1...2_000) : .zero
            deliveries.append(Delivery(due: event.at + delay, event: event))
            if random.chance(0.01) {
                let again = event.at + delay + random.milliseconds(1...2_000)
                deliveries.append(Delivery(due: again, event: event))
            }
        }
        return deliveries
    }

    /// Ends the fleet: what is still at work is aborted, as who shuts a fleet down would do.
    ///
    /// - Parameter instant: Later than every event that was told so far.
    /// - Returns: What remains to be told.
    public mutating func stop(at instant: Instant) -> [Event] {
        var told: [Event] = []
        for number in executions.indices where executions[number].isAtWork(at: instant) {
            executions[number].stop(at: instant)
            // Everything that happened before, too: some of it may have been meant to come late.
            told += executions[number].events
        }
        return told
    }

    private mutating func moveOn() {
        let distance = Double(meanDistance.microseconds) * random.exponential()
        nextArrival = nextArrival + TimeSpan(microseconds: max(1, Int64(distance)))
    }
}
