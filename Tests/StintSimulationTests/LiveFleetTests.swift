import StintModel
import StintSimulation
import Testing

@Suite struct LiveFleetTests {
    private static let start = FleetTests.monday

    private static func fleet(perMinute: Double, minutes: Int64) -> (
        LiveFleet, [LiveFleet.Delivery]
    ) {
        var fleet = LiveFleet(seed: 3, perMinute: perMinute, from: start)
        var deliveries: [LiveFleet.Delivery] = []
        while fleet.nextArrival < start + .seconds(60 * minutes) { deliveries += fleet.arrive() }
        return (fleet, deliveries)
    }

    @Test func `executions come at the rate, by chance`() {
        let (fleet, _) = Self.fleet(perMinute: 60, minutes: 50)
        #expect((2_800...3_200).contains(fleet.count))
        let arrivals = (0..<fleet.count).map { fleet.execution($0).events[0].at }
        let distances = zip(arrivals.dropFirst(), arrivals).map { $0.since($1) }
        // Of an exponential distribution 1 - 1/e lies below the mean.
        let short = Double(distances.count { $0 < .seconds(1) }) / Double(distances.count)
        #expect((0.59...0.68).contains(short))
    }

    @Test func `nothing is told before it happens, and everything is told`() {
        let (fleet, deliveries) = Self.fleet(perMinute: 60, minutes: 10)
        #expect(deliveries.allSatisfy { $0.due >= $0.event.at })
        let told = Set((0..<fleet.count).flatMap { fleet.execution($0).events })
        #expect(Set(deliveries.map(\.event)) == told)
        #expect(deliveries.count > told.count)
    }

    @Test func `workers have at work what runs, and room for it`() {
        let (fleet, _) = Self.fleet(perMinute: 400, minutes: 5)
        let instant = Self.start + .seconds(240)
        var told: [ExecutionID: [Event]] = [:]
        for number in 0..<fleet.count {
            let execution = fleet.execution(number)
            told[execution.id] = execution.events.filter { $0.at <= instant }
        }
        // By the law, of what was told until then.
        let running = told.values.count { events in
            guard let first = events.first else { return false }
            var state = ExecutionState(first)
            for event in events.dropFirst() { state.apply(event) }
            return [.running, .waiting].contains(state.status)
        }
        let reports = fleet.workerReports(at: instant).compactMap(\.worker)
        let busy = reports.reduce(0) { $0 + ($1.busy ?? 0) }
        #expect(running > 50)
        // Those that fell silent, or wait for good, run by the law but take no slot.
        let silent = (0..<fleet.count).count {
            let execution = fleet.execution($0)
            return [.fallsSilent, .waits].contains(execution.fate)
                && execution.current.lastSign <= instant
        }
        #expect((running - silent...running).contains(Int(busy)))
        #expect(reports.allSatisfy { $0.busy ?? 0 <= $0.capacity ?? 0 })
        #expect(Set(reports.map(\.worker)).count == reports.count)
        #expect(reports.allSatisfy { (0...100).contains($0.cpu ?? 0) })
    }

    @Test func `who is at work when it stops is aborted, and nothing later is true`() {
        var (fleet, deliveries) = Self.fleet(perMinute: 200, minutes: 5)
        let end = Self.start + .seconds(300)
        let told = Dictionary(
            grouping: deliveries.map(\.event).filter { $0.at < end }, by: \.execution)
        let before = (0..<fleet.count).map(fleet.execution)
        let rest = Set(fleet.stop(at: end))
        var aborted = 0
        for (number, was) in before.enumerated() {
            let execution = fleet.execution(number)
            #expect(execution.events.allSatisfy { $0.at <= end })
            if was.current.lastSign < end {
                #expect(execution == was)
            } else if execution.current.lastSign == end {
                aborted += 1
                #expect(execution.status == .aborted)
                // All that was told of it before is part of the truth.
                let events = Set(execution.events)
                #expect(events.isSuperset(of: told[execution.id] ?? []))
                #expect(events.isSubset(of: rest))
            }
        }
        #expect(aborted > 20)
    }
}
