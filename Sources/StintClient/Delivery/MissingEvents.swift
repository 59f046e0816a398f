import StintModel

/// What had to be given up, by execution, until its server has been told.
struct MissingEvents: Sendable {
    struct Count: Hashable, Sendable {
        var attempt: UInt16
        /// Since the execution began.
        var total: Int
        /// The newest that is missing.
        var at: Instant
        var isTold = false

        mutating func add(_ count: Int, attempt: UInt16, at: Instant) {
            total += count
            self.attempt = max(self.attempt, attempt)
            self.at = max(self.at, at)
            isTold = false
        }
    }

    /// How many executions are told apart.
    static let executions = 10_000

    /// All that is missing, whosever it is.
    private(set) var total = 0
    private(set) var counts: [ExecutionID: Count] = [:]

    mutating func note(_ execution: ExecutionID?, attempt: UInt16, at: Instant, count: Int = 1) {
        total += count
        guard let execution else { return }
        if let place = counts.index(forKey: execution) {
            counts.values[place].add(count, attempt: attempt, at: at)
        } else if counts.count < Self.executions {
            counts[execution] = Count(attempt: attempt, total: count, at: at)
        }
    }

    /// Adds what is missing of nobody knows which execution.
    mutating func note(unknown count: Int) { total += count }

    mutating func add(_ other: MissingEvents) {
        total += other.total
        if counts.count + other.counts.count > Self.executions {
            counts = counts.filter { !$0.value.isTold }
        }
        for (execution, count) in other.counts {
            let all = total
            note(execution, attempt: count.attempt, at: count.at, count: count.total)
            total = all
        }
    }

    /// One event for each execution of which more is missing than was told.
    mutating func untold() -> [Event] {
        var events: [Event] = []
        for (execution, count) in counts where !count.isTold {
            var event = Event(
                .executionUpdated, execution: execution, at: count.at, attempt: count.attempt)
            event.facts = [Fact(.missingEvents, .integer(Int64(count.total)))]
            events.append(event)
            counts[execution]?.isTold = true
        }
        return events
    }
}
