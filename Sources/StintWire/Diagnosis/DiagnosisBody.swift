public import StintModel

/// What is wrong: the answer of `GET /v1/diagnosis`.
public struct DiagnosisBody: Hashable, Sendable {
    public var workspace: String
    /// `nil` where the range was given by its ends.
    public var timeframe: String?
    public var from: Instant
    public var to: Instant
    public var agent: String?
    /// By kind, in the order of ``FindingBody/Kind``; within one, the gravest first.
    public var findings: [FindingBody]
    /// The kinds of which more was there than was looked at.
    public var truncated: [String]

    public init(
        workspace: String, timeframe: String?, from: Instant, to: Instant, agent: String?,
        findings: [FindingBody], truncated: [String]
    ) {
        self.workspace = workspace
        self.timeframe = timeframe
        self.from = from
        self.to = to
        self.agent = agent
        self.findings = findings
        self.truncated = truncated
    }

    public func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.member("workspace", workspace)
            json.member("timeframe", timeframe)
            json.member("from", from)
            json.member("to", to)
            json.member("agent", agent)
            json.key("findings")
            json.array(findings) { $1.writeJSON(to: &$0) }
            json.key("truncated")
            json.array(truncated) { $0.string($1) }
        }
    }
}

extension DiagnosisBody: Decodable {
    private enum Member: String, CodingKey {
        case workspace, timeframe, from, to, agent, findings, truncated
    }

    /// Passes over findings of a kind that this version does not know.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Member.self)
        workspace = try members.decode(String.self, forKey: .workspace)
        timeframe = try members.decodeIfPresent(String.self, forKey: .timeframe)
        from = try members.decode(Instant.self, forKey: .from)
        to = try members.decode(Instant.self, forKey: .to)
        agent = try members.decodeIfPresent(String.self, forKey: .agent)
        findings = try members.decode([KnownFinding].self, forKey: .findings).compactMap(\.body)
        truncated = try members.decodeIfPresent([String].self, forKey: .truncated) ?? []
    }

    private struct KnownFinding: Decodable {
        private enum Member: String, CodingKey {
            case kind
        }

        var body: FindingBody?

        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: Member.self)
            let word = try members.decode(String.self, forKey: .kind)
            guard FindingBody.Kind(rawValue: word) != nil else { return }
            body = try FindingBody(from: decoder)
        }
    }
}
