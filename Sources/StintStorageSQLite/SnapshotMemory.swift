import StintMetrics
import StintModel
import StintStorage

/// What was read from a snapshot and is asked for again: each agent and model asks for the executions
/// of the same border minutes, and each block for five minutes of the same days.
///
/// It belongs to one snapshot, on one thread.
final class SnapshotMemory {
    struct Borders: Hashable {
        let key: ExecutionQuery.Key
        let range: Range<Instant>
    }

    /// Of all agents.
    var contributions: [Borders: [Contribution]] = [:]
    /// The slots of one series: that which is read first, for what is asked for itself is read before
    /// its parts.
    private var slots: (agent: String?, range: Range<Instant>, slots: [SlotCounts])?

    func remember(_ slots: [SlotCounts], of agent: String?, in range: Range<Instant>) {
        if let held = self.slots, RollUpSeries(agent: held.agent) != RollUpSeries(agent: agent) {
            return
        }
        self.slots = (agent, range, slots)
    }

    /// What is remembered of a range; `nil` where it is not all.
    func slots(of agent: String?, in range: Range<Instant>) -> [SlotCounts]? {
        guard let slots, RollUpSeries(agent: agent) == RollUpSeries(agent: slots.agent),
            slots.range.lowerBound <= range.lowerBound, range.upperBound <= slots.range.upperBound
        else { return nil }
        func place(_ instant: Instant) -> Int {
            Int(
                instant.since(slots.range.lowerBound).microseconds / SlotCounts.span.microseconds)
        }
        return Array(slots.slots[place(range.lowerBound)..<place(range.upperBound)])
    }
}
