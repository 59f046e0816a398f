public import StintModel

/// One try of one step in one attempt, as the interface sends it.
///
/// In summaries only the last try of each step of the current attempt appears, and of it only
/// name, order, status, activity, start and duration.
public struct StepBody: Decodable, Hashable, Sendable {
    public var key: String?
    public var name: String?
    public var kind: String?
    /// The key of the step around it.
    public var parent: String?
    public var order: Int?
    public var status: String?
    public var activity: String?
    public var startedAt: Instant?
    public var finishedAt: Instant?
    public var durationSeconds: Double?
    public var tokens: TokensBody?
    public var costUsd: Double?
    public var error: FailureBody?
    public var attributes: [String: Scalar]?
    public var attempt: Int?
    public var `try`: Int?

    /// `nil` for a word this version does not know.
    public var standing: StepStatus? {
        guard let status else { return nil }
        return StepStatus.allCases.first { $0.word == status }
    }

    public var duration: TimeSpan? { durationSeconds.flatMap { TimeSpan(seconds: $0) } }
}
