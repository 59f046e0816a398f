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
        /// A link of a chain: a run only where it stands above an agent.
        case chain = 3
        case model = 4
        case tool = 5
        case retrieval = 6
        case embedding = 7
    }

    /// What is known of where its parent is. Raw values are stored.
    public enum Parentage: UInt8, Sendable {
        /// It has no parent: the root of its trace.
        case none = 0
        /// In the same process, which will send it when it ends.
        case here = 1
        /// In another process, which may never send it.
        case elsewhere = 2
        /// It was not said where it is, or not even which it is.
        case unsaid = 3
    }

    /// How it says that it ended. Raw values are stored.
    public enum Status: UInt8, Sendable {
        case unset = 0
        case ok = 1
        case error = 2
        /// An error of a type that is configured to mean a deadline of the whole run.
        case timedOut = 3
    }

    public var id: SpanID
    public var parent: SpanID?
    public var parentage: Parentage
    /// The span whose start this one tells ahead of it. All else here is then said of that span,
    /// but for the id; there is no end.
    public var announces: SpanID?
    public var role: Role
    /// The step's name: of a tool the tool's, of an agent the agent's, else the span's.
    public var name: String
    public var start: Instant
    /// `nil` while it has not ended.
    public var end: Instant?
    public var status: Status
    /// What went wrong, where anything was said of it.
    public var failure: Failure?
    /// The agent that it says runs it. Of a workflow: itself, where the workflow is what users know
    /// as the agent. A run without one is a wrapper around agents, or nameless.
    public var agent: String?
    /// The workflow that it says it is, or is part of.
    public var workflow: String?
    /// The program that sent it.
    public var service: String?
    /// The execution that it says it belongs to, whatever its trace.
    public var execution: ExecutionID?
    /// Of model calls and embeddings alone.
    public var tokens: Tokens?
    /// The model that answered, by its own word; `nil` where none did.
    public var model: String?
    public var requestModel: String?
    /// Thousand-millionths of a US dollar, where it says what it cost.
    public var costNanos: Int64?
    /// Of the execution, where the span is among its outermost: user, environment.
    public var facts: [Fact] = []
    /// Of the step, or of the execution where the span is among its outermost. Each key once.
    public var attributes: [Attribute] = []

    public init(
        id: SpanID, parent: SpanID? = nil, parentage: Parentage? = nil, role: Role, name: String,
        start: Instant, end: Instant?, status: Status = .unset
    ) {
        self.id = id
        self.parent = parent
        self.parentage = parentage ?? (parent == nil ? .none : .here)
        self.role = role
        self.name = name
        self.start = start
        self.end = end
        self.status = status
    }

    public var hasFailed: Bool { status == .error || status == .timedOut }
}
