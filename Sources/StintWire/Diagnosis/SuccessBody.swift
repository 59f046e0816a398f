/// Rates of success by an attribute.
public struct SuccessBody: Decodable, Hashable, Sendable {
    /// Those with one value of it.
    public struct Row: Decodable, Hashable, Sendable {
        /// `nil` for those without the attribute.
        public var value: String?
        public var executions: Int64
        public var succeeded: Int64
        /// Percent.
        public var successRate: Double
        /// The true rate lies between these in 95 of 100 cases, in percent.
        public var low: Double
        public var high: Double
        public var goalMet: Int64
        /// Of how many it was told.
        public var goalKnown: Int64
        /// Whether there are fewer than 30.
        public var few: Bool

        public init(
            value: String?, executions: Int64, succeeded: Int64, successRate: Double, low: Double,
            high: Double, goalMet: Int64, goalKnown: Int64, few: Bool
        ) {
            self.value = value
            self.executions = executions
            self.succeeded = succeeded
            self.successRate = successRate
            self.low = low
            self.high = high
            self.goalMet = goalMet
            self.goalKnown = goalKnown
            self.few = few
        }
    }

    /// `agent`, or the key of an attribute.
    public var by: String
    /// That with most executions first; 50 at the most.
    public var rows: [Row]

    public init(by: String, rows: [Row]) {
        self.by = by
        self.rows = rows
    }
}

extension SuccessBody {
    func writeMembers(to json: inout JSONWriter) {
        json.member("by", by)
        json.key("rows")
        json.array(rows) { $1.writeJSON(to: &$0) }
    }
}

extension SuccessBody.Row {
    func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.member("value", value)
            json.member("executions", executions)
            json.member("succeeded", succeeded)
            json.member("successRate", rate: successRate)
            json.member("low", rate: low)
            json.member("high", rate: high)
            json.member("goalMet", goalMet)
            json.member("goalKnown", goalKnown)
            json.member("few", few)
        }
    }
}
