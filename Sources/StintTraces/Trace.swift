public import StintModel

/// The spans known of one trace: a set that only grows, so that spans in any order, grouping and
/// number give the same trace. What executions it tells of is a pure function of the set.
public struct Trace: Hashable, Sendable {
    public let id: TraceID
    /// By id, each once.
    public private(set) var spans: [TraceSpan] = []

    public init(id: TraceID) {
        self.id = id
    }

    /// Adds spans that were not known.
    ///
    /// - Returns: Whether anything was.
    public mutating func merge(_ other: [TraceSpan]) -> Bool {
        let before = spans.count
        let known = Set(spans.map(\.id))
        spans += other.filter { !known.contains($0.id) }
        spans.sort { $0.id < $1.id }
        return spans.count != before
    }

    /// The executions it tells of as far as is known, by id: none where no span is of an agent.
    public func executions() -> [TracedExecution] { [] }
}

/// What a trace tells of one execution.
public struct TracedExecution: Hashable, Sendable {
    public let id: ExecutionID
    public let events: [Event]

    public init(id: ExecutionID, events: [Event]) {
        self.id = id
        self.events = events
    }
}
