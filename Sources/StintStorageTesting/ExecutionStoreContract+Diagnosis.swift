import StintMetrics
import StintModel
import StintStorage
import Testing

extension ExecutionStoreContract {
    // MARK: Diagnosis

    static let diagnosis = [
        Clause("what stopped in a range is gone through, the newest first") { store in
            let fleet = try await DiagnosisSample(seed: 80, in: store)
            var random = SeededGenerator(seed: 80)
            let sets: [Set<ExecutionStatus>] = [
                [.lost], [.failed, .timedOut], [.succeeded, .failed, .timedOut, .aborted],
            ]
            for statuses in sets {
                for agent in [nil, SampleFleet.agents[0], "nobody"] {
                    let range = fleet.range(&random)
                    let due = fleet.stopped(statuses, agent, range)
                    for limit in [3, 10_000] {
                        let (found, isCut) = try await store.figures(in: .default) {
                            (snapshot) throws(StoreError) in
                            var found: [StoredExecution] = []
                            let isCut = try snapshot.eachStopped(
                                statuses, of: agent, in: range, limit: limit
                            ) { found.append($0) }
                            return (found, isCut)
                        }
                        if limit > due.count {
                            #expect(found.map(\.state).map(\.stopAt) == due.map(\.state.stopAt))
                            #expect(Set(found.map(\.id)) == Set(due.map(\.id)))
                        }
                        #expect(found.count <= limit)
                        if due.count > limit { #expect(isCut) }
                        if !isCut { #expect(found.count == due.count) }
                    }
                }
            }
        },
        Clause("what is open is listed by agent, the oldest first") { store in
            let fleet = try await DiagnosisSample(seed: 81, in: store)
            let before = fleet.middle
            let found = try await store.figures(in: .default) { (snapshot) throws(StoreError) in
                var found: [ExecutionID] = []
                for agent in try snapshot.agents() {
                    for status in [ExecutionStatus.queued, .running, .waiting] {
                        let oldest = try snapshot.oldest(
                            status, of: agent, before: before, limit: 1_000)
                        #expect(oldest.map(\.state.sortAt) == oldest.map(\.state.sortAt).sorted())
                        #expect(oldest.allSatisfy { $0.state.status == status })
                        #expect(
                            try snapshot.oldest(status, of: agent, before: before, limit: 1).map(
                                \.id)
                                == oldest.prefix(1).map(\.id))
                        found += oldest.map(\.id)
                    }
                }
                return found
            }
            let due = fleet.executions.filter {
                $0.state.isCounted && $0.state.sortAt < before
                    && [.queued, .running, .waiting].contains($0.state.status)
            }
            #expect(Set(found) == Set(due.map(\.id)) && found.count == due.count)
            #expect(due.count > 2)
        },
        Clause("a message that began several executions is told with them") { store in
            let fleet = try await DiagnosisSample(seed: 82, in: store)
            var random = SeededGenerator(seed: 82)
            for agent in [nil, SampleFleet.agents[1]] {
                let range = fleet.range(&random)
                let found = try await store.figures(in: .default) {
                    (snapshot) throws(StoreError) in
                    try snapshot.repeatedMessages(of: agent, in: range, limit: 1_000)
                }
                let due = fleet.repeated(agent, range)
                #expect(Set(found.messages.map(\.id)) == Set(due.keys))
                #expect(found.messages.count == due.count && !found.isCut)
                for message in found.messages {
                    #expect(message.executions.map(\.id) == due[message.id])
                }
                guard due.count > 1 else { continue }
                let first = try await store.figures(in: .default) {
                    (snapshot) throws(StoreError) in
                    try snapshot.repeatedMessages(of: agent, in: range, limit: 1)
                }
                #expect(first.messages.map(\.id) == [found.messages[0].id] && first.isCut)
            }
        },
        Clause("an execution that another of its message began is none of its own") { store in
            let at = SampleFleet.noon
            var events: [Event] = []
            for (id, parent) in [("root", nil), ("child", "root"), ("other", nil)]
                as [(String, String?)]
            {
                var event = Event(
                    .executionStarted, execution: ExecutionID(rawValue: id)!, at: at)
                event.attributes = [Attribute("messageId", .string(id == "other" ? "b" : "a"))]
                if let parent { event.facts = [Fact(.parent, .string(parent))] }
                events.append(event)
            }
            _ = try await store.record(RecordingGroup(events))
            func found() async throws -> [[String]] {
                try await store.figures(in: .default) { (snapshot) throws(StoreError) in
                    try snapshot.repeatedMessages(
                        of: nil, in: at..<(at + .seconds(60)), limit: 10
                    ).messages.map { $0.executions.map(\.id.rawValue) }
                }
            }
            #expect(try await found() == [])
            var again = events[2]
            again.execution = ExecutionID(rawValue: "again")!
            again.at = at + .seconds(1)
            _ = try await store.record(RecordingGroup([again]))
            #expect(try await found() == [["other", "again"]])
        },
        Clause("steps left running by what ended are found, and not once they end") { store in
            let fleet = try await DiagnosisSample(seed: 83, in: store)
            var random = SeededGenerator(seed: 83)
            for agent in [nil, SampleFleet.agents[2]] {
                let range = fleet.range(&random)
                let found = try await store.figures(in: .default) {
                    (snapshot) throws(StoreError) in
                    try snapshot.orphaned(of: agent, in: range, limit: 1_000)
                }
                let due = fleet.executions.filter {
                    fleet.isAsked($0.state, agent) && !$0.state.orphanedSteps.isEmpty
                        && range.contains($0.state.stopAt!)
                }
                #expect(Set(found.map(\.id)) == Set(due.map(\.id)))
                #expect(
                    found.map { $0.state.stopAt! } == due.map { $0.state.stopAt! }.sorted(by: >))
            }
            let all = SampleFleet.noon..<(fleet.end + .seconds(1))
            func orphaned() async throws -> [StoredExecution] {
                try await store.figures(in: .default) { (snapshot) throws(StoreError) in
                    try snapshot.orphaned(of: nil, in: all, limit: 1_000)
                }
            }
            let before = try await orphaned()
            let first = try #require(before.first)
            var ended = Event(
                .stepFinished, execution: first.id, at: first.state.stopAt!,
                attempt: first.state.currentAttempt)
            ended.step = first.state.orphanedSteps[0].key.key
            ended.stepTry = first.state.orphanedSteps[0].key.number
            ended.outcome = .succeeded
            _ = try await store.record(RecordingGroup([ended]))
            #expect(try await orphaned().map(\.id) == before.dropFirst().map(\.id))
        },
        Clause("goals of what did not succeed are counted by status") { store in
            let fleet = try await DiagnosisSample(seed: 84, in: store)
            var random = SeededGenerator(seed: 84)
            var sum: Int64 = 0
            for agent in [nil, SampleFleet.agents[3]] {
                let range = fleet.range(&random)
                for status in [ExecutionStatus.failed, .timedOut, .aborted] {
                    for met in [true, false] {
                        let found = try await store.figures(in: .default) {
                            (snapshot) throws(StoreError) in
                            try snapshot.count(status, goalMet: met, of: agent, in: range)
                        }
                        let due = fleet.stopped([status], agent, range).count {
                            $0.state.fact(.goalMet)?.boolean == met
                        }
                        #expect(found == Int64(due))
                        sum += found
                    }
                }
            }
            #expect(sum > 0)
        },
        Clause("a worker's last report is known, as of a moment") { store in
            let at = SampleFleet.noon
            let reports: [(worker: String, seconds: Int64)] = [
                ("a", 0), ("a", 30), ("b", 10), ("A", 40),
            ]
            _ = try await store.record(
                RecordingGroup(
                    reports.map {
                        WorkerSample(
                            workspace: .default, at: at + .seconds($0.seconds),
                            report: WorkerReport(worker: $0.worker, cpu: 1))
                    }))
            func last(at now: Instant, since: Instant) async throws -> [String: Instant] {
                try await store.figures(in: .default) { (snapshot) throws(StoreError) in
                    try snapshot.lastReports(
                        of: Set(["a", "b", "c"].map(Spelling.init)), since: since, at: now)
                }.reduce(into: [:]) { $0[$1.key.text] = $1.value }
            }
            #expect(
                try await last(at: at + .seconds(3_600), since: at)
                    == ["a": at + .seconds(30), "b": at + .seconds(10)])
            #expect(
                try await last(at: at + .seconds(20), since: at)
                    == ["a": at, "b": at + .seconds(10)])
            #expect(
                try await last(at: at + .seconds(3_600), since: at + .seconds(20))
                    == ["a": at + .seconds(30)])
        },
    ]
}

