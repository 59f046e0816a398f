import StintModel

/// Changes that were recorded and are not in the ring yet: of each execution one, as it is now.
struct FeedBacklog: Sendable {
    private var order: [ExecutionID] = []
    private var changes: [ExecutionID: FeedChange] = [:]

    var count: Int { order.count }

    mutating func add(_ change: FeedChange) {
        if changes[change.id] == nil {
            order.append(change.id)
            changes[change.id] = change
        } else {
            changes[change.id]?.follow(with: change)
        }
    }

    /// Takes those that have waited the longest.
    mutating func take(atMost limit: Int) -> [FeedChange] {
        let taken = order.prefix(limit)
        order.removeFirst(taken.count)
        return taken.compactMap { changes.removeValue(forKey: $0) }
    }
}
