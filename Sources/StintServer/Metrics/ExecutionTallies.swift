public import StintMetrics
public import StintModel
public import StintStorage
import Synchronization

/// What has become of executions since the server started, by workspace and agent: the counters of
/// `GET /metrics`.
///
/// Nothing is ever taken back, as befits counters: a corrected end counts again as what it became,
/// what is told of it after its end is not added, and a deleted execution has been counted. The
/// figures of `GET /v1/metrics` are exact; these are for rates. An agent beyond the first 100 of a
/// workspace counts as `other`, and so does a model beyond the first 50, so that nobody who names
/// things can grow the page without bound.
///
/// An addition takes a lock and no other call.
public final class ExecutionTallies: Sendable {
    /// How many names are told apart in a workspace.
    public struct Bounds: Sendable {
        public var agents = 100
        public var models = 50

        public init() {}
    }

    /// The executions of an agent that are open.
    public struct Open: Sendable {
        public var agent: String
        /// Running or waiting for something.
        public var running: Int
        public var queued: Int

        public init(agent: String, running: Int, queued: Int) {
            self.agent = agent
            self.running = running
            self.queued = queued
        }
    }

    private let bounds: Bounds
    private let tallies = Mutex<[Workspace: WorkspaceTally]>([:])

    public init(bounds: Bounds = Bounds()) {
        self.bounds = bounds
    }

    /// Counts what changes brought about.
    public func add(_ changes: [Change]) {
        for change in changes {
            if let start = change.start { add(start, agent: change.agent, in: change.workspace) }
            if let finish = change.finish { add(finish, agent: change.agent, in: change.workspace) }
        }
    }

    /// Counts a start that was newly recorded.
    public func add(_ start: Contribution.Start, agent: String, in workspace: Workspace) {
        update(workspace) { $0.agents.update(agent) { $0.add(start) } }
    }

    /// Counts an end that was newly recorded, or became another.
    public func add(_ finish: Contribution.Finish, agent: String, in workspace: Workspace) {
        update(workspace) { tally in
            tally.agents.update(agent) { $0.add(finish) }
            for call in finish.calls { tally.models.update(call.model) { $0 += 1 } }
        }
    }

    /// - Parameter open: What is open now; its agents count among those told apart.
    func tally(of workspace: Workspace, open: [Open]) -> WorkspaceTally {
        update(workspace) { tally in
            tally.agents.updateAll { ($0.running, $0.queued) = (0, 0) }
            // The agent with most first, where there is not a name for each.
            for open in open.sorted(by: { $0.running + $0.queued > $1.running + $1.queued }) {
                tally.agents.update(open.agent) { agent in
                    agent.running += open.running
                    agent.queued += open.queued
                }
            }
            return tally
        }
    }

    private func update<Result>(
        _ workspace: Workspace, _ change: (inout WorkspaceTally) -> Result
    ) -> Result where Result: Sendable {
        tallies.withLock { change(&$0[workspace, default: WorkspaceTally(bounds)]) }
    }
}

/// What is counted of one workspace.
struct WorkspaceTally: Sendable {
    var agents: LabelSet<AgentTally>
    /// Calls in executions that finished.
    var models: LabelSet<Int>

    init(_ bounds: ExecutionTallies.Bounds) {
        agents = LabelSet(limit: bounds.agents, initial: AgentTally())
        models = LabelSet(limit: bounds.models, initial: 0)
    }
}

/// What is counted of one agent.
struct AgentTally: Sendable {
    private(set) var started = 0
    private(set) var finished: [ExecutionStatus: Int] = [:]
    private(set) var queueWait = SpanHistogram()
    private(set) var duration = SpanHistogram()
    private(set) var endToEnd = SpanHistogram()
    private(set) var tokens = TokenParts()
    private(set) var costNanos: Int64 = 0
    /// As of the last reading.
    var running = 0
    var queued = 0

    /// Tokens by the parts that are priced, each of which counts once.
    struct TokenParts: Sendable {
        var uncachedInput: Int64 = 0
        var cachedInput: Int64 = 0
        var output: Int64 = 0
        var reasoning: Int64 = 0

        mutating func add(_ tokens: Tokens) {
            func add(_ part: Int64?, of whole: Int64?, _ rest: inout Int64, _ own: inout Int64) {
                rest = rest.increased(by: max(0, (whole ?? 0) &- (part ?? 0)))
                own = own.increased(by: part ?? 0)
            }
            add(tokens.cachedInput, of: tokens.input, &uncachedInput, &cachedInput)
            add(tokens.reasoning, of: tokens.output, &output, &reasoning)
        }
    }

    mutating func add(_ start: Contribution.Start) {
        started += 1
        if let wait = start.queueWait { queueWait.add(wait) }
    }

    mutating func add(_ finish: Contribution.Finish) {
        finished[ExecutionStatus(finish.outcome), default: 0] += 1
        if let span = finish.duration { duration.add(span) }
        if let span = finish.total { endToEnd.add(span) }
        if let told = finish.tokens { tokens.add(told) }
        if let cost = finish.costNanos { costNanos = costNanos.increased(by: max(0, cost)) }
    }
}
