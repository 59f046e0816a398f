import StintMetrics
import StintModel
import StintStorage
import Testing

extension ExecutionStoreContract {
    // MARK: Figures

    static let figures = [
        Clause("the sum over any range is that of the executions in it") { store in
            let fleet = try await FiguresSample(seed: 70, in: store)
            var random = SeededGenerator(seed: 70)
            for _ in 0..<40 {
                let (from, to) = fleet.range(&random)
                let agent = random.chance(40) ? nil : random.pick(SampleFleet.agents)
                let model: String? = random.chance(30) ? "large-2" : nil
                let series = RollUpSeries(agent: agent, model: model)
                let all = Set(RollUpCell.Distribution.allCases)
                let found = try await store.figures(in: .default) {
                    (snapshot) throws(StoreError) in
                    try snapshot.sum(of: series, from: from, to: to, distributions: all)
                }
                let due = fleet.sum(of: series, from: from, to: to)
                for counter in RollUpCell.Counter.allCases {
                    #expect(found[counter] == due[counter], "\(counter) of \(from) to \(to)")
                }
                for distribution in all {
                    #expect(found[distribution].sketch == due[distribution].sketch)
                }
            }
        },
        Clause("a series has in each step what began and ended in it") { store in
            let fleet = try await FiguresSample(seed: 71, in: store)
            var random = SeededGenerator(seed: 71)
            for step in [60, 300, 900, 3_600] as [Int64] {
                for agent in [nil, SampleFleet.agents[0]] {
                    let (from, to) = fleet.range(&random)
                    let first = from.microseconds / (step * 1_000_000) + 1
                    let inner = (first...).lazy
                        .map { Instant(microseconds: $0 * step * 1_000_000) }
                        .prefix { $0 < to }
                    let bounds = [from] + inner + [to]
                    let found = try await store.figures(in: .default) {
                        (snapshot) throws(StoreError) in
                        try snapshot.series(of: agent, bounds: bounds)
                    }
                    let due = zip(bounds, bounds.dropFirst()).map {
                        SlotCounts(
                            fleet.sum(of: RollUpSeries(agent: agent), from: $0, to: $1))
                    }
                    #expect(found == due)
                }
            }
        },
        Clause("measures are those of the executions in the range") { store in
            let fleet = try await FiguresSample(seed: 72, in: store)
            var random = SeededGenerator(seed: 72)
            for _ in 0..<20 {
                let (from, to) = fleet.range(&random)
                let agent = random.chance(50) ? nil : random.pick(SampleFleet.agents)
                let found = try await store.figures(in: .default) {
                    (snapshot) throws(StoreError) in
                    try snapshot.measures(of: agent, in: from..<to)
                }
                let states = fleet.counted.filter { agent == nil || $0.agent == agent }
                let began = states.filter { $0.started.map { $0 >= from && $0 < to } ?? false }
                let ended = states.filter { $0.finishedAt.map { $0 >= from && $0 < to } ?? false }
                func values(_ states: [ExecutionState], _ of: (ExecutionState) -> Clamped?)
                    -> [Int64]
                {
                    states.compactMap { of($0)?.span.microseconds }.sorted()
                }
                #expect(found.queueWaits.sorted() == values(began) { $0.queueWait })
                #expect(found.durations.sorted() == values(ended) { $0.duration })
                #expect(found.totals.sorted() == values(ended) { $0.total })
            }
        },
        Clause("what is open is counted, and listed in its order") { store in
            let fleet = try await FiguresSample(seed: 73, in: store)
            let now = fleet.end + .seconds(60)
            for agent in [nil] + SampleFleet.agents.map(Optional.some) {
                let found = try await store.figures(in: .default) {
                    (snapshot) throws(StoreError) in
                    try snapshot.open(of: agent, at: now, limit: 5)
                }
                let states = fleet.counted.filter { agent == nil || $0.agent == agent }
                let running = states.filter { [.running, .waiting].contains($0.status) }
                let queued = states.filter { $0.status == .queued }
                #expect(found.counts.running == Int64(running.count))
                #expect(found.counts.queued == Int64(queued.count))
                let waited = queued.reduce(0 as Int64) {
                    $0 + now.since($1.current.run.queued!).microseconds
                }
                #expect(found.waited.microseconds == waited)
                let newest = running.map(\.sortAt).sorted(by: >).prefix(5)
                #expect(found.inProgress.map(\.state.sortAt) == Array(newest))
                let due = queued.map { ($0.fact(.priority)?.number ?? 0, $0.current.run.queued!) }
                    .sorted { $0.0 != $1.0 ? $0.0 > $1.0 : $0.1 < $1.1 }.prefix(5)
                #expect(found.queue.map(\.queuedAt) == due.map(\.1))
            }
            for agent in SampleFleet.agents + ["nobody"] {
                let found = try await store.figures(in: .default) {
                    (snapshot) throws(StoreError) in
                    try snapshot.openCounts(of: agent)
                }
                let own = fleet.counted.filter { $0.agent == agent }
                let running = own.count { [.running, .waiting].contains($0.status) }
                #expect(found.running == Int64(running))
                #expect(found.queued == Int64(own.count { $0.status == .queued }))
            }
        },
        Clause("agents and models are known by name, and agents by when they were heard of") {
            store in
            let fleet = try await FiguresSample(seed: 74, in: store)
            let (agents, held, models, failures) = try await store.figures(in: .default) {
                (snapshot) throws(StoreError) in
                let agents = try snapshot.agents()
                var held: [String] = []
                for agent in agents where try snapshot.holdsExecutions(of: agent) {
                    held.append(agent.name)
                }
                return (
                    agents, held, try snapshot.models(of: nil),
                    try snapshot.failures(
                        of: nil, in: SampleFleet.noon..<(fleet.end + .days(1)), limit: 10_000)
                )
            }
            // Steps that came before the agent's name were nobody's for a while.
            let named = agents.filter { !$0.name.isEmpty }
            #expect(named.map(\.name) == SampleFleet.agents.sorted())
            #expect(held == Set(fleet.states.map(\.agent)).sorted())
            for agent in named {
                let own = fleet.states.filter { $0.agent == agent.name }
                let exact = own.compactMap { $0.stopAt ?? $0.started }.max()
                #expect(agent.seenAt ?? .init(microseconds: 0) >= exact!)
                #expect(agent.seenAt! <= own.map(\.lastEventAt).max()!)
            }
            #expect(
                models
                    == Set(
                        fleet.counted.filter { $0.status.isFinal }
                            .compactMap { Contribution(of: $0)?.finish?.calls.map(\.model) }
                            .flatMap(\.self)
                    ).sorted())
            let failed = fleet.counted.filter { [.failed, .timedOut].contains($0.status) }
            #expect(failures.reduce(0) { $0 + $1.count } == failed.count)
            #expect(failures.map(\.count) == failures.map(\.count).sorted(by: >))
        },
        Clause("another workspace has figures of its own") { store in
            _ = try await FiguresSample(seed: 75, in: store)
            let (agents, day, open) = try await store.figures(in: .other) {
                (snapshot) throws(StoreError) in
                (
                    try snapshot.agents(), try snapshot.firstDay(),
                    try snapshot.open(of: nil, at: SampleFleet.noon, limit: 5)
                )
            }
            #expect(agents.isEmpty)
            #expect(day == nil)
            #expect(open.counts == OpenCounts())
        },
    ]
}

