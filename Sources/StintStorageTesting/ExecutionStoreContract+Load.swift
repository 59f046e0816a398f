import StintMetrics
import StintModel
import StintStorage
import Testing

// What workers and hosts report, and what it comes to.

extension ExecutionStoreContract {
    static let load = [
        Clause("load is that of all reports, in whatever order and how often they came") { store in
            var random = SeededGenerator(seed: 70)
            var deliveries: [WorkerSample] = []
            for (number, workspace) in [Workspace.default, .other, nil].enumerated() {
                var crew = SampleCrew(seed: 70 + UInt64(number), in: workspace)
                deliveries += crew.reports(count: 60)
            }
            deliveries += deliveries.filter { _ in random.chance(20) }
            deliveries.shuffle(using: &random)
            var told: [WorkerSample] = []
            while !deliveries.isEmpty {
                let portion = deliveries.prefix(1 + random.below(150))
                deliveries.removeFirst(portion.count)
                told += portion
                _ = try await store.record(RecordingGroup(Array(portion)))
                if random.chance(50) {
                    let now = SampleFleet.noon + .seconds(Int64(random.below(1_800)))
                    _ = try await store.sumWorkerLoad(at: now, limit: 1 + random.below(6))
                }
                for workspace in [Workspace.default, .other] {
                    let from = SampleFleet.noon + .seconds(Int64(random.below(1_500)))
                    let to = from + TimeSpan(microseconds: Int64(random.below(1_200_000_000)))
                    let found = try await store.workerLoad(in: workspace, from: from, to: to)
                    #expect(found == ReferenceLoad.buckets(told, in: workspace, from: from, to: to))
                }
            }
            try await Self.sumAll(store, at: SampleFleet.noon + .days(1))
            let (from, to) = (SampleFleet.noon - .days(1), SampleFleet.noon + .days(1))
            let found = try await store.workerLoad(in: .default, from: from, to: to)
            #expect(found == ReferenceLoad.buckets(told, in: .default, from: from, to: to))
            #expect(found.count > 3)
            try await Self.expectBalance(store)
        },
        Clause("load by the steps of a grid is that of the five minutes in them") { store in
            var crew = SampleCrew(seed: 71, in: .default)
            _ = try await store.record(RecordingGroup(crew.reports(count: 200)))
            _ = try await store.sumWorkerLoad(at: SampleFleet.noon + .seconds(900), limit: 2)
            var random = SeededGenerator(seed: 71)
            for _ in 0..<10 {
                let from = SampleFleet.noon - .seconds(Int64(random.below(7_200)))
                let to = SampleFleet.noon + .seconds(1 + Int64(random.below(7_200)))
                for step in TimeGrid.Step.allCases {
                    let grid = try #require(
                        TimeGrid(from: from, to: to, zone: .utc, step: step, most: 1_000))
                    let due = try await store.workerLoad(in: .default, from: from, to: to)
                    var sums: [Instant: LoadSums] = [:]
                    for bucket in due {
                        let step = grid.index(of: max(bucket.start, grid.range.lowerBound))
                        let start =
                            grid.step.span > .seconds(300)
                            ? grid.range(of: try #require(step)).lowerBound : bucket.start
                        sums[start, default: LoadSums()].add(bucket.sums)
                    }
                    let found = try await store.workerLoad(
                        in: .default, from: from, to: to, by: grid)
                    #expect(found.count == sums.count)
                    #expect(found.map(\.start) == sums.keys.sorted())
                    #expect(found.allSatisfy { sums[$0.start] == $0.sums })
                }
            }
        },
        Clause("of each worker that is alive the newest report is told, and of each host") {
            store in
            func sample(_ worker: String, _ seconds: Int64, in workspace: Workspace?, busy: Int64)
                -> WorkerSample
            {
                WorkerSample(
                    workspace: workspace, at: SampleFleet.noon + .seconds(seconds),
                    report: WorkerReport(worker: worker, capacity: 4, busy: busy, cpu: 50))
            }
            let host = WorkerSample(
                workspace: nil, at: SampleFleet.noon + .seconds(95),
                report: WorkerReport(worker: "host", cpu: 20, memory: 30))
            let all = [
                sample("b", 100, in: .default, busy: 1), sample("b", 70, in: .default, busy: 2),
                sample("a", 41, in: .default, busy: 3), sample("gone", 40, in: .default, busy: 4),
                sample("ahead", 101, in: .default, busy: 1), sample("c", 90, in: .other, busy: 1),
                host,
            ]
            _ = try await store.record(RecordingGroup(all))
            let now = SampleFleet.noon + .seconds(100)
            let found = try await store.workersNow(in: .default, at: now)
            #expect(
                found == WorkersNow(workers: [all[2].report, all[0].report], hosts: [host.report]))
            #expect(found.load.total == 8 && found.load.busy == 4 && found.load.idle == 4)
            #expect(found.load.cpu.mean == 40 && found.load.memory.mean == 30)
            let later = try await store.workersNow(in: .default, at: now + .days(1))
            #expect(later == WorkersNow(workers: [], hosts: []))
        },
        Clause("sums stay when their reports go, and nothing changes them any more") { store in
            var crew = SampleCrew(seed: 72, in: .default)
            var samples = crew.reports(count: 100)
            _ = try await store.record(RecordingGroup(samples))
            let day = SampleFleet.noon + .days(1)
            try await Self.sumAll(store, at: day)
            let (from, to) = (SampleFleet.noon, day)
            let before = try await store.workerLoad(in: .default, from: from, to: to)
            #expect(before.count > 3)
            var expiry = Expiry(
                retention: .days(90), trailRetention: .days(7), now: day + .days(6), limit: 50)
            #expect(try await store.expire(expiry) == 0)
            // Still open: a late report counts, and begins the time anew for its five minutes.
            let late = Self.late(at: SampleFleet.noon + .seconds(700))
            _ = try await store.record(RecordingGroup([late]))
            samples.append(late)
            try await Self.sumAll(store, at: day + .days(5))
            let with = ReferenceLoad.buckets(samples, in: .default, from: from, to: to)
            #expect(try await store.workerLoad(in: .default, from: from, to: to) == with)
            #expect(with != before)

            expiry.now = day + .days(7) + .seconds(1)
            while try await store.expire(expiry) > 0 {}
            #expect(try await store.workerLoad(in: .default, from: from, to: to) == with)
            // Its neighbours are closed; it is not, and still knows who reported just before it.
            let later = [699, 910, 20].map { Self.late(at: SampleFleet.noon + .seconds($0)) }
            _ = try await store.record(RecordingGroup(later))
            samples.append(later[0])
            #expect(
                try await store.workerLoad(in: .default, from: from, to: to)
                    == ReferenceLoad.buckets(samples, in: .default, from: from, to: to))
            try await Self.expectBalance(store)
            try await Self.sumAll(store, at: expiry.now)
            try await Self.expectBalance(store)

