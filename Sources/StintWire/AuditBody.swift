public import StintModel

/// How `GET /v1/audit` answers.
public struct AuditBody: Decodable, Sendable {
    public struct Law: Decodable, Sendable {
        public var law: String
        public var title: String
        /// How often it was put to the test, and how often it did not hold.
        public var checked: Int64
        public var violations: Int64
    }

    public struct Difference: Decodable, Sendable {
        public var law: String
        public var workspace: String?
        public var execution: String?
        public var agent: String?
        public var at: Instant?
        public var detail: String
    }

    public var balanced: Bool
    public var executions: Int64
    public var tookSeconds: Double
    public var laws: [Law]
    public var differences: [Difference]
}
