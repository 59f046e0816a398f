/// What became of the events of one request.
public struct EventsAnswerBody: Decodable, Hashable, Sendable {
    public struct Rejection: Decodable, Hashable, Sendable {
        /// The position in the request, from 0; in NDJSON, among the lines that are not empty.
        public var index: Int
        public var pointer: String?
        public var detail: String?
    }

    /// How many were stored, repetitions included.
    public var accepted: Int
    public var rejected: [Rejection]?
}
