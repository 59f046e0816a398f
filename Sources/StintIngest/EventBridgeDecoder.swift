public import StintModel

/// Decodes the body of `POST /v1/eventbridge`: status changes of Step Functions executions as
/// EventBridge delivers them.
///
/// Taken are an event in its envelope, its `detail` alone (as an input path leaves it), and arrays
/// of both; the same as the text of an SQS message or an SNS notification; and batches of such
/// messages, as Lambda (`Records`) or a receive call (`Messages`) hands them over.
///
/// The `detail` may also be one that was made of an answer of `DescribeExecution`.
public enum EventBridgeDecoder {
    /// Reads the events in order, and hands what each amounts to on to the sink, one to four native
    /// events. Each is counted once.
    ///
    /// - Parameters:
    ///   - maximumEvents: Events in one body, refused ones included.
    ///   - agentNames: By what name state machines are known, where not by their own.
    ///   - sink: Is shown each native event. What it saw is void once an error is thrown.
    /// - Throws: ``BodyError/malformed(detail:offset:)`` where the body is not JSON;
    ///   ``BodyError/tooManyEvents(limit:)`` at the first event beyond the maximum.
    public static func decode(
        _ body: UnsafeRawBufferPointer, window: AdmissionWindow, maximumEvents: Int = 10_000,
        agentNames: AgentNames? = nil, into sink: (borrowing Event) -> Void
    ) throws(BodyError) -> IngestResult {
        var reader = JSONReader(body.bindMemory(to: UInt8.self))
        var unwrapping = EventBridgeUnwrapping(
            window: window, agentNames: agentNames, tally: EventTally(limit: maximumEvents))
        do {
            try reader.refuseByteOrderMark()
            try unwrapping.read(&reader, nesting: 0, sink)
            try reader.finish()
        } catch {
            throw BodyError(error)
        }
        return unwrapping.tally.result
    }
}

/// The name of the agent that a state machine is, by the machine's ARN; `nil` where none is known.
public typealias AgentNames = @Sendable (_ stateMachineArn: String) -> String?
