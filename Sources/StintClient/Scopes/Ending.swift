import StintModel

/// How an execution or a step ended.
public struct Ending: Hashable, Sendable {
    let outcome: Outcome
    let failure: Failure?

    public static let succeeded = Ending(outcome: .succeeded, failure: nil)
    /// Of steps alone: it was not its turn. An execution is told to have succeeded.
    public static let skipped = Ending(outcome: .skipped, failure: nil)

    /// - Parameters:
    ///   - type: The sort of error, by which failures are grouped.
    ///   - message: What happened, in one line.
    ///   - cause: What lies behind it, of any number of lines.
    ///   - stack: Where it happened.
    public static func failed(
        type: String, message: String, cause: String? = nil, stack: String? = nil
    ) -> Ending {
        Ending(.failed, type, message, cause, stack)
    }

    public static func timedOut(
        type: String, message: String, cause: String? = nil
    ) -> Ending {
        Ending(.timedOut, type, message, cause, nil)
    }

    /// Somebody wanted it to stop.
    public static func aborted(type: String, message: String, cause: String? = nil) -> Ending {
        Ending(.aborted, type, message, cause, nil)
    }

    private init(
        _ outcome: Outcome, _ type: String, _ message: String, _ cause: String?, _ stack: String?
    ) {
        self.init(
            outcome: outcome,
            failure: Failure(
                type: type.asName, message: message.asText, cause: cause?.asText,
                stack: stack?.asText))
    }

    private init(outcome: Outcome, failure: Failure?) {
        self.outcome = outcome
        self.failure = failure
    }

    /// How work ended that threw: a cancelled one is aborted, or timed out where it was late; any
    /// other failed.
    public init(throwing error: any Error, isLate: Bool = false) {
        let type = String(describing: Swift.type(of: error))
        let message = String(describing: error)
        guard error is CancellationError else {
            self.init(.failed, type, message, nil, nil)
            return
        }
        if isLate {
            self.init(.timedOut, "Deadline", "Cancelled after its deadline had passed.", nil, nil)
        } else {
            self.init(.aborted, type, "The task was cancelled.", nil, nil)
        }
    }
}
