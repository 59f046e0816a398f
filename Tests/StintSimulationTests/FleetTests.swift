import StintModel
import StintSimulation
import Testing

@Suite struct FleetTests {
    /// 2026-11-16, a Monday, at midnight: the last two weeks begin and end with a week.
    static let monday = Instant(rfc3339: "2026-11-16T00:00:00Z")!

    static func fleet(_ executions: Int, days: Int = 14, seed: UInt64 = 7) -> Fleet {
        Fleet(.init(executions: executions, days: days, seed: seed, until: monday))
    }

    static func executions(_ fleet: Fleet) -> [SimulatedExecution] {
        (0..<fleet.count).map(fleet.execution)
    }

    /// One that is large enough for shares to show, made once.
    private static let large = fleet(10_000)
    private static let largeExecutions = executions(large)

    @Test func `the same seed gives the same fleet, another another`() {
        let (one, same, other) = (Self.fleet(300), Self.fleet(300), Self.fleet(300, seed: 8))
        #expect(Self.executions(one) == Self.executions(same))
        #expect(one.incidents == same.incidents)
        for (left, right) in zip(Self.executions(one), Self.executions(other)) {
            #expect(left.id != right.id)
        }
    }

    @Test func `a fleet of another size shares no id`() {
        let ids = [Self.fleet(300), Self.fleet(301), Self.fleet(300, days: 7)].map { fleet in
            Set(Self.executions(fleet).map(\.id.rawValue))
        }
        #expect(ids.map(\.count) == [300, 301, 300])
        #expect(ids[0].isDisjoint(with: ids[1]) && ids[0].isDisjoint(with: ids[2]))
    }

    /// What was drawn once stays: a check of years ago still holds.
    @Test func `seed 7 is what it was`() {
        let first = Self.fleet(5_000).execution(0)
        #expect(first.id.rawValue == "sim-2f507fd1-0000000")
        #expect(first.agent == "support-triage")
        #expect(first.firstStartedAt?.rfc3339 == "2026-11-02T00:07:30.350000Z")
    }

    @Test func `an id leads back to its number, that of another fleet nowhere`() {
        let fleet = Self.fleet(300)
        for number in 0..<300 {
            #expect(fleet.number(of: fleet.execution(number).id.rawValue) == number)
        }
        #expect(fleet.number(of: Self.fleet(301).execution(1).id.rawValue) == nil)
        let id = fleet.execution(1).id.rawValue
        #expect(fleet.number(of: id.replacing("0000001", with: "1")) == nil)
        #expect(fleet.number(of: id.replacing("0000001", with: "0000300")) == nil)
    }

    @Test func `everything happens within the history`() {
        let fleet = Self.large
        for execution in Self.largeExecutions {
            let times = execution.events.map(\.at)
            #expect(times.allSatisfy { $0 < fleet.settings.until })
            #expect(times.allSatisfy { $0 >= fleet.from - .days(1) })
            #expect(times.max() == execution.current.lastSign)
            #expect(times == times.sorted())
        }
    }

    @Test func `noon is busier than night, and weekdays than the weekend`() {
        var byHour = [Int](repeating: 0, count: 24)
        var (weekdays, weekends) = (0, 0)
        let fleet = Self.large
        let rush = fleet.incidents.filter { $0.kind == .rush }
        for execution in Self.largeExecutions {
            let first = execution.events[0].at
            if rush.contains(where: { $0.from <= first && first < $0.to }) { continue }
            byHour[Int(first.microseconds / 3_600_000_000 % 24)] += 1
            let day = Int(first.since(fleet.from).microseconds / 86_400_000_000) % 7
            if day < 5 { weekdays += 1 } else { weekends += 1 }
        }
        let (night, noon) = (byHour[1...3].reduce(0, +), byHour[10...12].reduce(0, +))
        #expect(noon > 3 * night && noon < 7 * night)
        // Five days against two, each of these a third as busy.
        #expect(weekdays > 6 * weekends && weekdays < 9 * weekends)
    }

