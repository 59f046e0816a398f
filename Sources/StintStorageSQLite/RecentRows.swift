import StintModel
import StintTraces

typealias RecentExecutions = RecentRows<ExecutionID, HeldExecution>
typealias RecentTraces = RecentRows<TraceID, HeldTrace>

/// The rows that were written last, decoded, so that what is said next of one needs no reading.
///
/// Two generations: what is used moves to the young one, and when that is full it becomes the old
/// one and the old one is forgotten. Bounded by the size of the rows.
struct RecentRows<ID: Hashable, Row: AnyObject> {
    struct Identity: Hashable {
        /// The workspace's number.
        let workspace: Int64
        let id: ID
    }

    private typealias Held = (row: Row, bytes: Int)

    private var young: [Identity: Held] = [:]
    private var old: [Identity: Held] = [:]
    private var youngBytes = 0
    private let generationBytes: Int

    init(bytes: Int) {
        generationBytes = bytes / 2
    }

    /// What is held of a row; it may be changed in place.
    mutating func held(_ identity: Identity) -> Row? {
        if let held = young[identity] { return held.row }
        guard !old.isEmpty, let held = old.removeValue(forKey: identity) else { return nil }
        put(held.row, for: identity, bytes: held.bytes)
        return held.row
    }

    /// Holds a row, or notes that one takes more than it did.
    ///
    /// - Parameter bytes: About what it takes in memory.
    mutating func put(_ row: Row, for identity: Identity, bytes: Int) {
        let before = young.updateValue((row, bytes), forKey: identity)
        youngBytes += bytes - (before?.bytes ?? 0)
        if youngBytes > generationBytes {
            old = young
            young = [:]
            youngBytes = 0
        }
    }

    mutating func forget(_ identity: Identity) {
        if let held = young.removeValue(forKey: identity) { youngBytes -= held.bytes }
        old.removeValue(forKey: identity)
    }

    mutating func forget() {
        young = [:]
        old = [:]
        youngBytes = 0
    }
}
