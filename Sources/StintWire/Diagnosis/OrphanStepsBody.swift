/// Steps that were left running by executions that have ended.
public struct OrphanStepsBody: Decodable, Hashable, Sendable {
    /// One of them.
    public struct Step: Decodable, Hashable, Sendable {
        public var execution: String
        public var agent: String?
        public var step: String
        public var status: String

        public init(execution: String, agent: String?, step: String, status: String) {
            self.execution = execution
            self.agent = agent
            self.step = step
            self.status = status
        }
    }

    /// 100 at the most.
    public var steps: [Step]

    public init(steps: [Step]) {
        self.steps = steps
    }
}

extension OrphanStepsBody {
    func writeMembers(to json: inout JSONWriter) {
        json.key("steps")
        json.array(steps) { $1.writeJSON(to: &$0) }
    }
}

extension OrphanStepsBody.Step {
    func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.member("execution", execution)
            json.member("agent", agent)
            json.member("step", step)
            json.member("status", status)
        }
    }
}
