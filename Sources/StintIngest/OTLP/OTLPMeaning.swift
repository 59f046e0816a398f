import StintModel
import StintTraces

/// What a span is in the course of an execution, and by which names.
struct OTLPMeaning {
    private(set) var role = TraceSpan.Role.plumbing
    private(set) var name: String
    private(set) var agent: String?
    private(set) var workflow: String?

    /// The conventions in the order in which they are trusted; one that has no word for the span leaves
    /// it to the next.
    init(of span: String, _ words: OTLPWords) {
        name = span.kept(upTo: Limits.nameBytes) ?? ""
        workflow = words.name(.workflow)
        let isRead =
            readOperation(words) || readOpenInference(words) || readTraceloop(words)
        if !isRead { readRequest(words) }
        switch role {
        case .agent: name = agent ?? name
        case .workflow: name = agent ?? workflow ?? name
        // Of others it is whose step they are, which only these spellings say.
        case .model, .embedding, .tool, .retrieval: agent = words.name(.agent, spellings: 2)
        case .plumbing, .chain: break
        }
    }

    /// OpenTelemetry's conventions for generative AI.
    private mutating func readOperation(_ words: OTLPWords) -> Bool {
        guard let operation = words.word(.operation) else { return false }
        switch operation {
        case "invoke_agent":
            role = .agent
            agent = words.name(.agent) ?? name.removing("invoke_agent ")
        case "invoke_workflow":
            // Known to its users by its own name, whatever agents it calls.
            role = .workflow
            agent = workflow ?? words.name(.agent) ?? name.removing("invoke_workflow ")
        case "chat", "generate_content", "text_completion":
            role = .model
        case "embeddings":
            role = .embedding
        case "execute_tool":
            role = .tool
            name = words.name(.tool) ?? name.removing("execute_tool ")
        case "retrieval", "search_memory":
            role = .retrieval
        case "create_agent", "plan":
            role = .plumbing
        default:
            return false
        }
        return true
    }

    private mutating func readOpenInference(_ words: OTLPWords) -> Bool {
        guard let kind = words.word(.openInferenceKind) else { return false }
        switch kind {
        case "AGENT":
            // Without a name it may be a wrapper around those that have one.
            role = .agent
            agent = words.name(.agent)
        case "CHAIN" where Self.isGraph(words.word(.metadata)):
            role = .agent
        case "CHAIN":
            role = .chain
            workflow = workflow ?? name.ending(before: ".kickoff")
        case "LLM": role = .model
        case "EMBEDDING": role = .embedding
        case "TOOL": role = .tool
        case "RETRIEVER", "RERANKER": role = .retrieval
        default: return false
        }
        return true
    }

    /// A graph of LangGraph, told from its nodes, which say which of them they are. It is marked as an
    /// agent only where its name has that word in it.
    private static func isGraph(_ metadata: String?) -> Bool {
        guard let metadata else { return false }
        return JSONReader.member("ls_integration", of: metadata) == "langgraph"
            && JSONReader.member("langgraph_node", of: metadata) == nil
    }

    /// OpenLLMetry's own.
    private mutating func readTraceloop(_ words: OTLPWords) -> Bool {
        guard let kind = words.word(.traceloopKind) else { return false }
        let entity = words.name(.entity)
        switch kind {
        case "agent":
            role = .agent
            agent = words.name(.agent) ?? entity ?? name.ending(before: ".agent") ?? name
        case "workflow":
            role = .workflow
            workflow = workflow ?? entity ?? name.ending(before: ".workflow")
        case "tool":
            role = .tool
            name = words.name(.tool) ?? entity ?? name.ending(before: ".tool") ?? name
        case "task": role = .plumbing
        default: return false
        }
        return true
    }

    /// What older instrumentations say of a model call, before there was a name for what it is.
    private mutating func readRequest(_ words: OTLPWords) {
        switch words.word(.requestType) {
        case "chat", "completion": role = .model
        case "embedding": role = .embedding
        case nil where words.count(.inputTokens) != nil && words.name(.requestModel) != nil:
            role = .model
        default: break
        }
    }
}

extension String {
    /// Without what it begins with; itself where it does not, or is nothing else.
    fileprivate func removing(_ beginning: String) -> String {
        guard utf8.count > beginning.utf8.count, hasPrefix(beginning) else { return self }
        return String(dropFirst(beginning.count))
    }

    /// Without its end; `nil` where it ends otherwise.
    fileprivate func ending(before end: String) -> String? {
        guard utf8.count > end.utf8.count, hasSuffix(end) else { return nil }
        return String(dropLast(end.count))
    }
}
