import StintModel

/// Whose cells: those of one agent or of all together, of the executions or of the calls of one
/// model. Texts are the same where their bytes are, as in a store.
public struct RollUpSeries: Hashable, Sendable {
    /// `nil` for all agents together; empty for the executions of which nobody told the agent.
    public var agent: String?
    /// `nil` for the executions themselves; empty for the calls of which nobody told the model.
    public var model: String?

    public init(agent: String? = nil, model: String? = nil) {
        self.agent = agent
        self.model = model
    }

    public static func == (left: RollUpSeries, right: RollUpSeries) -> Bool {
        areAlike(left.agent, right.agent) && areAlike(left.model, right.model)
    }

    private static func areAlike(_ left: String?, _ right: String?) -> Bool {
        guard let left, let right else { return left == nil && right == nil }
        return left.isSpelled(like: right)
    }

    public func hash(into hasher: inout Hasher) {
        agent?.hashSpelling(into: &hasher)
        model?.hashSpelling(into: &hasher)
    }
}
