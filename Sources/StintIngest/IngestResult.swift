/// What became of the events of one body.
public struct IngestResult: Hashable, Sendable {
    /// Events handed on, repetitions among them.
    public var accepted: Int
    /// In the order of the body.
    public var rejected: [Rejection]

    public init(accepted: Int = 0, rejected: [Rejection] = []) {
        self.accepted = accepted
        self.rejected = rejected
    }
}

/// Why one event was refused, while those beside it were not.
public struct Rejection: Hashable, Sendable {
    /// The event's place in the body, from 0.
    public var index: Int
    /// A JSON pointer (RFC 6901) within the event: `/status`. Empty for the event itself.
    public var pointer: String
    /// A sentence for the sender, without anything the event held.
    public var detail: String

    public init(index: Int, pointer: String, detail: String) {
        self.index = index
        self.pointer = pointer
        self.detail = detail
    }
}

/// In which form a body holds its events.
public enum BodyForm: Hashable, Sendable {
    /// `application/json`: an array of events, or one event.
    case json
    /// `application/x-ndjson`: an event in each line that is not empty.
    case ndjson
}

/// Why a whole body was refused. What was handed on before it was thrown must be discarded.
public enum BodyError: Error, Hashable {
    /// The body cannot be read as JSON from this byte on, counted from 0.
    case malformed(detail: String, offset: Int)
    /// The body holds more events than one request may.
    case tooManyEvents(limit: Int)
}
