/// Tracks work as one execution: told as started now, and as ended when the work ends, however it
/// does. What the work throws reaches the caller as it is.
///
/// Inside another execution it is that one's child. Where `STINT_EXECUTION` names an execution, as in
/// a command under `stint run`, it joins that one unless it has an id of its own: its steps go there,
/// and the end is left to whoever began it.
///
/// - Parameters:
///   - agent: Who runs; executions are grouped by it.
///   - id: Unique in the workspace; one is made up where there is none.
///   - attempt: 1 and up; a retry of the whole execution, under the same id, raises it.
///   - name: What it is called, where that says more than the agent.
///   - user: Who asked for it.
///   - correlation: What it has in common with other executions.
///   - source: Where it comes from: `cron`, `sqs`, ….
///   - environment: `test` and `mock` are kept out of every statistic. `STINT_ENVIRONMENT` by default.
///   - attributes: Whatever else it is to be found by.
///   - steps: Names of the steps planned, shown as pending until they are heard of.
///   - deadline: After which the server takes a silent execution to be dead.
///   - heartbeat: How often the program promises to be heard from; kept in the background, at a third
///     of it. The server finds a killed process by its silence. `nil` promises nothing.
///   - tracker: Delivers what is told.
///   - work: Is given the execution, to tell more of it.
public func withExecution<Value, Failure: Error>(
    _ agent: String, id: String? = nil, attempt: Int = 1, name: String? = nil,
    user: String? = nil, correlation: String? = nil, source: String? = nil,
    environment: String? = nil, attributes: [String: AttributeValue] = [:], steps: [String] = [],
    deadline: Duration? = nil, heartbeat: Duration? = .seconds(60), tracker: Tracker = .shared,
    _ work: (ExecutionScope) async throws(Failure) -> Value
) async throws(Failure) -> Value {
    let execution = tracker.begin(
        agent, id: id, attempt: attempt, name: name, user: user, correlation: correlation,
        source: source, environment: environment, attributes: attributes, steps: steps,
        deadline: deadline, heartbeat: heartbeat)
    let around = Surroundings(execution: execution, inside: .current)
    let result = await Surroundings.$ofScopes.withValue(around) {
        await Result.of { () async throws(Failure) in try await work(execution) }
    }
    execution.finish(result.ending(isLate: execution.isLate))
    return try result.get()
}

/// Tracks work as a step of the execution that this task works for. Outside of any execution the
/// work is done, and nothing told.
///
/// - Parameters:
///   - name: What is done.
///   - key: Tells it from the other steps; the name by default. A name that comes again is another
///     step, or the next try of the one before where that failed.
///   - kind: What sort of step: `model`, `tool`, `agent`, ….
///   - activity: What it is doing at first, in one line.
///   - attributes: Whatever else is to be known of it.
///   - work: Is given the step, to tell more of it; `nil` outside of any execution.
public func withStep<Value, Failure: Error>(
    _ name: String, key: String? = nil, kind: String? = nil, activity: String? = nil,
    attributes: [String: AttributeValue] = [:],
    _ work: (StepScope?) async throws(Failure) -> Value
) async throws(Failure) -> Value {
    guard let execution = ExecutionScope.current else { return try await work(nil) }
    return try await execution.step(
        name, key: key, kind: kind, activity: activity, attributes: attributes
    ) { (step) async throws(Failure) in try await work(step) }
}

extension ExecutionScope {
    /// Tracks work as a step: told as started now, and as ended when the work ends, however it does.
    /// See ``withStep(_:key:kind:activity:attributes:_:)``.
    public func step<Value, Failure: Error>(
        _ name: String, key: String? = nil, kind: String? = nil, activity: String? = nil,
        attributes: [String: AttributeValue] = [:],
        _ work: (StepScope) async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let outer = Surroundings.current
        let step = StepScope(
            name, of: self, inside: outer, key: key, kind: kind, activity: activity,
            attributes: attributes)
        let around = Surroundings(execution: self, step: step, inside: outer)
        let result = await Surroundings.$ofScopes.withValue(around) {
            await Result.of { () async throws(Failure) in try await work(step) }
        }
        step.finish(result.ending(isLate: isLate))
        return try result.get()
    }

    /// Tracks work that does not wait as a step.
    public func step<Value, Failure: Error>(
        _ name: String, key: String? = nil, kind: String? = nil, activity: String? = nil,
        attributes: [String: AttributeValue] = [:],
        _ work: (StepScope) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let outer = Surroundings.current
        let step = StepScope(
            name, of: self, inside: outer, key: key, kind: kind, activity: activity,
            attributes: attributes)
        let around = Surroundings(execution: self, step: step, inside: outer)
        let result = Surroundings.$ofScopes.withValue(around) {
            Result { () throws(Failure) in try work(step) }
        }
        step.finish(result.ending(isLate: isLate))
        return try result.get()
    }

    /// Begins a step whose end is told by hand, where no closure fits around it.
    public func beginStep(
        _ name: String, key: String? = nil, kind: String? = nil, activity: String? = nil,
        attributes: [String: AttributeValue] = [:]
    ) -> StepScope {
        StepScope(
            name, of: self, inside: .current, key: key, kind: kind, activity: activity,
            attributes: attributes)
    }
}

extension Result {
    fileprivate static func of(
        _ work: () async throws(Failure) -> Success
    ) async -> Result {
        do throws(Failure) { return .success(try await work()) } catch { return .failure(error) }
    }

    fileprivate func ending(isLate: Bool) -> Ending {
        switch self {
        case .success: .succeeded
        case .failure(let error): Ending(throwing: error, isLate: isLate)
        }
    }
}
