public import StintModel

/// Names one cell of the roll-up. Texts are the same where their bytes are, as in a store.
public struct RollUpKey: Hashable, Sendable {
    public var workspace: Workspace
    public var level: RollUpLevel
    /// A start of the level, as ``RollUpLevel/start(of:)`` gives it.
    public var start: Instant
    /// The agent; empty where nobody told it.
    public var agent: String
    /// `nil` names the cell of the agent's executions, a text that of its calls of one model; empty
    /// is the cell of the calls of which nobody told the model.
    public var model: String?

    public init(
        workspace: Workspace, level: RollUpLevel, start: Instant, agent: String,
        model: String? = nil
    ) {
        self.workspace = workspace
        self.level = level
        self.start = start
        self.agent = agent
        self.model = model
    }

    public static func == (left: RollUpKey, right: RollUpKey) -> Bool {
        guard left.level == right.level, left.start == right.start,
            left.agent.isSpelled(like: right.agent), left.workspace == right.workspace
        else { return false }
        guard let leftModel = left.model, let rightModel = right.model else {
            return left.model == nil && right.model == nil
        }
        return leftModel.isSpelled(like: rightModel)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(level)
        hasher.combine(start.microseconds)
        hasher.combine(workspace)
        agent.hashSpelling(into: &hasher)
        model?.hashSpelling(into: &hasher)
    }
}
