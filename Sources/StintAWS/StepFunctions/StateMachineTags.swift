public import StintModel
import Synchronization

/// The tags of state machines, each asked for once an hour at most.
///
/// Executions have none of their own, and events do not carry them.
public final class StateMachineTags: Sendable {
    private struct Held {
        var tags: [String: String]
        var until: Instant
    }

    private let client: StepFunctionsClient
    private let now: @Sendable () -> Instant
    private let held = Mutex<[String: Held]>([:])

    private static let age = TimeSpan.seconds(3_600)
    /// More machines than an account has by default are not remembered.
    private static let limit = 20_000

    public init(_ client: StepFunctionsClient, now: @escaping @Sendable () -> Instant) {
        self.client = client
        self.now = now
    }

    /// The name that the tags give to the agent, as far as they are known: nothing is asked.
    public func agentName(of stateMachine: String) -> String? {
        held.withLock { $0[stateMachine]?.tags[ExecutionDescription.agentTag] }
    }

    /// - Throws: Where they are not known and the service does not tell them, which it does not do to
    ///   those without the permission.
    public func tags(of stateMachine: String) async throws(AWSError) -> [String: String] {
        let known = held.withLock { $0[stateMachine] }
        if let known, known.until > now() { return known.tags }
        do throws(AWSError) {
            return remember(try await client.tags(of: stateMachine), of: stateMachine)
        } catch {
            // What was true an hour ago is better than nothing, and who may not know them is not
            // asked for each execution.
            guard let known else {
                if case .refused = error, !error.isPassing { _ = remember([:], of: stateMachine) }
                throw error
            }
            return known.tags
        }
    }

    private func remember(
        _ tags: [String: String], of stateMachine: String
    ) -> [String: String] {
        let until = now() + Self.age
        held.withLock { held in
            if held.count >= Self.limit { held.removeAll() }
            held[stateMachine] = Held(tags: tags, until: until)
        }
        return tags
    }
}
