import StintModel

/// The promise of an execution to be heard from.
struct Pulse: Sendable {
    var execution: ExecutionID
    var attempt: UInt16
    /// At least a hundredth of a second.
    var every: Duration
    var due = ContinuousClock.now

    init(execution: ExecutionID, attempt: UInt16, every: Duration) {
        self.execution = execution
        self.attempt = attempt
        self.every = max(every, .milliseconds(10))
        due = .now + self.every
    }
}

/// The executions that promised to be heard from, and when.
struct Pulses: Sendable {
    private var pulses: [Int: Pulse] = [:]
    private var count = 0

    /// - Returns: By which to remove it.
    mutating func add(_ pulse: Pulse) -> Int {
        count += 1
        pulses[count] = pulse
        return count
    }

    mutating func remove(_ number: Int) { pulses[number] = nil }

    var next: ContinuousClock.Instant? { pulses.values.lazy.map(\.due).min() }

    /// Those that are due; each is due again after its time from now.
    mutating func beat(at now: ContinuousClock.Instant) -> [Pulse] {
        var due: [Pulse] = []
        for (number, pulse) in pulses where pulse.due <= now {
            due.append(pulse)
            pulses[number]?.due = now + pulse.every
        }
        return due
    }
}
