import StintModel
import StintSimulation

/// A list of a fleet's executions under one filter, and which of them belong in it.
struct FleetList: Sendable {
    /// What is asked for beside the fleet's tag.
    var filter: [QueryItem]
    /// Whether an execution belongs; `nil` where it may or may not.
    var holds: @Sendable (Outline) -> Bool?

    var name: String {
        "list \(filter.map { "\($0.name)=\($0.value)" }.joined(separator: "&"))"
    }

    /// What filters go by, for every execution at once: a fleet of millions must fit.
    struct Outline: Sendable {
        var status: ExecutionStatus
        /// Whether it fell silent after a promise: running or lost, as the clock says.
        var mayBeLost: Bool
        var agent: String
        var errorType: String?
        var goalMet: Bool?
        var environment: String?
        var startedOrQueuedAt: Instant

        init(_ truth: SimulatedExecution) {
            status = truth.status
            mayBeLost = !truth.brokenPromises(receivedAt: nil).isEmpty
            agent = truth.agent
            errorType = truth.current.ending?.failure?.type
            goalMet = truth.goalMet
            environment = truth.environment
            startedOrQueuedAt =
                truth.firstStartedAt ?? truth.firstQueuedAt ?? truth.current.lastSign
        }
    }

    /// One list for every value of every filter, of those that occur.
    static func all(_ outlines: [Outline]) -> [FleetList] {
        var lists: [FleetList] = ExecutionStatus.allCases.map { status in
            FleetList(filter: [QueryItem("status", status.word)]) { outline in
                guard outline.mayBeLost else { return outline.status == status }
                return status == .running || status == .lost ? nil : false
            }
        }
        func add(
            _ name: String, _ values: Set<String>, _ value: @escaping @Sendable (Outline) -> String?
        ) {
            for wanted in values.sorted() {
                lists.append(
                    FleetList(filter: [QueryItem(name, wanted)]) { value($0) == wanted })
            }
        }
        let errors = Set(outlines.lazy.compactMap(\.errorType))
        add("agent", Set(outlines.lazy.map(\.agent))) { $0.agent }
        add("errorType", errors) { $0.errorType }
        add("goalMet", ["true", "false"]) { $0.goalMet.map(String.init) }
        add("environment", ["production", "test", "mock"]) { $0.environment ?? "production" }
        let times = outlines.lazy.map(\.startedOrQueuedAt)
        if let first = times.min(), let last = times.max() {
            let middle = first + TimeSpan(microseconds: last.since(first).microseconds / 2)
            lists.append(
                FleetList(filter: [QueryItem("from", middle.rfc3339)]) {
                    $0.startedOrQueuedAt >= middle
                })
            lists.append(
                FleetList(filter: [QueryItem("to", middle.rfc3339), QueryItem("order", "asc")]) {
                    $0.startedOrQueuedAt < middle
                })
        }
        return lists
    }
}
