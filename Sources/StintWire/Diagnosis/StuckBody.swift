public import StintModel

/// One execution that is lost: what has probably happened to it, and why one may think so.
public struct StuckBody: Decodable, Hashable, Sendable {
    /// One thing that is known of it.
    public struct Fact: Decodable, Hashable, Sendable {
        public var text: String
        /// Whether the verdict rests on it.
        public var decisive: Bool

        public init(text: String, decisive: Bool) {
            self.text = text
            self.decisive = decisive
        }
    }

    public var agent: String?
    /// The step that ran last.
    public var step: String?
    public var activity: String?
    /// `deadline`, `heartbeat` or `origin`.
    public var rule: String
    /// What has happened, in a few words.
    public var verdict: String
    /// `certain` or `likely`.
    public var certainty: String
    /// Since it was last heard of.
    public var silentSeconds: Double
    /// How long it had promised to take, or to be silent at the most.
    public var limitSeconds: Double?
    /// Since its attempt began, the silence included.
    public var elapsedSeconds: Double?
    /// What 95 of 100 of its agent's successes did not exceed, in seconds; `nil` without history.
    public var p95: Double?
    public var p99: Double?
    /// The attribute `worker`.
    public var worker: String?
    /// When that worker last reported its load.
    public var workerLastSeenAt: Instant?
    /// The decisive ones first.
    public var facts: [Fact]
    public var advice: String

    public init(
        agent: String?, step: String?, activity: String?, rule: String, verdict: String,
        certainty: String, silentSeconds: Double, limitSeconds: Double?, elapsedSeconds: Double?,
        p95: Double?, p99: Double?, worker: String?, workerLastSeenAt: Instant?, facts: [Fact],
        advice: String
    ) {
        self.agent = agent
        self.step = step
        self.activity = activity
        self.rule = rule
        self.verdict = verdict
        self.certainty = certainty
        self.silentSeconds = silentSeconds
        self.limitSeconds = limitSeconds
        self.elapsedSeconds = elapsedSeconds
        self.p95 = p95
        self.p99 = p99
        self.worker = worker
        self.workerLastSeenAt = workerLastSeenAt
        self.facts = facts
        self.advice = advice
    }
}

extension StuckBody {
    func writeMembers(to json: inout JSONWriter) {
        json.member("agent", agent)
        json.member("step", step)
        json.member("activity", activity)
        json.member("rule", rule)
        json.member("verdict", verdict)
        json.member("certainty", certainty)
        json.member("silentSeconds", number: silentSeconds)
        json.member("limitSeconds", number: limitSeconds)
        json.member("elapsedSeconds", number: elapsedSeconds)
        json.member("p95", number: p95)
        json.member("p99", number: p99)
        json.member("worker", worker)
        json.member("workerLastSeenAt", workerLastSeenAt)
        json.key("facts")
        json.array(facts) { $1.writeJSON(to: &$0) }
        json.member("advice", advice)
    }
}

extension StuckBody.Fact {
    func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.member("text", text)
            json.member("decisive", decisive)
        }
    }
}
