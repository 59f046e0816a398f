import StintModel

// Steps and model calls, as an attempt comes to them.

extension ExecutionDraw {
    mutating func skipped(_ order: Int) -> SimulatedExecution.Step {
        let profile = agent.steps[order]
        var step = SimulatedExecution.Step(
            key: profile.key, kind: profile.kind, order: order, number: 1,
            activity: "Nothing to do")
        step.ending = .init(at: tick(), outcome: .skipped, failure: nil)
        return step
    }

    /// - Parameter outcome: `nil` for a step that is left open.
    mutating func step(
        _ order: Int, _ number: UInt16, _ span: TimeSpan, ends outcome: Outcome?,
        _ failure: Failure?
    ) -> SimulatedExecution.Step {
        let profile = agent.steps[order]
        var step = SimulatedExecution.Step(
            key: profile.key, kind: profile.kind, order: order, number: number,
            activity: profile.activity)
        let start = tick()
        step.startedAt = start
        if profile.kind == "model" {
            let count = random.chance(0.2) ? 2 : 1
            for part in 1...count {
                clock = start + span.share(Double(part) / Double(count + 1))
                step.calls.append(call(at: clock))
            }
            if usesTotals, let sum = Tokens.sum(step.calls.map(\.tokens)) {
                // Some calls are never told one by one; the totals know of them.
                let told = Tokens(
                    input: sum.input.map { $0 + Int64(random.below(500)) }, output: sum.output,
                    cachedInput: sum.cachedInput, reasoning: sum.reasoning)
                if outcome != nil { step.told = told }
                let half = Tokens(
                    input: sum.input.map { $0 / 2 }, output: sum.output.map { $0 / 2 })
                step.toldHalf = .init(at: start + span.share(0.5), tokens: half)
            }
        }
        clock = max(clock, start + span)
        if let outcome { step.ending = .init(at: tick(), outcome: outcome, failure: failure) }
        return step
    }

    mutating func call(at instant: Instant) -> SimulatedExecution.Call {
        callCount += 1
        let input = 200 + random.below(6_000)
        let output = 40 + random.below(1_200)
        let (price, model) = (agent.price, agent.model)
        let tokens = Tokens(
            input: Int64(input), output: Int64(output),
            cachedInput: random.chance(0.5) ? Int64(random.below(input)) : nil,
            reasoning: random.chance(0.2) ? Int64(random.below(output)) : nil)
        return .init(
            id: "call-\(callCount)", at: instant, model: model, tokens: tokens,
            latency: .milliseconds(200 + output * 4 + random.below(400)),
            costNanos: Int64(input) * price.input + Int64(output) * price.output)
    }

    /// A moment passes.
    @discardableResult
    mutating func tick(_ milliseconds: Int = 20) -> Instant {
        clock = clock + .milliseconds(1 + random.below(milliseconds))
        return clock
    }
}
