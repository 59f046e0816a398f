public import StintModel

/// The id of an execution, where it is the ARN of one that can be asked about:
/// `arn:{partition}:states:{region}:{account}:execution:{machine}[/{label}]:{name}`.
///
/// Express executions (`express` in the place of `execution`) cannot.
public struct ExecutionARN: Hashable, Sendable {
    public let id: ExecutionID
    public let region: String
    /// The ARN of its state machine.
    public let stateMachine: String
    /// Whether a distributed map started it: its machine does not list it.
    public let isOfMapRun: Bool

    public init?(_ id: ExecutionID) {
        let parts = id.rawValue.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 8, parts[0] == "arn", parts[2] == "states", parts[5] == "execution",
            !parts[3].isEmpty, !parts[6].isEmpty
        else { return nil }
        self.id = id
        region = String(parts[3])
        let machine = parts[6].split(separator: "/", maxSplits: 1)
        isOfMapRun = machine.count > 1
        stateMachine = (parts[..<5] + ["stateMachine", machine[0]]).joined(separator: ":")
    }
}
