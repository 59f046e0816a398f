import StintModel

/// The visits to states that a history tells of: which state was entered when and by what way, and
/// how each try of it went.
///
/// Events are paired along `previousEventId`, not by name: loops, maps and parallel branches enter a
/// state of one name often, and at the same time. Every event lies within the innermost visit that is
/// open where it stands; an entry opens one within that, an exit closes it. After a redrive the state
/// that had failed goes on without being entered anew.
struct StateVisits {
    struct Visit {
        /// The id of the event that entered it.
        var id: Int64
        var name: String
        var kind: String
        /// The index of the visit it lies in.
        var parent: Int?
        var tries: [Try]
        var hasBeenLeft = false
        /// What does its work: an ARN, or the service and what is asked of it.
        var resource: String?
        var function: String?
        var mapRun: String?
    }

    struct Try {
        var attempt: UInt16
        /// Counts from 1 in each attempt.
        var number: UInt16
        var start: Instant
        var end: Instant?
        var outcome: Outcome?
        var failure: Failure?
        var hasBeenScheduled = false
    }

    /// An execution that a task of this one started.
    struct Child: Hashable {
        var execution: ExecutionID
        var at: Instant
    }

    private(set) var visits: [Visit] = []
    private(set) var children: [Child] = []
    /// The innermost visit that is open after an event, by the event's id.
    private var places: [Int64: Int] = [:]
    private var attempt: UInt16 = 1

    /// - Parameter events: In any order. Those missing cost what they would have told.
    init(_ events: [HistoryEvent]) {
        for event in events.sorted(by: { $0.id < $1.id }) { take(event) }
    }

    private mutating func take(_ event: HistoryEvent) {
        var place = places[event.previousEventId]
        if let kind = event.stateKind("StateEntered") {
            visits.append(
                Visit(
                    id: event.id, name: event.details.name ?? kind, kind: kind, parent: place,
                    tries: [Try(attempt: attempt, number: 1, start: event.timestamp)]))
            place = visits.count - 1
        } else if event.stateKind("StateExited") != nil {
            place = left(by: event, from: place)
        } else if event.type == "ExecutionRedriven" {
            let count = event.details.redriveCount ?? Int64(attempt)
            attempt = UInt16(clamping: min(max(count, 0) + 1, Int64(Limits.counter)))
        } else if let outcome = ended(by: event) {
            end(by: event, at: place, as: outcome)
        } else if let inner = place {
            let meant = container(meantBy: event, from: inner)
            work(event, at: meant)
            place = meant
        }
        places[event.id] = place
    }

    /// A word on a map or on parallel branches may follow one on a state within: then it is about the
    /// nearest such state around it.
    private func container(meantBy event: HistoryEvent, from place: Int) -> Int {
        let kinds = ["Parallel", "Map"]
        guard let kind = kinds.first(where: { event.type.hasPrefix($0) }) else { return place }
        var visit: Int? = place
        while let index = visit, visits[index].kind != kind { visit = visits[index].parent }
        return visit ?? place
    }

    // MARK: Within a state

    private mutating func work(_ event: HistoryEvent, at place: Int) {
        if event.isScheduled {
            schedule(event, at: place)
        } else if let outcome = event.badEnd {
            closeTry(of: place, at: event.timestamp, as: outcome, event.failure)
            closeInner(of: place, at: event.timestamp)
        } else if event.type == "TaskSubmitted" {
            note(childOf: event)
        } else if event.type == "MapRunStarted" {
            visits[place].mapRun = event.details.mapRunArn
        }
    }

    /// A try begins: the first with its state, each other when the work is handed out again.
    private mutating func schedule(_ event: HistoryEvent, at place: Int) {
        let last = visits[place].tries.last
        if last?.hasBeenScheduled == true || last?.end != nil || last?.attempt != attempt {
            openTry(of: place, at: event.timestamp)
        }
        visits[place].tries[visits[place].tries.count - 1].hasBeenScheduled = true
        let task = TaskResource(event.details)
        visits[place].resource = task.name ?? visits[place].resource
        visits[place].function = task.function ?? visits[place].function
    }

    private mutating func note(childOf event: HistoryEvent) {
        guard event.details.resourceType == "states",
            let id = TaskResource.execution(startedBy: event.details.output)
        else { return }
        children.append(Child(execution: id, at: event.timestamp))
    }

    // MARK: Ends

    /// - Returns: The visit that the one left lies in.
    private mutating func left(by event: HistoryEvent, from place: Int?) -> Int? {
        let name = event.details.name
        var found = place
        while let visit = found, visits[visit].name != name || visits[visit].hasBeenLeft {
            found = visits[visit].parent
        }
        guard
            let found = found
                ?? visits.lastIndex(where: { $0.name == name && !$0.hasBeenLeft })
        else { return place }
        closeInner(of: found, at: event.timestamp, forGood: true)
        // Where the work itself has failed the error was caught, and the failure stands.
        if visits[found].tries.last?.attempt != attempt { openTry(of: found, at: event.timestamp) }
        closeTry(of: found, at: event.timestamp, as: .succeeded, nil)
        visits[found].hasBeenLeft = true
        return visits[found].parent
    }

    private func ended(by event: HistoryEvent) -> Outcome? {
        switch event.type {
        case "ExecutionSucceeded": .succeeded
        case "ExecutionFailed": .failed
        case "ExecutionTimedOut": .timedOut
        case "ExecutionAborted": .aborted
        default: nil
        }
    }

    /// What is still open ends with the execution. Of one that failed that is the state which failed
    /// and those it lies in; what ran beside them was aborted.
    private mutating func end(by event: HistoryEvent, at place: Int?, as outcome: Outcome) {
        var failing: Set<Int> = []
        if outcome == .failed {
            var visit = place ?? visits.lastIndex { !$0.hasBeenLeft }
            while let index = visit {
                failing.insert(index)
                visit = visits[index].parent
            }
        }
        for index in visits.indices where !visits[index].hasBeenLeft {
            let isFailing = outcome != .failed || failing.contains(index)
            closeTry(
                of: index, at: event.timestamp, as: isFailing ? outcome : .aborted,
                isFailing && outcome != .succeeded ? event.failure : nil)
        }
    }

    /// What still runs within a state that ends is aborted with it.
    ///
    /// - Parameter forGood: Whether the state was left, so that no redrive goes on within it.
    private mutating func closeInner(of place: Int, at: Instant, forGood: Bool = false) {
        guard ["Parallel", "Map"].contains(visits[place].kind) else { return }
        for index in visits.indices where index > place && !visits[index].hasBeenLeft {
            guard lies(index, in: place) else { continue }
            closeTry(of: index, at: at, as: .aborted, nil)
            visits[index].hasBeenLeft = forGood
        }
    }

    private func lies(_ index: Int, in place: Int) -> Bool {
        var visit = visits[index].parent
        while let outer = visit {
            if outer == place { return true }
            visit = visits[outer].parent
        }
        return false
    }

    // MARK: Tries

    private mutating func openTry(of place: Int, at: Instant) {
        let number = visits[place].tries.last { $0.attempt == attempt }?.number ?? 0
        visits[place].tries.append(Try(attempt: attempt, number: number &+ 1, start: at))
    }

    /// Ends the last try, unless it has ended.
    private mutating func closeTry(
        of place: Int, at: Instant, as outcome: Outcome, _ failure: Failure?
    ) {
        let last = visits[place].tries.count - 1
        guard visits[place].tries[last].end == nil else { return }
        visits[place].tries[last].end = at
        visits[place].tries[last].outcome = outcome
        visits[place].tries[last].failure = failure
    }
}
