import StintModel
import StintSimulation
import Testing

@Suite struct DeliveryTests {
    private let fleet = FleetTests.fleet(3_000)

    private var arriving: [Event] { (0..<fleet.places).flatMap(fleet.delivery) }

    @Test func `every event of every execution arrives`() {
        let told = Set((0..<fleet.count).flatMap { fleet.execution($0).events })
        #expect(Set(arriving) == told)
    }

    @Test func `some events come again, some after later ones, some after other executions`() {
        var seen: Set<Event> = []
        var repeated = 0
        var newest: [ExecutionID: Instant] = [:]
        var disordered = 0
        var last: ExecutionID?
        var begun: Set<ExecutionID> = []
        var resumed = 0
        let events = arriving
        for event in events {
            guard let id = event.execution else { continue }
            if !seen.insert(event).inserted { repeated += 1 }
            if let before = newest[id], event.at < before { disordered += 1 }
            newest[id] = max(newest[id] ?? event.at, event.at)
            if id != last, !begun.insert(id).inserted { resumed += 1 }
            last = id
        }
        #expect(repeated > 30 && repeated < events.count / 50)
        #expect(disordered > 150 && disordered < events.count / 10)
        #expect(resumed > 30 && resumed < 120)
    }

    @Test func `a place brings the same whenever it is asked`() {
        for place in [0, 17, 999, fleet.places - 1] {
            #expect(fleet.delivery(at: place) == fleet.delivery(at: place))
        }
    }
}
