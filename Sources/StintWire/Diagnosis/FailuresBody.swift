/// Failures of one type whose messages read alike.
public struct FailuresBody: Decodable, Hashable, Sendable {
    /// Where some of them happened.
    public struct Place: Decodable, Hashable, Sendable {
        public var agent: String?
        /// The step in which they failed.
        public var step: String?
        public var count: Int64

        public init(agent: String?, step: String?, count: Int64) {
            self.agent = agent
            self.step = step
            self.count = count
        }
    }

    public var errorType: String?
    /// With its varying parts as `{n}`, `{id}`, `{text}`, `{path}` and `{url}`; `nil` where none was told.
    public var message: String?
    /// Where it happened, most often first; 20 at the most.
    public var agents: [Place]
    /// How many there were in the equal period before.
    public var previous: Int64
    /// Whether there were none in the period before.
    public var isNew: Bool
    /// How many there were in each 24th of the range.
    public var trend: [Int64]
    /// The newest one's id.
    public var example: String

    public init(
        errorType: String?, message: String?, agents: [Place], previous: Int64, isNew: Bool,
        trend: [Int64], example: String
    ) {
        self.errorType = errorType
        self.message = message
        self.agents = agents
        self.previous = previous
        self.isNew = isNew
        self.trend = trend
        self.example = example
    }
}

extension FailuresBody {
    func writeMembers(to json: inout JSONWriter) {
        json.member("errorType", errorType)
        json.member("message", message)
        json.key("agents")
        json.array(agents) { $1.writeJSON(to: &$0) }
        json.member("previous", previous)
        json.member("isNew", isNew)
        json.key("trend")
        json.array(trend) { $0.integer($1) }
        json.member("example", example)
    }
}

extension FailuresBody.Place {
    func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.member("agent", agent)
            json.member("step", step)
            json.member("count", count)
        }
    }
}
