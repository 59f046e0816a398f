public import StintModel

extension ExecutionBody {
    /// Nothing known but the id.
    public init(id: String) {
        self.id = id
    }

    /// What a summary says of an execution, its lists left out.
    public init(_ execution: Execution) {
        self.init(id: execution.id.rawValue)
        agent = execution[.agent]?.string
        name = execution[.name]?.string
        workspace = execution.workspace.rawValue
        parent = execution[.parent]?.string
        user = execution[.user]?.string
        correlation = execution[.correlation]?.string
        source = execution[.source]?.string
        environment = execution[.environment]?.string ?? "production"
        attempt = Int(execution.attempt)
        status = execution.status.word
        goalMet = execution[.goalMet]?.boolean
        summary = execution[.summary]?.string
        waitingFor = execution.status == .waiting ? execution[.waitingFor]?.string : nil
        priority = execution[.priority]?.number
        queue = execution[.queue]?.string
        estimatedStartAt = execution[.estimatedStartAt]?.string.flatMap { Instant(rfc3339: $0) }
        timeoutSeconds = execution[.timeoutSeconds]?.number
        heartbeatSeconds = execution[.heartbeatSeconds]?.number
        queuedAt = execution.queuedAt
        startedAt = execution.startedAt
        finishedAt = execution.finishedAt
        lastEventAt = execution.lastEventAt
        expiresAt = execution.expiresAt
        queueWaitSeconds = execution.queueWait?.seconds
        durationSeconds = execution.duration?.seconds
        totalSeconds = execution.total?.seconds
        etaAt = execution.etaAt
        overdue = execution.isOverdue
        lostBecause = execution.lost.map {
            LostBecause(rule: $0.rule.word, limitSeconds: $0.limit?.seconds)
        }
        error = execution.failure.map {
            FailureBody(
                type: $0.type, message: $0.message, cause: $0.cause, stack: $0.stack, at: $0.at)
        }
        conflict = execution.hasConflict
        skew = execution.isSkewed
        truncated = execution.isTruncated
        missingEvents = execution[.missingEvents]?.integer.map { Int($0) }
        tokens = execution.tokens.map {
            TokensBody(
                input: $0.input, output: $0.output, cachedInput: $0.cachedInput,
                reasoning: $0.reasoning)
        }
        costUsd = execution.costNanos.map { Double($0) / 1e9 }
        costKnownRate = execution.costKnownRate
        turns = execution[.turns]?.integer.map { Int($0) }
        inputBytes = execution[.inputBytes]?.integer
        outputBytes = execution[.outputBytes]?.integer
    }

    /// The current attempt, as far as a summary tells of it: its times are those of all attempts.
    public var summedAttempt: Attempt {
        Attempt(
            attempt: attempt, status: status, queuedAt: queuedAt, startedAt: startedAt,
            finishedAt: finishedAt, error: error)
    }
}
