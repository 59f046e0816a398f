/// Why a request was not served, in the form of RFC 9457.
public struct ProblemBody: Decodable, Hashable, Sendable {
    public struct Fault: Decodable, Hashable, Sendable {
        /// Which input is at fault: a JSON pointer or the name of a parameter.
        public var pointer: String?
        public var detail: String?
    }

    public var type: String?
    public var title: String?
    public var status: Int?
    public var detail: String?
    public var errors: [Fault]?
}
