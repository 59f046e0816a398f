import StintModel

extension MetricsPage {
    /// The executions of one workspace, by agent.
    mutating func writeExecutions(_ tally: WorkspaceTally) {
        let agents = tally.agents.sorted
        gauge(
            "stint_executions_running", "Executions that run or wait for something.",
            agents.map { Sample(["agent": $0.label], $0.value.running) })
        gauge(
            "stint_executions_queued", "Executions that wait for their start.",
            agents.map { Sample(["agent": $0.label], $0.value.queued) })
        counter(
            "stint_executions_started", "Executions recorded to have started.",
            agents.map { Sample(["agent": $0.label], $0.value.started) })
        counter(
            "stint_executions_finished",
            "Executions recorded to have ended; a corrected end counts again.",
            agents.flatMap { label, agent in
                agent.finished.sorted { $0.key.rawValue < $1.key.rawValue }.map { status, count in
                    Sample(["agent": label, "status": status.word], count)
                }
            })
        writeTimes(agents)
        writeUse(agents)
        counter(
            "stint_model_calls", "Model calls of executions that ended.",
            tally.models.sorted.map { Sample(["model": $0.label], $0.value) })
    }

    private mutating func writeTimes(_ agents: [(label: String, value: AgentTally)]) {
        func samples(_ times: (AgentTally) -> SpanHistogram) -> [Sample<Distribution>] {
            agents.compactMap { label, agent in
                let times = times(agent)
                return times.isEmpty ? nil : Sample(["agent": label], times.distribution)
            }
        }
        histogram(
            "stint_execution_queue_wait_seconds", "Time from the queueing to the start.",
            samples(\.queueWait))
        histogram(
            "stint_execution_duration_seconds",
            "Time from the start of the last attempt to its end.",
            samples(\.duration))
        histogram(
            "stint_execution_end_to_end_seconds",
            "Time from the first queueing or start to the end.", samples(\.endToEnd))
    }

    private mutating func writeUse(_ agents: [(label: String, value: AgentTally)]) {
        counter(
            "stint_tokens",
            "Tokens of executions that ended. Each counts in one kind: input not read from a cache, input that was, output but reasoning, reasoning.",
            agents.flatMap { label, agent in
                [
                    ("input", agent.tokens.uncachedInput),
                    ("cached_input", agent.tokens.cachedInput), ("output", agent.tokens.output),
                    ("reasoning", agent.tokens.reasoning),
                ].filter { $0.1 > 0 }.map { Sample(["agent": label, "kind": $0.0], $0.1) }
            })
        counter(
            "stint_cost_usd", "Known cost of executions that ended, in US dollars.",
            agents.filter { $0.value.costNanos > 0 }.map {
                Sample(["agent": $0.label], Double($0.value.costNanos) / 1e9)
            })
    }
}
