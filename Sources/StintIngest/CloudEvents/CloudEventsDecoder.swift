public import StintModel

/// Decodes the body of `POST /v1/cloudevents`.
///
/// Three things tell of executions: our own events, by their `type`; status changes of Step
/// Functions as `data`; and the events of a lifecycle in common use, whose `type` ends in
/// `started`, `completed`, `failed` or the like, or whose data says its `status`. Any other
/// CloudEvent is taken and makes nothing: who sends it cannot do better by sending it again.
public enum CloudEventsDecoder {
    /// Reads the events in order, and hands what each amounts to on to the sink. Each is counted once.
    ///
    /// - Parameters:
    ///   - maximumEvents: Events in one body, refused ones included.
    ///   - sink: Is shown each native event. What it saw is void once an error is thrown.
    /// - Throws: ``BodyError/malformed(detail:offset:)`` where the body, or data that says to be JSON,
    ///   is not JSON; ``BodyError/tooManyEvents(limit:)`` at the first event beyond the maximum.
    public static func decode(
        _ body: UnsafeRawBufferPointer, as mode: CloudEventsMode, window: AdmissionWindow,
        maximumEvents: Int = 10_000, into sink: (borrowing Event) -> Void
    ) throws(BodyError) -> IngestResult {
        let bytes = body.bindMemory(to: UInt8.self)
        var tally = EventTally(limit: maximumEvents)
        var meaning = CloudEventMeaning(window: window)
        do throws(IngestFault) {
            switch mode {
            case .binary(let headers, let dataType):
                try decode(headers, dataType, bytes, &meaning, &tally, sink)
            case .batched, .structured, .unmarked:
                var reader = JSONReader(bytes)
                try reader.refuseByteOrderMark()
                let isArray = try reader.peek() == .array
                let isTaken =
                    switch mode {
                    case .batched: isArray
                    case .structured: !isArray
                    default: true
                    }
                guard isTaken else {
                    throw reader.malformed(
                        isArray
                            ? "An event is expected; an array of them is sent as "
                                + "application/cloudevents-batch+json."
                            : "An array of events is expected.")
                }
                if isArray {
                    try reader.enterArray()
                    while try reader.nextElement() { try read(&reader, &meaning, &tally, sink) }
                } else {
                    try read(&reader, &meaning, &tally, sink)
                }
                try reader.finish()
            }
        } catch {
            throw BodyError(error)
        }
        return tally.result
    }

    /// Reads the event that stands next.
    private static func read(
        _ reader: inout JSONReader, _ meaning: inout CloudEventMeaning, _ tally: inout EventTally,
        _ sink: (borrowing Event) -> Void
    ) throws(IngestFault) {
        try tally.admit(&reader) { (reader) throws(IngestFault) in
            var event = CloudEvent()
            let data = try event.read(&reader)
            try event.check()
            switch data {
            case .nothing: try meaning.tell(event, nil, sink)
            case .value(let value): try meaning.tell(event, value, sink)
            case .document(let bytes):
                try bytes.withUnsafeBufferPointer { (bytes) throws(IngestFault) in
                    try meaning.tell(event, JSONReader(document: bytes), sink)
                }
            }
        }
    }

    private static func decode(
        _ headers: [(name: String, value: String)], _ dataType: String?,
        _ bytes: UnsafeBufferPointer<UInt8>, _ meaning: inout CloudEventMeaning,
        _ tally: inout EventTally, _ sink: (borrowing Event) -> Void
    ) throws(IngestFault) {
        // Without a type nothing says that it is JSON, and so nobody is to blame where it is not.
        let isJSON = CloudEvent.isJSON(dataType)
        let data = isJSON ? JSONReader(document: bytes) : nil
        if isJSON, dataType != nil, !bytes.isEmpty, data == nil {
            var reader = JSONReader(bytes)
            try reader.refuseByteOrderMark()
            try reader.skip(tolerant: true)
            try reader.finish()
        }
        do throws(IngestFault) {
            var event = CloudEvent()
            try event.read(headers)
            try event.check()
            try meaning.tell(event, data, sink)
            try tally.accept()
        } catch {
            guard case .unfit(let pointer, let detail) = error else { throw error }
            try tally.reject(pointer, detail)
        }
    }
}

extension JSONReader {
    /// Stands at the beginning of a document.
    ///
    /// - Returns: `nil` where it is not JSON to its end.
    fileprivate init?(document bytes: UnsafeBufferPointer<UInt8>) {
        var reader = JSONReader(bytes)
        do {
            try reader.refuseByteOrderMark()
            try reader.skip(tolerant: true)
            try reader.finish()
        } catch {
            return nil
        }
        self.init(bytes)
    }
}
