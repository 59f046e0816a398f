public import StintModel

extension SimulatedExecution {
    /// A try of a step as a reader should see it.
    public struct ShownStep: Hashable, Sendable {
        public let key: String
        public let attempt: UInt16
        public let order: Int
        public let number: UInt16
        public let status: StepStatus
        public let activity: String?
        public let startedAt: Instant?
        public let finishedAt: Instant?
        public let tokens: Tokens?
        public let costNanos: Int64?
        public let failure: Failure?
    }

    /// Every try of every step by attempt, order and try; of the current attempt also what was
    /// planned and has not begun.
    ///
    /// - Parameter isLost: Whether the execution is held to be lost, and its open steps with it.
    public func shownSteps(isLost: Bool) -> [ShownStep] {
        var shown: [ShownStep] = []
        for attempt in attempts {
            let isCurrent = attempt.number == current.number
            for step in attempt.steps {
                let open: StepStatus = isLost && isCurrent ? .lost : .running
                let isFailure = step.ending.map { StepStatus($0.outcome).isFailure } ?? false
                shown.append(
                    ShownStep(
                        key: step.key, attempt: attempt.number, order: step.order,
                        number: step.number,
                        status: step.ending.map { StepStatus($0.outcome) } ?? open,
                        activity: step.activity, startedAt: step.startedAt,
                        finishedAt: step.ending?.at, tokens: step.tokens,
                        costNanos: step.costNanos,
                        failure: isFailure ? step.ending?.failure : nil))
            }
            guard isCurrent, let plan else { continue }
            // Steps begin in the order of the plan: what has not begun is what comes after.
            let begun = attempt.steps.last.map { $0.order + 1 } ?? 0
            for (order, key) in plan.enumerated().dropFirst(begun) {
                shown.append(
                    ShownStep(
                        key: key, attempt: attempt.number, order: order, number: 1,
                        status: .pending, activity: nil, startedAt: nil, finishedAt: nil,
                        tokens: nil, costNanos: nil, failure: nil))
            }
        }
        return shown
    }
}
