import StintModel
import StintSimulation
import StintWire

extension KnownExecution {
    /// An execution as `GET /v1/executions/{id}` shows it, all of it.
    init?(_ body: ExecutionBody) {
        guard let status = body.standing else { return nil }
        self.init(id: body.id, status: status)
        agent = body.agent
        user = body.user
        environment = body.environment ?? environment
        priority = body.priority
        queuedAt = body.queuedAt
        startedAt = body.startedAt
        attemptQueuedAt = body.attempts?.last?.queuedAt
        attemptStartedAt = body.attempts?.last?.startedAt
        finishedAt = body.finishedAt
        lastEventAt = body.lastEventAt
        queueWait = body.queueWait
        duration = body.duration
        total = body.total
        tokens = body.tokens.map(Tokens.init)
        costNanos = body.costUsd.map(Self.nanos)
        calls = (body.modelCalls ?? []).map { call in
            Call(
                model: call.model, tokens: call.tokens.map(Tokens.init),
                latency: call.latencySeconds.flatMap { TimeSpan(seconds: $0) },
                costNanos: call.costUsd.map(Self.nanos))
        }
    }

    private static func nanos(_ dollars: Double) -> Int64 { Int64((dollars * 1e9).rounded()) }
}

extension Tokens {
    fileprivate init(_ body: TokensBody) {
        self.init(
            input: body.input, output: body.output, cachedInput: body.cachedInput,
            reasoning: body.reasoning)
    }
}
