public import StintModel

extension Event {
    /// The event in native form, as `POST /v1/events` would take it; members that say nothing are
    /// left out.
    ///
    /// - Parameter receivedAt: The server's clock when it arrived.
    public func writeJSON(to json: inout JSONWriter, receivedAt: Instant?) {
        json.object { json in
            json.member("type", kind.word)
            json.member("at", at)
            if let receivedAt { json.member("receivedAt", receivedAt) }
            if let execution { json.member("execution", execution.rawValue) }
            if attempt != 1 { json.member("attempt", Int64(attempt)) }
            if let id { json.member("id", id) }
            if revision != 0 { json.member("revision", Int64(revision)) }
            if let step { json.member("step", step) }
            if stepTry != 1 { json.member("try", Int64(stepTry)) }
            if let outcome { json.member("status", outcome.word) }
            for fact in facts { json.member(fact.name.member, fact.value) }
            if !attributes.isEmpty { json.member("attributes", attributes) }
            if let failure { write(failure, to: &json) }
            if let call { write(call, to: &json) }
            if let tokens { json.member("tokens", tokens) }
            if let worker { write(worker, to: &json) }
            if let lost {
                json.key("lostBecause")
                json.object { json in
                    json.member("rule", lost.rule.word)
                    json.member("limitSeconds", lost.limit)
                }
            }
        }
    }

    private func write(_ failure: Failure, to json: inout JSONWriter) {
        json.key("error")
        json.object { json in
            if let type = failure.type { json.member("type", type) }
            if let message = failure.message { json.member("message", message) }
            if let cause = failure.cause { json.member("cause", cause) }
            if let stack = failure.stack { json.member("stack", stack) }
            if let at = failure.at { json.member("at", at) }
        }
    }

    private func write(_ call: ModelCall, to json: inout JSONWriter) {
        json.member("call", call.id)
        if let model = call.model { json.member("model", model) }
        if let latency = call.latency { json.member("latencySeconds", latency) }
        if let cost = call.costNanos { json.member("costUsd", dollars: cost) }
    }

    private func write(_ report: WorkerReport, to json: inout JSONWriter) {
        json.member("worker", report.worker)
        if let capacity = report.capacity { json.member("capacity", capacity) }
        if let busy = report.busy { json.member("busy", busy) }
        for (name, share) in [
            ("cpu", report.cpu), ("memory", report.memory), ("gpu", report.gpu),
        ] {
            if let share { json.member(name, Scalar(number: share)) }
        }
    }
}
