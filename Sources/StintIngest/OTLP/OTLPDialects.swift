/// What an attribute of a span says, in whichever convention it was written.
enum OTLPField: UInt8, CaseIterable {
    case operation, openInferenceKind, traceloopKind, requestType
    case agent, agentID, workflow, entity, conversation, user
    case provider, requestModel, requestParameters, responseModel
    case inputTokens, outputTokens, cachedTokens, cacheWriteTokens, reasoningTokens, cost
    case tool, toolStatus, errorType
    case spanType, pendingParent, lifecycle
    case message, execution, metadata
    case service, namespace, environment
}

/// The names that conventions have for what spans say: OpenTelemetry's for generative AI, OpenInference,
/// OpenLLMetry (Traceloop), and what frameworks add. The only place of the server that knows them.
enum OTLPDialects {
    /// Of several spellings the first that is present wins, and none is ever added to another:
    /// emitters send old and new names side by side.
    static let spellings: [(OTLPField, [String])] = [
        // What it is.
        (.operation, ["gen_ai.operation.name"]),
        (.openInferenceKind, ["openinference.span.kind"]),
        (.traceloopKind, ["traceloop.span.kind"]),
        (.requestType, ["llm.request.type"]),
        // What a framework says of its own, as the text of a JSON object.
        (.metadata, ["metadata"]),
        // Whose it is.
        (.agent, ["gen_ai.agent.name", "agent.name", "graph.node.id", "agent_name"]),
        (.agentID, ["gen_ai.agent.id"]),
        (.workflow, ["gen_ai.workflow.name", "traceloop.workflow.name"]),
        (.entity, ["traceloop.entity.name"]),
        (
            .conversation,
            [
                "gen_ai.conversation.id", "session.id",
                "traceloop.association.properties.session_id",
                "traceloop.association.properties.thread_id",
            ]
        ),
        (.user, ["user.id", "enduser.id", "traceloop.association.properties.user_id"]),
        // The model.
        (.provider, ["gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system"]),
        (.requestModel, ["gen_ai.request.model"]),
        (.requestParameters, ["llm.invocation_parameters"]),
        (.responseModel, ["gen_ai.response.model", "llm.model_name"]),
        // Tokens: cached ones are part of the input, reasoning of the output.
        (
            .inputTokens,
            [
                "gen_ai.usage.input_tokens", "llm.token_count.prompt", "gen_ai.usage.prompt_tokens",
                "llm.usage.prompt_tokens",
            ]
        ),
        (
            .outputTokens,
            [
                "gen_ai.usage.output_tokens", "llm.token_count.completion",
                "gen_ai.usage.completion_tokens", "llm.usage.completion_tokens",
            ]
        ),
        (
            .cachedTokens,
            [
                "gen_ai.usage.cache_read.input_tokens",
                "llm.token_count.prompt_details.cache_read",
                "gen_ai.usage.cache_read_input_tokens", "cache_read_input_tokens",
            ]
        ),
        (
            .cacheWriteTokens,
            [
                "gen_ai.usage.cache_creation.input_tokens",
                "llm.token_count.prompt_details.cache_write",
                "gen_ai.usage.cache_creation_input_tokens",
                "gen_ai.usage.cache_write_input_tokens", "cache_creation_input_tokens",
            ]
        ),
        (
            .reasoningTokens,
            [
                "gen_ai.usage.reasoning.output_tokens",
                "llm.token_count.completion_details.reasoning", "gen_ai.usage.reasoning_tokens",
                "gen_ai.usage.details.reasoning_tokens",
            ]
        ),
        (.cost, ["llm.cost.total", "operation.cost"]),
        // Tools, and what went wrong.
        (.tool, ["gen_ai.tool.name"]),
        (.toolStatus, ["gen_ai.tool.status"]),
        (.errorType, ["error.type"]),
        // Starts told ahead.
        (.spanType, ["logfire.span_type"]),
        (.pendingParent, ["logfire.pending_parent_id"]),
        (.lifecycle, ["execution.lifecycle"]),
        // What it belongs to.
        (.message, ["messaging.message.id"]),
        (.execution, ["stint.execution"]),
        (.service, ["service.name"]),
        (.namespace, ["service.namespace"]),
        (.environment, ["deployment.environment.name", "deployment.environment"]),
    ]

    /// Beginnings of the names of what people and models say to each other, tools included: large and
    /// private, and kept only where the settings say so.
    static let contents = [
        "gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions",
        "gen_ai.prompt", "gen_ai.completion", "gen_ai.tool.call.arguments",
        "gen_ai.tool.call.result", "gen_ai.task.input", "gen_ai.task.output",
        "gen_ai.retrieval.documents", "gen_ai.retrieval.query",
        "input.value", "output.value", "llm.input_messages", "llm.output_messages", "llm.prompts",
        "llm.completions", "llm.prompt_template", "retrieval.documents", "reranker.",
        "embedding.embeddings", "tool.parameters",
        "traceloop.entity.input", "traceloop.entity.output", "traceloop.prompt",
        "pydantic_ai.all_messages", "all_messages_events", "final_result", "tool_arguments",
        "tool_response", "crew_inputs", "crew_tasks", "crew_agents",
    ]

    /// Beginnings of names that say nothing of an execution: schemas, counts that are read under another
    /// name or are totals of others, what an SDK says of itself.
    static let unkept = [
        "gen_ai.usage.", "gen_ai.aggregated_usage.", "gen_ai.event.", "gen_ai.tool.definitions",
        "gen_ai.tool.json_schema", "gen_ai.workflow.nodes", "gen_ai.workflow.edges",
        "llm.token_count.", "llm.usage.", "llm.tools.", "llm.cost.", "input.mime_type",
        "output.mime_type", "tool.json_schema", "logfire.", "model_request_parameters",
        "exception.", "telemetry.", "process.", "os.",
    ]

    /// Frameworks that name themselves where the provider of the model belongs.
    static let frameworks: Set<String> = ["strands-agents"]
}