            expiry.now = expiry.now + .days(91)
            while try await store.expire(expiry) > 0 {}
            #expect(try await store.workerLoad(in: .default, from: from, to: to).isEmpty)
        },
    ]

    private static func late(at: Instant) -> WorkerSample {
        WorkerSample(
            workspace: .default, at: at,
            report: WorkerReport(worker: "late", capacity: 100, busy: 99, cpu: 100))
    }

    private static func sumAll(_ store: any ExecutionStore, at now: Instant) async throws {
        while try await store.sumWorkerLoad(at: now, limit: 4) > 0 {}
    }
}

extension ExecutionStore {
    /// By five minutes.
    fileprivate func workerLoad(
        in workspace: Workspace, from: Instant, to: Instant
    ) async throws(StoreError) -> [LoadBucket] {
        try await workerLoad(in: workspace, from: from, to: to, by: nil)
    }
}

/// Load by looking at every report in every step.
enum ReferenceLoad {
    static func buckets(
        _ samples: [WorkerSample], in workspace: Workspace, from: Instant, to: Instant
    ) -> [LoadBucket] {
        let second: Int64 = 1_000_000
        var buckets: [Instant: LoadSums] = [:]
        var step = from.microseconds / (10 * second) * (10 * second)
        if step < from.microseconds { step += 10 * second }
        // Nothing counts after all were silent.
        let end = min(to.microseconds, (samples.map(\.at.microseconds).max() ?? 0) + 100 * second)
        step = max(
            step, (samples.map(\.at.microseconds).min() ?? 0) / (10 * second) * (10 * second))
        while step < end {
            let start = Instant(microseconds: step / (300 * second) * (300 * second))
            add(samples, of: workspace, step: step, to: &buckets[start, default: LoadSums()])
            step += 10 * second
        }
        return buckets.filter { $0.value != LoadSums() }
            .map { LoadBucket(start: $0.key, sums: $0.value) }
            .sorted { $0.start < $1.start }
    }

    private static func add(
        _ samples: [WorkerSample], of workspace: Workspace, step: Int64, to sums: inout LoadSums
    ) {
        var newest: [String: WorkerSample] = [:]
        for sample in samples where sample.workspace == workspace || sample.workspace == nil {
            let at = sample.at.microseconds
            guard at >= step - 50_000_000, at < step + 10_000_000 else { continue }
            let name = "\(sample.workspace == nil) \(sample.report.worker)"
            if let other = newest[name], other.at > sample.at { continue }
            newest[name] = sample
        }
        let reports = newest.values.map(\.report)
        for report in reports {
            func add(_ share: Double?, to sum: inout ShareSum) {
                guard let share else { return }
                sum = ShareSum(
                    sum: sum.sum + Int64((share * 1_000_000).rounded()), count: sum.count + 1)
            }
            add(report.cpu, to: &sums.cpu)
            add(report.memory, to: &sums.memory)
            add(report.gpu, to: &sums.gpu)
        }
        let capacities = reports.compactMap(\.capacity)
        if !capacities.isEmpty {
            sums.largestTotal = max(sums.largestTotal ?? 0, capacities.reduce(0, +))
        }
        let both = reports.filter { $0.capacity != nil && $0.busy != nil }
        let total = both.reduce(0) { $0 + $1.capacity! }
        if total > 0 {
            let busy = both.reduce(0) { $0 + min($1.busy!, $1.capacity!) }
            let share = Double(busy) / Double(total) * 100
            sums.utilization = ShareSum(
                sum: sums.utilization.sum + Int64((share * 1_000_000).rounded()),
                count: sums.utilization.count + 1)
        }
    }
}
