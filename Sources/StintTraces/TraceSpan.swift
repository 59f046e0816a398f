public import StintModel

/// One span, reduced to what executions are told from: what it means, where it hangs, when it was,
/// how it ended, and what its attributes say in the model's words.
///
/// Whatever convention a span was written in, its decoder reads it into this; nothing behind it
/// knows attribute names of conventions.
public struct TraceSpan: Hashable, Sendable {
    /// What a span is in the course of an execution. Raw values are stored.
    public enum Role: UInt8, Sendable {
        /// Web, database, framework plumbing: a link between others, nothing of its own.
        case plumbing = 0
        /// A run of an agent, or of a part of it that calls itself one.
        case agent = 1
        /// A run of a workflow, crew or graph around agents.
        case workflow = 2
        /// A link of a chain: an execution only where it stands above an agent.
        case chain = 3
        case model = 4
        case tool = 5
        case retrieval = 6
        /// Announces the start of its parent and is nothing itself.
        case marker = 7
    }

    /// How it says that it ended. Raw values are stored.
    public enum Status: UInt8, Sendable {
        case unset = 0
        case ok = 1
        case error = 2
    }

    public var id: SpanID
    public var parent: SpanID?
    /// Whether its parent is known to be in another process.
    public var isParentRemote = false
    public var role: Role
    /// The step's name: of a tool the tool's, else the span's.
    public var name: String
    public var start: Instant
    public var end: Instant
    public var status: Status
    /// What went wrong, where anything was said of it.
    public var failure: Failure?
    /// What agent it says it runs, if any, in descending order of trust.
    public var agent: String?
    /// Tokens, model, latency and cost of a model call.
    public var tokens: Tokens?
    public var call: ModelCall?
    /// Facts and attributes of the step, or of the execution where it is the outermost span of one.
    public var facts: [Fact] = []
    public var attributes: [Attribute] = []

    public init(
        id: SpanID, parent: SpanID?, role: Role, name: String, start: Instant, end: Instant,
        status: Status
    ) {
        self.id = id
        self.parent = parent
        self.role = role
        self.name = name
        self.start = start
        self.end = end
        self.status = status
    }
}
