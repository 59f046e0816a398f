public import StintModel

/// What Step Functions says of one execution.
public struct OriginReport: Sendable {
    public let execution: ExecutionID
    public let hasEnded: Bool
    /// The execution itself, in the form of an EventBridge event's `detail`.
    public let detail: [UInt8]
    /// Its steps, and whose parent it is.
    public let events: [Event]

    /// - Parameters:
    ///   - history: Where an end is told without its time, it is that of the newest event.
    ///   - tags: Those of the state machine.
    ///   - isWhole: Whether the description leaves nothing out.
    /// - Returns: `nil` where the ARN is none.
    public init?(
        _ description: ExecutionDescription, _ history: [HistoryEvent],
        tags: [String: String] = [:], isWhole: Bool = true
    ) {
        guard let id = description.id else { return nil }
        var description = description
        if description.hasEnded, description.stopDate == nil {
            description.stopDate = history.map(\.timestamp).max().map(SecondsInstant.init)
        }
        execution = id
        hasEnded = description.hasEnded
        detail = description.detail(tags: tags, isWhole: isWhole)
        events = StateVisits(history).events(of: id)
    }
}

public enum OriginAnswer: Sendable {
    case told(OriginReport)
    /// There is no such execution: it ended more than 90 days ago, or never was.
    case gone
    case unanswered(AWSError)
}

/// Asks Step Functions about executions, in as few questions as tell it all.
public struct StepFunctionsInquiry: Sendable {
    public let client: StepFunctionsClient
    private let tags: StateMachineTags

    public init(_ client: StepFunctionsClient, tags: StateMachineTags) {
        self.client = client
        self.tags = tags
    }

    /// Asks about an execution by itself.
    public func answer(on execution: ExecutionID, withSteps: Bool) async -> OriginAnswer {
        do throws(AWSError) {
            let description = try await client.describe(execution)
            return .told(try await report(description, isWhole: true, withSteps: withSteps))
        } catch {
            return error.isRefusal("ExecutionDoesNotExist") ? .gone : .unanswered(error)
        }
    }

    /// What is known of an execution that was described or listed.
    ///
    /// - Parameter withSteps: Whether its history is asked for as well.
    public func report(
        _ description: ExecutionDescription, isWhole: Bool, withSteps: Bool
    ) async throws(AWSError) -> OriginReport {
        var history: [HistoryEvent] = []
        if withSteps, let id = description.id { history = try await client.history(of: id) }
        // The agent's name is worth a question, but not the loss of the rest.
        let tags = (try? await tags.tags(of: description.stateMachineArn)) ?? [:]
        guard let report = OriginReport(description, history, tags: tags, isWhole: isWhole) else {
            throw .unreadable(reason: "An execution has an ARN of 512 bytes at most.")
        }
        return report
    }

    /// Asks about many executions of which something may have been missed: one list of what runs for
    /// each state machine, then what ended one by one, and of what runs its steps.
    ///
    /// - Parameters:
    ///   - executions: Each once.
    ///   - take: Given each answer as it comes; several at a time are asked for.
    public func answers(
        on executions: [ExecutionARN], withSteps: Bool,
        take: (ExecutionID, OriginAnswer) async throws -> Void
    ) async rethrows {
        for group in Dictionary(grouping: executions, by: \.stateMachine).values {
            let running = await running(of: group)
            try await withBoundedTasks(group.map(\.id), atOnce: 4) { id in
                guard let listed = running[id.rawValue] else {
                    return (id, await answer(on: id, withSteps: withSteps))
                }
                do throws(AWSError) {
                    let report = try await report(listed, isWhole: false, withSteps: withSteps)
                    return (id, OriginAnswer.told(report))
                } catch {
                    return (id, OriginAnswer.unanswered(error))
                }
            } take: { id, answer in
                try await take(id, answer)
            }
        }
    }

    /// Those of a machine's that run, by ARN; none where it cannot be listed, or where asking about
    /// the few there are is no more work.
    private func running(of group: [ExecutionARN]) async -> [String: ExecutionDescription] {
        guard let machine = group.first?.stateMachine, group.count(where: { !$0.isOfMapRun }) > 1
        else { return [:] }
        var running: [String: ExecutionDescription] = [:]
        var token: String?
        do throws(AWSError) {
            repeat {
                let page = try await client.executions(of: machine, status: "RUNNING", after: token)
                for listed in page.executions { running[listed.executionArn] = listed }
                token = page.nextToken
            } while token != nil
        } catch {
            return running
        }
        return running
    }
}

/// Does some work for each element, on a few at a time, and takes the results as they come.
public func withBoundedTasks<Element: Sendable, Result: Sendable>(
    _ elements: [Element], atOnce limit: Int,
    _ work: @escaping @Sendable (Element) async -> Result,
    take: (Result) async throws -> Void
) async rethrows {
    try await withThrowingTaskGroup(of: Result.self) { group in
        for (number, element) in elements.enumerated() {
            if number >= limit, let result = try await group.next() { try await take(result) }
            group.addTask { await work(element) }
        }
        for try await result in group { try await take(result) }
    }
}
