public import StintModel

/// Decodes the body of `POST /v1/events`: events in the form of our own interface.
public enum NativeEventDecoder {
    /// Reads the events in order, and hands each that is accepted to the sink.
    ///
    /// One event that is refused does not lose those beside it; in lines, neither does one that is
    /// not JSON. Takes time linear in the body, whatever is in it.
    ///
    /// - Parameters:
    ///   - maximumEvents: Events in one body, refused ones included.
    ///   - sink: Is shown each event that is accepted. What it saw is void once an error is thrown.
    /// - Throws: ``BodyError/malformed(detail:offset:)`` where the body is not JSON (never of lines),
    ///   or is one value other than an array or an object;
    ///   ``BodyError/tooManyEvents(limit:)`` at the first event beyond the maximum.
    public static func decode(
        _ body: UnsafeRawBufferPointer, as form: BodyForm, window: AdmissionWindow,
        maximumEvents: Int = 10_000, into sink: (borrowing Event) -> Void
    ) throws(BodyError) -> IngestResult {
        let bytes = body.bindMemory(to: UInt8.self)
        var tally = EventTally(limit: maximumEvents)
        var decoding = NativeEventDecoding(window: window)
        do {
            switch form {
            case .json: try decode(document: bytes, &decoding, &tally, sink)
            case .ndjson: try decode(lines: bytes, &decoding, &tally, sink)
            }
        } catch {
            throw BodyError(error)
        }
        return tally.result
    }

    private static func decode(
        document bytes: UnsafeBufferPointer<UInt8>, _ decoding: inout NativeEventDecoding,
        _ tally: inout EventTally, _ sink: (borrowing Event) -> Void
    ) throws(IngestFault) {
        var reader = JSONReader(bytes)
        try reader.refuseByteOrderMark()
        switch try reader.peek() {
        case .array:
            try reader.enterArray()
            while try reader.nextElement() {
                try tally.admit(&reader) { (reader) throws(IngestFault) in
                    try decoding.read(&reader, isAlone: false, into: sink)
                }
            }
        case .object:
            try tally.admit(&reader) { (reader) throws(IngestFault) in
                try decoding.read(&reader, isAlone: false, into: sink)
            }
        default:
            throw reader.malformed("An event, or an array of events, is expected.")
        }
        try reader.finish()
    }

    private static func decode(
        lines bytes: UnsafeBufferPointer<UInt8>, _ decoding: inout NativeEventDecoding,
        _ tally: inout EventTally, _ sink: (borrowing Event) -> Void
    ) throws(IngestFault) {
        var start = 0
        while start < bytes.count {
            var reader = JSONReader(lineOf: bytes, from: start)
            let end = reader.end
            reader.skipSpace()
            if reader.position < end {
                do {
                    try reader.refuseByteOrderMark()
                    try tally.admit(&reader, isAlone: true) { (reader) throws(IngestFault) in
                        try decoding.read(&reader, isAlone: true, into: sink)
                    }
                } catch {
                    guard case .malformed(let detail, let offset) = error else { throw error }
                    try tally.reject(
                        "", "This line is not JSON at its byte \(offset - start). \(detail)")
                }
            }
            start = end + 1
        }
    }
}
