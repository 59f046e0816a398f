import StintModel

/// When agents were last heard of, and of which of them that is to be written down: at starts and
/// finishes, and else every ten seconds, so that a heartbeat costs no row of its own.
struct AgentsSeen {
    private var written: [Int64: Instant] = [:]
    private(set) var due: [Int64: Instant] = [:]

    private static let interval = TimeSpan.seconds(10)
    /// Of so many agents it is remembered what was written.
    private static let limit = 100_000

    /// - Parameter isExact: Whether this instant itself is to be found.
    mutating func see(_ agent: Int64, at instant: Instant, isExact: Bool) {
        if let known = due[agent] ?? written[agent],
            instant <= known || (!isExact && instant < known + Self.interval)
        {
            return
        }
        due[agent] = instant
    }

    /// All that is due has been written.
    mutating func write() {
        if written.count + due.count > Self.limit { written = [:] }
        written.merge(due) { max($0, $1) }
        due = [:]
    }
}
