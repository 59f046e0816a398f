public import StintModel

/// One thing that a diagnosis found: what all kinds have in common, and the kind's own members.
public struct FindingBody: Hashable, Sendable {
    /// What is wrong. The raw values are the words of the interface, in the order of the answer.
    public enum Kind: String, CaseIterable, Sendable {
        case stuck, overdue
        case neverStarted = "never_started"
        case failures, duplicates, outcomes
        case successBy = "success_by"
        case orphanSteps = "orphan_steps"
    }

    /// What a kind has of its own.
    public enum Detail: Hashable, Sendable {
        case stuck(StuckBody)
        case overdue(OverdueBody)
        case neverStarted(NeverStartedBody)
        case failures(FailuresBody)
        case duplicates(DuplicatesBody)
        case outcomes(OutcomesBody)
        case successBy(SuccessBody)
        case orphanSteps(OrphanStepsBody)
    }

    /// In one line.
    public var title: String
    /// How many executions it is about.
    public var count: Int64
    /// The newest of them, 20 at the most.
    public var executions: [String]
    public var firstSeenAt: Instant?
    public var lastSeenAt: Instant?
    /// Ready to be pasted into a shell.
    public var commands: [CommandBody]
    /// Whether more of its kind was there than was looked at.
    public var truncated: Bool
    public var detail: Detail

    public init(
        title: String, count: Int64, executions: [String], firstSeenAt: Instant?,
        lastSeenAt: Instant?, commands: [CommandBody], truncated: Bool = false, detail: Detail
    ) {
        self.title = title
        self.count = count
        self.executions = executions
        self.firstSeenAt = firstSeenAt
        self.lastSeenAt = lastSeenAt
        self.commands = commands
        self.truncated = truncated
        self.detail = detail
    }

    public var kind: Kind {
        switch detail {
        case .stuck: .stuck
        case .overdue: .overdue
        case .neverStarted: .neverStarted
        case .failures: .failures
        case .duplicates: .duplicates
        case .outcomes: .outcomes
        case .successBy: .successBy
        case .orphanSteps: .orphanSteps
        }
    }

    func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.member("kind", kind.rawValue)
            json.member("title", title)
            json.member("count", count)
            json.key("executions")
            json.array(executions) { $0.string($1) }
            json.member("firstSeenAt", firstSeenAt)
            json.member("lastSeenAt", lastSeenAt)
            json.key("commands")
            json.array(commands) { $1.writeJSON(to: &$0) }
            json.member("truncated", truncated)
            switch detail {
            case .stuck(let body): body.writeMembers(to: &json)
            case .overdue(let body): body.writeMembers(to: &json)
            case .neverStarted(let body): body.writeMembers(to: &json)
            case .failures(let body): body.writeMembers(to: &json)
            case .duplicates(let body): body.writeMembers(to: &json)
            case .outcomes(let body): body.writeMembers(to: &json)
            case .successBy(let body): body.writeMembers(to: &json)
            case .orphanSteps(let body): body.writeMembers(to: &json)
            }
        }
    }
}

extension FindingBody: Decodable {
    private enum Member: String, CodingKey {
        case kind, title, count, executions, firstSeenAt, lastSeenAt, commands, truncated
    }

    /// - Throws: `DecodingError` also for a kind that this version does not know.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Member.self)
        title = try members.decode(String.self, forKey: .title)
        count = try members.decode(Int64.self, forKey: .count)
        executions = try members.decode([String].self, forKey: .executions)
        firstSeenAt = try members.decodeIfPresent(Instant.self, forKey: .firstSeenAt)
        lastSeenAt = try members.decodeIfPresent(Instant.self, forKey: .lastSeenAt)
        commands = try members.decode([CommandBody].self, forKey: .commands)
        truncated = try members.decodeIfPresent(Bool.self, forKey: .truncated) ?? false
        let word = try members.decode(String.self, forKey: .kind)
        switch Kind(rawValue: word) {
        case .stuck: detail = .stuck(try StuckBody(from: decoder))
        case .overdue: detail = .overdue(try OverdueBody(from: decoder))
        case .neverStarted: detail = .neverStarted(try NeverStartedBody(from: decoder))
        case .failures: detail = .failures(try FailuresBody(from: decoder))
        case .duplicates: detail = .duplicates(try DuplicatesBody(from: decoder))
        case .outcomes: detail = .outcomes(try OutcomesBody(from: decoder))
        case .successBy: detail = .successBy(try SuccessBody(from: decoder))
        case .orphanSteps: detail = .orphanSteps(try OrphanStepsBody(from: decoder))
        case nil:
            throw DecodingError.dataCorruptedError(
                forKey: .kind, in: members, debugDescription: "an unknown kind: \(word)")
        }
    }
}
