/// How executions ended, and whether they achieved what they were for.
public struct OutcomesBody: Decodable, Hashable, Sendable {
    /// One combination.
    public struct Row: Decodable, Hashable, Sendable {
        public var status: String
        /// `nil` where nobody told.
        public var goalMet: Bool?
        public var count: Int64

        public init(status: String, goalMet: Bool?, count: Int64) {
            self.status = status
            self.goalMet = goalMet
            self.count = count
        }
    }

    /// The combinations there are.
    public var rows: [Row]

    public init(rows: [Row]) {
        self.rows = rows
    }
}

extension OutcomesBody {
    func writeMembers(to json: inout JSONWriter) {
        json.key("rows")
        json.array(rows) { $1.writeJSON(to: &$0) }
    }
}

extension OutcomesBody.Row {
    func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.member("status", status)
            json.member("goalMet", goalMet)
            json.member("count", count)
        }
    }
}
