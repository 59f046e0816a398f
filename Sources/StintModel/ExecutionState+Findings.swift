// What a diagnosis asks of a state.

extension ExecutionState {
    /// The attribute by which a queue's message is known that an execution was begun for.
    public static let messageAttribute = "messageId"

    /// The message it was begun for; `nil` where its sender does not say so.
    public var message: String? {
        guard case .string(let text)? = attributes[Self.messageAttribute]?.value else { return nil }
        return text
    }

    /// The last tries of the current attempt's steps that were left running though the execution has
    /// ended; empty for what has not.
    public var orphanedSteps: [SortedMap<StepID, Step>.Entry] {
        guard status.isFinal else { return [] }
        return lastTries.filter { status(of: $0.key, $0.value) == .running }
    }

    /// The step that runs, or that ran when it was lost: of several the one that began last.
    public var openStep: SortedMap<StepID, Step>.Entry? {
        lastTries.filter { [.running, .lost].contains(status(of: $0.key, $0.value)) }
            .max {
                ($0.value.run.started ?? $0.value.first) < ($1.value.run.started ?? $1.value.first)
            }
    }

    /// The step in which the current attempt failed: of those that failed the one that ended last.
    public var failedStep: SortedMap<StepID, Step>.Entry? {
        lastTries.filter { status(of: $0.key, $0.value).isFailure }
            .max {
                ($0.value.run.end?.at ?? $0.value.first) < ($1.value.run.end?.at ?? $1.value.first)
            }
    }

    /// Of each step of the current attempt the last try, by key.
    private var lastTries: [SortedMap<StepID, Step>.Entry] {
        let current = currentAttempt
        var last: [SortedMap<StepID, Step>.Entry] = []
        for entry in steps.entries where entry.key.attempt == current {
            if let key = last.last?.key.key, key.isSpelled(like: entry.key.key) {
                last.removeLast()
            }
            last.append(entry)
        }
        return last
    }
}

extension ExecutionState.StepID {
    /// The name under which a step is shown.
    public func name(of step: ExecutionState.Step) -> String {
        step.facts[.name]?.value.string ?? key
    }
}
