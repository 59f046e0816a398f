public import StintModel

// The forms in which an execution goes out.

extension Execution {
    /// Everything about it, and what leads on: `GET /v1/executions/{id}`.
    public func writeJSON(
        to json: inout JSONWriter, links: [LinkBody] = [], commands: [CommandBody] = []
    ) {
        json.object { json in
            writeMembers(to: &json)
            json.key("attempts")
            json.array(attempts) { $1.writeJSON(to: &$0) }
            json.key("steps")
            json.array(steps) { $1.writeJSON(to: &$0) }
            json.key("modelCalls")
            json.array(modelCalls) { $1.writeJSON(to: &$0) }
            json.key("links")
            json.array(links) { $1.writeJSON(to: &$0) }
            json.key("commands")
            json.array(commands) { $1.writeJSON(to: &$0) }
        }
    }

    /// An item of a list: of the current attempt each step's last try, 50 at most.
    public func writeSummaryJSON(to json: inout JSONWriter) {
        json.object { json in
            writeMembers(to: &json)
            json.key("steps")
            json.array(latestSteps.prefix(50)) { $1.writeSummaryJSON(to: &$0) }
        }
    }

    /// The small poll: `GET /v1/executions/{id}/status`.
    public func writeStatusJSON(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", id.rawValue)
            json.member("status", status.word)
            json.member("final", status.isFinal)
            json.member("lastEventAt", lastEventAt)
            json.key("steps")
            json.array(latestSteps) { json, step in
                json.object { json in
                    json.member("key", step.key)
                    json.member("name", step.name)
                    json.member("order", Int64(step.order))
                    json.member("status", step.status.word)
                    json.member("activity", step.activity)
                    json.member("startedAt", step.startedAt)
                    json.member("finishedAt", step.finishedAt)
                    json.member("durationSeconds", step.duration)
                    json.member("tokens", step.tokens)
                }
            }
            json.member("tokens", tokens)
            json.member("costUsd", dollars: costNanos)
        }
    }

    /// The answer of the small poll for an id that nobody has told of yet.
    public static func writePendingStatusJSON(of id: ExecutionID, to json: inout JSONWriter) {
        json.object { json in
            json.member("id", id.rawValue)
            json.member("status", ExecutionStatus.pending.word)
            json.member("final", false)
            json.member("lastEventAt", Instant?.none)
            json.key("steps")
            json.array([String]()) { $0.string($1) }
            json.member("tokens", Tokens?.none)
            json.member("costUsd", dollars: nil)
        }
    }

    /// Of the current attempt each step's last try, in order.
    public var latestSteps: [Step] {
        var latest: [Step] = []
        for step in steps where step.attempt == attempt {
            if latest.last?.order == step.order { latest.removeLast() }
            latest.append(step)
        }
        return latest
    }

    private func writeMembers(to json: inout JSONWriter) {
        json.member("id", id.rawValue)
        json.member("agent", self[.agent])
        json.member("name", self[.name])
        json.member("workspace", workspace.rawValue)
        json.member("parent", self[.parent])
        json.member("user", self[.user])
        json.member("correlation", self[.correlation])
        json.member("source", self[.source])
        json.member("environment", self[.environment] ?? .string("production"))
        json.member("attempt", Int64(attempt))
        json.member("status", status.word)
        json.member("goalMet", self[.goalMet])
        json.member("summary", self[.summary])
        json.member("waitingFor", status == .waiting ? self[.waitingFor] : nil)
        json.member("priority", self[.priority])
        json.member("queue", self[.queue])
        json.member("estimatedStartAt", self[.estimatedStartAt])
        json.member("timeoutSeconds", self[.timeoutSeconds])
        json.member("heartbeatSeconds", self[.heartbeatSeconds])
        json.member("queuedAt", queuedAt)
        json.member("startedAt", startedAt)
        json.member("finishedAt", finishedAt)
        json.member("lastEventAt", lastEventAt)
        json.member("expiresAt", expiresAt)
        json.member("queueWaitSeconds", queueWait)
        json.member("durationSeconds", duration)
        json.member("totalSeconds", total)
        json.member("etaAt", etaAt)
        json.member("overdue", isOverdue)
        json.key("lostBecause")
        if let lost {
            json.object { json in
                json.member("rule", lost.rule.word)
                json.member("limitSeconds", lost.limit)
            }
        } else {
            json.null()
        }
        json.member("error", failure)
        json.member("conflict", hasConflict)
        json.member("skew", isSkewed)
        json.member("truncated", isTruncated)
        json.member("missingEvents", self[.missingEvents])
        json.member("tokens", tokens)
        json.member("costUsd", dollars: costNanos)
        if let costKnownRate { json.member("costKnownRate", rate: costKnownRate) }
        json.member("attributes", attributes)
        json.member("turns", self[.turns])
        json.member("inputBytes", self[.inputBytes])
        json.member("outputBytes", self[.outputBytes])
    }
}

extension Execution.Attempt {
    func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.member("attempt", Int64(number))
            json.member("status", status.word)
            json.member("queuedAt", queuedAt)
            json.member("startedAt", startedAt)
            json.member("finishedAt", finishedAt)
            json.member("error", failure)
        }
    }
}

extension Execution.Step {
    func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.member("key", key)
            json.member("name", name)
            json.member("kind", kind)
            json.member("parent", parent)
            json.member("order", Int64(order))
            json.member("status", status.word)
            json.member("activity", activity)
            json.member("startedAt", startedAt)
            json.member("finishedAt", finishedAt)
            json.member("durationSeconds", duration)
            json.member("tokens", tokens)
            json.member("costUsd", dollars: costNanos)
            json.member("error", failure, isDated: false)
            json.member("attributes", attributes)
            json.member("attempt", Int64(attempt))
            json.member("try", Int64(number))
        }
    }

    func writeSummaryJSON(to json: inout JSONWriter) {
        json.object { json in
            json.member("key", key)
            json.member("name", name)
            json.member("order", Int64(order))
            json.member("status", status.word)
            json.member("activity", activity)
            json.member("startedAt", startedAt)
            json.member("durationSeconds", duration)
        }
    }
}

extension Execution.ModelCall {
    func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.member("call", id)
            json.member("step", step)
            json.member("attempt", attempt.map(Int64.init))
            json.member("try", number.map(Int64.init))
            json.member("model", model)
            json.member("tokens", tokens)
            json.member("latencySeconds", latency)
            json.member("costUsd", dollars: costNanos)
            json.member("at", at)
        }
    }
}
