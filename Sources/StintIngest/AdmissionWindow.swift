public import StintModel

/// Of which times and executions an event may speak, as the server sees them.
public struct AdmissionWindow: Sendable {
    /// Stands in for the time of an event that carries none.
    public var receivedAt: Instant
    /// What lies before is refused: a record that retention removed must not come back as a stub.
    public var oldest: Instant
    /// What lies after is refused.
    public var newest: Instant
    /// Whether an execution was erased and must not come back; `nil` where none was.
    public var isErased: (@Sendable (ExecutionID) -> Bool)?

    public init(receivedAt: Instant, oldest: Instant, newest: Instant) {
        self.receivedAt = receivedAt
        self.oldest = oldest
        self.newest = newest
    }

    /// From as old as the retention to ``Limits/eventsAhead`` ahead.
    public init(receivedAt: Instant, retention: TimeSpan) {
        self.init(
            receivedAt: receivedAt, oldest: receivedAt - retention,
            newest: receivedAt + Limits.eventsAhead)
    }

    /// - Returns: What is wrong with the time of an event; `nil` where nothing is.
    @inline(__always)
    func objection(to at: Instant) -> String? {
        if at < oldest { return "This time is older than the retention." }
        if at > newest { return "This time is more than 24 h ahead." }
        return nil
    }

    /// - Returns: What is wrong with an event being about an execution; `nil` where nothing is.
    @inline(__always)
    func objection(to execution: ExecutionID) -> String? {
        guard let isErased, isErased(execution) else { return nil }
        return "This execution was deleted; nothing is taken of it any more."
    }
}
