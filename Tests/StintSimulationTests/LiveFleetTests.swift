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
