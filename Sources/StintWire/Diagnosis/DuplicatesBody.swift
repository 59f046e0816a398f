public import StintModel

/// A message for which more than one execution began.
public struct DuplicatesBody: Decodable, Hashable, Sendable {
    /// One of them.
    public struct Run: Decodable, Hashable, Sendable {
        public var id: String
        public var agent: String?
        public var status: String
        public var startedAt: Instant?
        public var finishedAt: Instant?
        public var costUsd: Double?

        public init(
            id: String, agent: String?, status: String, startedAt: Instant?, finishedAt: Instant?,
            costUsd: Double?
        ) {
            self.id = id
            self.agent = agent
            self.status = status
            self.startedAt = startedAt
            self.finishedAt = finishedAt
            self.costUsd = costUsd
        }
    }

    public var messageId: String
    /// Those who began an execution for it.
    public var agents: [String]
    /// For how long more than one of them ran.
    public var overlapSeconds: Double
    /// Of all but the first; `nil` where none is known.
    public var costUsd: Double?
    /// By their start; 20 at the most.
    public var runs: [Run]

    public init(
        messageId: String, agents: [String], overlapSeconds: Double, costUsd: Double?, runs: [Run]
    ) {
        self.messageId = messageId
        self.agents = agents
        self.overlapSeconds = overlapSeconds
        self.costUsd = costUsd
        self.runs = runs
    }
}

extension DuplicatesBody {
    func writeMembers(to json: inout JSONWriter) {
        json.member("messageId", messageId)
        json.key("agents")
        json.array(agents) { $0.string($1) }
        json.member("overlapSeconds", number: overlapSeconds)
        json.member("costUsd", number: costUsd)
        json.key("runs")
        json.array(runs) { $1.writeJSON(to: &$0) }
    }
}

extension DuplicatesBody.Run {
    func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", id)
            json.member("agent", agent)
            json.member("status", status)
            json.member("startedAt", startedAt)
            json.member("finishedAt", finishedAt)
            json.member("costUsd", number: costUsd)
        }
    }
}