/// A fleet of which some began for the same message, some left a step running, and some that did
/// not succeed told of their goal; and what is to be found of it.
private struct DiagnosisSample {
    private(set) var executions: [(id: ExecutionID, state: ExecutionState)] = []
    let end: Instant

    init(seed: UInt64, in store: any ExecutionStore) async throws {
        var fleet = SampleFleet(seed: seed, spacing: .seconds(400))
        var random = SeededGenerator(seed: seed)
        var all: [Event] = []
        for number in 0..<220 {
            var events = fleet.next()
            if random.chance(40) {
                let message = "msg-\(random.below(60))"
                events[0].attributes.append(Attribute("messageId", .string(message)))
            }
            if random.chance(30) {
                // Its end comes before that of its last step.
                events.removeAll { $0.kind == .stepFinished && $0.step == "report" }
            }
            for index in events.indices where events[index].outcome != nil {
                guard events[index].kind == .executionFinished else { continue }
                if random.chance(40) {
                    events[index].outcome = random.pick([.failed, .timedOut, .aborted])
                    events[index].facts = []
                }
                guard events[index].facts.isEmpty, random.chance(50) else { continue }
                events[index].facts = [Fact(.goalMet, .boolean(random.chance(50)))]
            }
            let last = events.map(\.at).max()!
            if number % 9 == 0 {
                events.removeAll { $0.kind == .executionFinished }
                var lost = Event(
                    .executionLost, execution: events[0].execution!, at: last + .seconds(60),
                    attempt: events.map(\.attempt).max()!, authority: .inferred)
                lost.lost = LostVerdict(seen: last, rule: .deadline, limit: .seconds(60))
                events.append(lost)
            }
            if number % 8 == 1, events[0].kind == .executionQueued { events = [events[0]] }
            executions.append((events[0].execution!, ExecutionStoreContract.state(events)))
            all += events
        }
        end = all.map(\.at).max()!
        all.shuffle(using: &random)
        while !all.isEmpty {
            let portion = all.prefix(1 + random.below(200))
            _ = try await store.record(RecordingGroup(Array(portion)))
            all.removeFirst(portion.count)
        }
    }

