public import StintModel

/// The member `error` of an execution, an attempt or a step.
public struct FailureBody: Decodable, Hashable, Sendable {
    public var type: String?
    public var message: String?
    public var cause: String?
    public var stack: String?
    public var at: Instant?
}