/// A fleet in a store, recorded in portions and out of order, and what it should come to.
private struct FiguresSample {
    let states: [ExecutionState]
    let end: Instant

    var counted: [ExecutionState] { states.filter(\.isCounted) }

    init(seed: UInt64, in store: any ExecutionStore) async throws {
        // Some days, so that ranges are covered by cells of every level.
        var fleet = SampleFleet(seed: seed, spacing: .seconds(1_500))
        var random = SeededGenerator(seed: seed)
        let histories = (0..<160).map { _ in fleet.next() }
        states = histories.map(ExecutionStoreContract.state)
        end = histories.flatMap(\.self).map(\.at).max()!
        // What is still queued: the first event of some alone.
        var events = histories.flatMap(\.self)
        events.shuffle(using: &random)
        while !events.isEmpty {
            let portion = events.prefix(1 + random.below(120))
            _ = try await store.record(RecordingGroup(Array(portion)))
            events.removeFirst(portion.count)
        }
    }

    /// Somewhere around the sample, now and then on a round time.
    func range(_ random: inout SeededGenerator) -> (Instant, Instant) {
        func instant(_ random: inout SeededGenerator) -> Instant {
            let length = Int(end.since(SampleFleet.noon).microseconds) + 7_200_000_000
            let at = SampleFleet.noon + TimeSpan(microseconds: Int64(random.below(length)))
            let round = random.pick([1, 1, 60_000_000, 3_600_000_000, 86_400_000_000] as [Int64])
            return Instant(microseconds: at.microseconds / round * round)
        }
        while true {
            let one = instant(&random)
            let other = random.chance(20) ? one + .seconds(40) : instant(&random)
            if one != other { return (min(one, other), max(one, other)) }
        }
    }

    /// Counted one by one.
    func sum(of series: RollUpSeries, from: Instant, to: Instant) -> RollUpSum {
        var sum = RollUpSum(Set(RollUpCell.Distribution.allCases))
        func isIn(_ instant: Instant?) -> Bool { instant.map { $0 >= from && $0 < to } ?? false }
        for state in counted where series.agent == nil || state.agent == series.agent {
            guard let contribution = Contribution(of: state) else { continue }
            if series.model == nil, isIn(state.started), let start = contribution.start {
                sum.add(start)
            }
            guard isIn(state.stopAt) else { continue }
            if let finish = contribution.finish {
                sum.add(finish, model: series.model)
            } else if series.model == nil, state.status == .lost {
                sum.addLost()
            }
        }
        return sum
    }
}
