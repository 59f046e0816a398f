/// Why a whole body of OTLP was refused.
public enum OTLPBodyError: Error, Hashable {
    /// The body cannot be read. The offset is the byte it fails at, counted from 0; `nil` where it
    /// is not known.
    case malformed(detail: String, offset: Int?)
    /// The body holds more spans than one request may.
    case tooManySpans(limit: Int)
    /// The body holds more messages in messages than one request may: spans, attributes, values.
    case tooManyParts(limit: Int)
}