    @Test func `incidents show in what they are about`() {
        let fleet = Self.large
        let executions = Self.largeExecutions
        #expect(fleet.incidents.count == 6)
        func share(_ kind: Incident.Kind, _ holds: (SimulatedExecution) -> Bool) -> Double {
            let incidents = fleet.incidents.filter { $0.kind == kind }
            let within = executions.filter { execution in
                let at = execution.events[0].at
                return incidents.contains { $0.from <= at && at < $0.to }
            }
            return Double(within.count(where: holds)) / Double(max(1, within.count))
        }
        let fails = { (execution: SimulatedExecution) in
            execution.attempts[0].ending?.failure?.type == "ModelOverloaded"
        }
        #expect(share(.failureSurge, fails) > 0.4)
        #expect(executions.count(where: fails) < 10_000 / 50)
        let triage = { (execution: SimulatedExecution) in
            guard execution.agent == "support-triage", let ending = execution.attempts[0].ending,
                let start = execution.attempts[0].startedAt
            else { return false }
            return ending.at.since(start) > .seconds(8)
        }
        #expect(share(.slowDown, triage) > 3 * share(.failureSurge, triage))
        for rush in fleet.incidents where rush.kind == .rush {
            func count(from: Instant) -> Int {
                executions.count {
                    let at = $0.events[0].at
                    return from <= at && at < from + .seconds(3_600)
                }
            }
            #expect(count(from: rush.from) > 2 * count(from: rush.from - .seconds(3_600)))
        }
    }

    @Test func `every kind of fate occurs, each in its share`() {
        let executions = Self.largeExecutions
        func share(_ holds: (SimulatedExecution) -> Bool) -> Double {
            Double(executions.count(where: holds)) / 10_000
        }
        #expect((0.82...0.93).contains(share { $0.status == .succeeded }))
        #expect((0.03...0.10).contains(share { $0.status == .failed }))
        #expect((0.005...0.03).contains(share { $0.status == .timedOut }))
        #expect((0.005...0.03).contains(share { $0.status == .aborted }))
        #expect((0.01...0.03).contains(share { $0.fate == .fallsSilent }))
        #expect((0.003...0.012).contains(share { $0.status == .waiting }))
        #expect((0.001...0.008).contains(share { $0.status == .queued }))
        let silent = executions.filter { $0.fate == .fallsSilent }
        let rules = silent.map { Set($0.brokenPromises(receivedAt: nil).map(\.rule)) }
        #expect(Set(rules) == [[], [.deadline], [.heartbeat], [.deadline, .heartbeat]])
        #expect((0.01...0.04).contains(share { $0.attempts.count == 2 }))
        #expect((0.01...0.05).contains(share { $0.environment != nil }))
        #expect((0.02...0.06).contains(share { $0.parent != nil }))
        #expect(share { $0.goalMet == false } > 0.05)
        #expect(share { $0.attempts[0].steps.contains { $0.number == 2 } } > 0.03)
        #expect(share { $0.attempts[0].steps.contains { $0.ending?.outcome == .skipped } } > 0.003)
        #expect(share { $0.attempts[0].pauses.contains { $0.to != nil } } > 0.01)
        #expect(share { $0.attempts[0].queuedAt != nil } > 0.7)
        let errors = Set(executions.compactMap { $0.current.ending?.failure?.type })
        #expect(errors.count == 6, "\(errors)")
        #expect(Set(executions.map(\.agent)).count == 6)
        #expect(Set(executions.map(\.user)).count == 40)
    }

    @Test func `a message delivered twice begins two executions of the same work`() {
        let executions = Self.largeExecutions
        let byMessage = Dictionary(grouping: executions) { execution in
            execution.attributes.first { $0.key == "messageId" }?.value
        }
        let twice = byMessage.values.filter { $0.count > 1 }
        #expect((25...80).contains(twice.count))
        for group in twice {
            #expect(Set(group.map(\.agent)).count == 1)
            #expect(Set(group.map(\.user)).count == 1)
            #expect(Set(group.map(\.name)).count == 1)
        }
    }

    @Test func `nobody who lives breaks a promise`() {
        for execution in Self.largeExecutions {
            for attempt in execution.attempts {
                guard let start = attempt.startedAt, attempt.ending != nil else { continue }
                if let timeout = execution.timeout {
                    #expect(attempt.lastSign.since(start) < timeout)
                }
                guard let heartbeat = execution.heartbeat else { continue }
                let signs = [start] + attempt.heartbeats + [attempt.lastSign]
                for (one, next) in zip(signs, signs.dropFirst()) {
                    #expect(next.since(one) < heartbeat)
                }
            }
        }
    }
}