    var middle: Instant {
        Instant(microseconds: (SampleFleet.noon.microseconds + end.microseconds) / 2)
    }

    /// At least half of all.
    func range(_ random: inout SeededGenerator) -> Range<Instant> {
        let quarter = Int(end.since(SampleFleet.noon).microseconds / 4)
        let from = SampleFleet.noon + TimeSpan(microseconds: Int64(random.below(quarter)))
        return from..<(end - TimeSpan(microseconds: Int64(random.below(quarter))))
    }

    func isAsked(_ state: ExecutionState, _ agent: String?) -> Bool {
        state.isCounted && (agent == nil || state.agent == agent)
    }

    func stopped(
        _ statuses: Set<ExecutionStatus>, _ agent: String?, _ range: Range<Instant>
    ) -> [(id: ExecutionID, state: ExecutionState)] {
        executions.filter {
            isAsked($0.state, agent) && statuses.contains($0.state.status)
                && range.contains($0.state.stopAt!)
        }
        .sorted { $0.state.stopAt! > $1.state.stopAt! }
    }

    /// The executions of each message, by their start.
    func repeated(_ agent: String?, _ range: Range<Instant>) -> [String: [ExecutionID]] {
        let own = executions.filter {
            $0.state.isCounted && $0.state.message != nil && range.contains($0.state.sortAt)
        }
        return Dictionary(grouping: own) { $0.state.message! }
            .filter { $1.count > 1 }
            .filter { _, runs in runs.contains { agent == nil || $0.state.agent == agent } }
            .mapValues { $0.sorted { $0.state.sortAt < $1.state.sortAt }.map(\.id) }
    }
}
