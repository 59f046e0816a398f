public import StintMetrics
public import StintModel

/// One roll-up cell of a workspace, as a store holds it.
public struct StoredCell: Hashable, Sendable {
    public let start: Instant
    /// `nil` for the cell of all agents together.
    public let agent: String?
    /// `nil` for the cell of the executions themselves.
    public let model: String?
    public let cell: RollUpCell

    public init(start: Instant, agent: String?, model: String?, cell: RollUpCell) {
        self.start = start
        self.agent = agent
        self.model = model
        self.cell = cell
    }
}
