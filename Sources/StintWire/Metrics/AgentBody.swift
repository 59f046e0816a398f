public import StintModel

/// An agent that has been heard of, with its figures of the last 24 hours.
public struct AgentBody: Decodable, Hashable, Sendable {
    /// Stand beside the other members, not in an object of their own.
    public var figures: AgentFiguresBody
    /// A percentile of the duration, in seconds, by the page's method.
    public var p99: Double?
    /// When an execution of it last started, finished or, where lost, was heard of.
    public var lastSeenAt: Instant?
    /// Executions that run or wait for something now.
    public var currentlyRunning: Int64
    /// Executions that wait for their start now.
    public var queueDepth: Int64

    public init(
        figures: AgentFiguresBody, p99: Double?, lastSeenAt: Instant?, currentlyRunning: Int64,
        queueDepth: Int64
    ) {
        self.figures = figures
        self.p99 = p99
        self.lastSeenAt = lastSeenAt
        self.currentlyRunning = currentlyRunning
        self.queueDepth = queueDepth
    }

    private enum CodingKeys: CodingKey {
        case p99, lastSeenAt, currentlyRunning, queueDepth
    }

    public init(from decoder: any Decoder) throws {
        figures = try AgentFiguresBody(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        p99 = try container.decodeIfPresent(Double.self, forKey: .p99)
        lastSeenAt = try container.decodeIfPresent(Instant.self, forKey: .lastSeenAt)
        currentlyRunning = try container.decode(Int64.self, forKey: .currentlyRunning)
        queueDepth = try container.decode(Int64.self, forKey: .queueDepth)
    }

    public func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            figures.writeMembers(to: &json)
            json.member("p99", number: p99)
            json.member("lastSeenAt", lastSeenAt)
            json.member("currentlyRunning", currentlyRunning)
            json.member("queueDepth", queueDepth)
        }
    }
}

/// One page of `GET /v1/agents`: the agents, by name.
public struct AgentPageBody: Decodable, Hashable, Sendable {
    public var items: [AgentBody]
    /// Where the next page begins; absent on the last one.
    public var nextCursor: String?
    /// How the percentiles of the page were found.
    public var method: PercentileMethod

    public init(items: [AgentBody], nextCursor: String?, method: PercentileMethod) {
        self.items = items
        self.nextCursor = nextCursor
        self.method = method
    }

    public func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.key("items")
            json.array(items) { $1.writeJSON(to: &$0) }
            if let nextCursor { json.member("nextCursor", nextCursor) }
            json.members(of: method)
        }
    }
}
