public import StintModel

/// Decodes the body of `POST /v1/eventbridge`: status changes of Step Functions executions as
/// EventBridge delivers them.
///
/// Taken are an event in its envelope, its `detail` alone (as an input path leaves it), and arrays
/// of both; the same as the text of an SQS message or an SNS notification; and batches of such
/// messages, as Lambda (`Records`) or a receive call (`Messages`) hands them over.
public enum EventBridgeDecoder {
    /// Reads the events in order, and hands what each amounts to on to the sink, one to three native
    /// events. Each is counted once.
    ///
    /// - Parameters:
    ///   - maximumEvents: Events in one body, refused ones included.
    ///   - sink: Is shown each native event. What it saw is void once an error is thrown.
    /// - Throws: ``BodyError/malformed(detail:offset:)`` where the body is not JSON;
    ///   ``BodyError/tooManyEvents(limit:)`` at the first event beyond the maximum.
    public static func decode(
        _ body: UnsafeRawBufferPointer, window: AdmissionWindow, maximumEvents: Int = 10_000,
        into sink: (borrowing Event) -> Void
    ) throws(BodyError) -> IngestResult {
        var reader = JSONReader(body.bindMemory(to: UInt8.self))
        var unwrapping = EventBridgeUnwrapping(
            window: window, tally: EventTally(limit: maximumEvents))
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
