public import StintModel

/// Decodes the body of `POST /api/v1/lineage`: OpenLineage events, one, or an array of them.
///
/// A run is an execution, its job the agent. Events of jobs and of data sets are taken and make
/// nothing, since they tell of no run.
public enum OpenLineageDecoder {
    /// Reads the events in order, and hands what each amounts to on to the sink. Each is counted once.
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
        var tally = EventTally(limit: maximumEvents)
        do throws(IngestFault) {
            try reader.refuseByteOrderMark()
            if try reader.peek() == .array {
                try reader.enterArray()
                while try reader.nextElement() { try read(&reader, window, &tally, sink) }
            } else {
                try read(&reader, window, &tally, sink)
            }
            try reader.finish()
        } catch {
            throw BodyError(error)
        }
        return tally.result
    }

    private static func read(
        _ reader: inout JSONReader, _ window: AdmissionWindow, _ tally: inout EventTally,
        _ sink: (borrowing Event) -> Void
    ) throws(IngestFault) {
        try tally.admit(&reader) { (reader) throws(IngestFault) in
            let event = try LineageEvent(&reader)
            for event in try event.events(within: window) { sink(event) }
        }
    }
}
