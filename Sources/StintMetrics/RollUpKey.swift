public import StintModel

/// Names one cell of the roll-up.
public struct RollUpKey: Hashable, Sendable {
    public var workspace: Workspace
    public var level: RollUpLevel
    /// A start of the level, as ``RollUpLevel/start(of:)`` gives it.
    public var start: Instant
    public var series: RollUpSeries

    public init(
        workspace: Workspace, level: RollUpLevel, start: Instant, series: RollUpSeries
    ) {
        self.workspace = workspace
        self.level = level
        self.start = start
        self.series = series
    }

    public init(
        workspace: Workspace, level: RollUpLevel, start: Instant, agent: String?,
        model: String? = nil
    ) {
        self.init(
            workspace: workspace, level: level, start: start,
            series: RollUpSeries(agent: agent, model: model))
    }

    public var agent: String? { series.agent }
    public var model: String? { series.model }
}
