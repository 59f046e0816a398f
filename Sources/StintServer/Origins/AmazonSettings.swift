public import StintAWS
public import StintModel

/// What a server asks of AWS.
public struct AmazonSettings: Sendable {
    /// Where the state machines are that are asked about; `nil` where none is.
    public var region: AWSRegion?
    /// How often open executions of Step Functions are looked at.
    public var interval = Duration.seconds(60)
    /// How long one may be silent before Step Functions is asked about it, and how long until it is
    /// asked again.
    public var silence = TimeSpan.seconds(300)
    /// Read for as long as the server runs.
    public var queues: [QueueAddress] = []
    /// Whose what the queues say is. What Step Functions says of an execution is of the workspace that
    /// knows it.
    public var queueWorkspace = Workspace.default
    public var context: AWSContext

    public init(context: AWSContext) {
        self.context = context
    }
}
