public import StintModel

/// What must be true of what is stored, whatever happened.
public enum AuditLaw: String, CaseIterable, Sendable {
    /// Each column by which executions are found is a function of the state.
    case columns
    /// Each list holds what its filter asks for: the rows of an index are the rows of the table.
    case lists
    /// Words and attributes find the executions that have them, and no others.
    case search
    /// The state is what its events make of it, where all of them are still kept.
    case trail
    /// The state is what events told joined with what its traces tell, where any trace told of it;
    /// and each trace is whole, and knows whether it tells of any.
    case traces
    /// The cells of minutes are the sum of what executions count for, expired ones included.
    case minutes
    /// The cells of hours are the sums of their minutes.
    case hours
    /// The cells of days are the sum of what executions count for, expired ones included.
    case days
    /// Started = finished + open, of the executions that are kept.
    case started
    /// Within a cell: no count is negative, the bands and the sketch hold as many as were measured,
    /// none of the parts is larger than the whole.
    case parts
    /// The load of five minutes is the sum of its workers' reports, where those are kept.
    case load
    /// Of each client what is stored and rejected is what was received, no more than it numbered, and
    /// the gaps are between numbers that came.
    case clients
    /// What the engine's own check says of the file.
    case integrity

    /// The law in one line, for people.
    public var title: String {
        switch self {
        case .columns: "columns are those of the states"
        case .lists: "lists hold the rows they ask for"
        case .search: "words and attributes find what has them"
        case .trail: "states are what their events make"
        case .traces: "traced states are what is told of them"
        case .minutes: "minutes are the sum of executions"
        case .hours: "hours are the sum of minutes"
        case .days: "days are the sum of executions"
        case .started: "started = finished + open"
        case .parts: "parts make the total"
        case .load: "load is the sum of reports"
        case .clients: "stored + rejected = received, of each client"
        case .integrity: "the file is whole"
        }
    }
}

/// How an audit went.
public struct AuditReport: Sendable {
    /// Something that is not as a law says.
    public struct Difference: Hashable, Sendable {
        public var law: AuditLaw
        public var workspace: Workspace?
        /// Of one execution.
        public var execution: ExecutionID?
        /// Of a roll-up.
        public var agent: String?
        public var at: Instant?
        /// What is stored, and what should be.
        public var detail: String

        public init(
            _ law: AuditLaw, workspace: Workspace? = nil, execution: ExecutionID? = nil,
            agent: String? = nil, at: Instant? = nil, detail: String
        ) {
            self.law = law
            self.workspace = workspace
            self.execution = execution
            self.agent = agent
            self.at = at
            self.detail = detail
        }
    }

    public struct Count: Hashable, Sendable {
        /// How often the law was put to the test.
        public var checked = 0
        public var violations = 0
    }

    /// By law.
    public private(set) var counts: [AuditLaw: Count] = [:]
    /// The first of each law, at most ``differencesPerLaw``.
    public private(set) var differences: [Difference] = []
    /// How many executions there are.
    public var executions = 0
    /// Whose.
    public var workspaces: [Workspace] = []

    public static let differencesPerLaw = 20

    public init() {}

    public var isBalanced: Bool { counts.allSatisfy { $0.value.violations == 0 } }

    public func knows(_ workspace: Workspace) -> Bool { workspaces.contains(workspace) }

    public subscript(law: AuditLaw) -> Count { counts[law] ?? Count() }

    /// Counts a check that found everything as it should be.
    public mutating func pass(_ law: AuditLaw, count: Int = 1) {
        counts[law, default: Count()].checked += count
    }

    /// Counts a check that did not.
    public mutating func fail(_ difference: Difference) {
        counts[difference.law, default: Count()].checked += 1
        counts[difference.law, default: Count()].violations += 1
        if counts[difference.law, default: Count()].violations <= Self.differencesPerLaw {
            differences.append(difference)
        }
    }

    /// Adds what another looked at.
    public mutating func add(_ other: AuditReport) {
        executions += other.executions
        for (law, count) in other.counts {
            counts[law, default: Count()].checked += count.checked
            counts[law, default: Count()].violations += count.violations
        }
        for difference in other.differences
        where differences.count(where: { $0.law == difference.law }) < Self.differencesPerLaw {
            differences.append(difference)
        }
    }

    /// One check.
    ///
    /// - Parameter difference: What is wrong; `nil` where nothing is.
    public mutating func check(_ law: AuditLaw, _ difference: Difference?) {
        if let difference { fail(difference) } else { pass(law) }
    }
}
