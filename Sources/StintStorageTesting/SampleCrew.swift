public import StintModel
public import StintStorage

/// Workers that report when it suits them, decided by a seed: often every ten seconds or so, with
/// gaps, and not always everything.
public struct SampleCrew: Sendable {
    private let workspace: Workspace?
    private var random: SeededGenerator
    /// When each reports next.
    private var next: [Instant]

    /// - Parameter workspace: Whose; `nil` for hosts.
    public init(
        seed: UInt64, workers: Int = 5, in workspace: Workspace?,
        from start: Instant = SampleFleet.noon
    ) {
        self.workspace = workspace
        random = SeededGenerator(seed: seed)
        next = [Instant](repeating: start, count: workers)
    }

    /// So many reports of each worker. No worker has two of one instant.
    public mutating func reports(count: Int) -> [WorkerSample] {
        var samples: [WorkerSample] = []
        for worker in next.indices {
            for _ in 0..<count {
                let pause = random.chance(5) ? 200_000 : random.chance(20) ? 60_000 : 15_000
                next[worker] =
                    next[worker]
                    + TimeSpan(microseconds: 1_000 * Int64(1 + random.below(pause)))
                samples.append(
                    WorkerSample(
                        workspace: workspace, at: next[worker], report: report(worker)))
            }
        }
        return samples
    }

    private mutating func report(_ worker: Int) -> WorkerReport {
        var report = WorkerReport(worker: "worker-\(worker)")
        let slots = Int64(1 + random.below(8))
        if workspace != nil, random.chance(90) { report.capacity = slots }
        if workspace != nil, random.chance(90) { report.busy = Int64(random.below(Int(slots) + 1)) }
        if random.chance(80) { report.cpu = Double(random.below(10_000)) / 101 }
        if random.chance(80) { report.memory = Double(random.below(10_000)) / 100 }
        if random.chance(20) { report.gpu = Double(random.below(101)) }
        return report
    }
}

extension RecordingGroup {
    public init(_ workers: [WorkerSample]) {
        self.init(recordings: [], workers: workers, receivedAt: SampleFleet.noon)
    }
}
