import GRDBSQLite
import StintMetrics
import StintModel
import StintStorage

extension SQLiteReader {
    static let workerHours = """
        SELECT hour, buckets FROM worker_load
        WHERE workspace = ?1 AND hour >= ?2 AND hour <= ?3 ORDER BY hour
        """

    static let unsettledBuckets = """
        SELECT bucket FROM worker_bucket INDEXED BY worker_bucket_by_settling
        WHERE settled_at IS NULL AND workspace = ?1 AND bucket >= ?2 AND bucket <= ?3
        """

    func workerLoad(
        in workspace: Workspace, from: Instant, to: Instant, by grid: TimeGrid?
    ) throws(SQLiteFailure) -> [LoadBucket] {
        let steps = LoadGrid.steps(from: from, to: to)
        guard !steps.isEmpty else { return [] }
        let first = LoadGrid.bucket(ofStep: steps.lowerBound)
        let last = LoadGrid.bucket(ofStep: steps.upperBound - 1)
        let grid = grid.flatMap { $0.step.span > LoadGrid.bucket ? $0 : nil }
        var sums = [LoadSums](
            repeating: LoadSums(), count: grid?.count ?? Int(last - first) + 1)
        func add(_ load: LoadSums, _ bucket: Int64) {
            guard let grid else { return sums[Int(bucket - first)].add(load) }
            // One that the window begins in belongs to the first step.
            let start = max(LoadGrid.start(ofBucket: bucket), grid.range.lowerBound)
            if let place = grid.index(of: start) { sums[place].add(load) }
        }
        for owner in [SQLiteRows.hosts, try key(of: workspace)] {
            if let owner { try eachLoad(of: owner, in: steps, from: first, to: last, add) }
        }
        return sums.enumerated().compactMap { place, sums in
            if sums.isEmpty { return nil }
            let start =
                grid?.range(of: place).lowerBound
                ?? LoadGrid.start(ofBucket: first + Int64(place))
            return LoadBucket(start: start, sums: sums)
        }
    }

    /// The sums of five minutes, each once, in no order.
    private func eachLoad(
        of workspace: Int64, in steps: Range<Int64>, from first: Int64, to last: Int64,
        _ visit: (LoadSums, _ bucket: Int64) -> Void
    ) throws(SQLiteFailure) {
        let fresh = try computed(of: workspace, in: steps, from: first, to: last)
        for (bucket, sums) in fresh { visit(sums, bucket) }
        let list = try statement(Self.workerHours)
        list.bind(1, workspace)
        list.bind(2, LoadGrid.hour(ofBucket: first))
        list.bind(3, LoadGrid.hour(ofBucket: last))
        try list.each { (row) throws(SQLiteFailure) in
            let start = row.integer(0) &* LoadGrid.bucketsPerHour
            let isRead = row.bytes(1) { bytes in
                LoadHour.read(bytes) { place, sums in
                    let bucket = start &+ Int64(place)
                    // One that began before the window, and cannot be divided any more, is not in it.
                    guard bucket <= last, bucket &* LoadGrid.stepsPerBucket >= steps.lowerBound,
                        fresh.isEmpty || fresh[bucket] == nil
                    else { return }
                    visit(sums, bucket)
                }
            }
            guard isRead else { throw SQLiteRows.damagedHour }
        }
    }

    /// What must be made of reports: five minutes whose stored sums lack some, and those at the
    /// borders of the window.
    private func computed(
        of workspace: Int64, in steps: Range<Int64>, from first: Int64, to last: Int64
    ) throws(SQLiteFailure) -> [Int64: LoadSums] {
        var due: Set<Int64> = []
        let unsettled = try statement(Self.unsettledBuckets)
        unsettled.bind(1, workspace)
        unsettled.bind(2, first)
        unsettled.bind(3, last)
        try unsettled.each { (row) in due.insert(row.integer(0)) }
        for border in [first, last] where !due.contains(border) {
            let isWhole =
                steps.clamped(to: LoadGrid.steps(ofBucket: border)).count
                == Int(LoadGrid.stepsPerBucket)
            if isWhole { continue }
            let find = try statement(SQLiteRows.workerBucket)
            find.bind(1, workspace)
            find.bind(2, border)
            if try find.first({ _ in true }) ?? false { due.insert(border) }
        }
        var sums: [Int64: LoadSums] = [:]
        for bucket in due {
            sums[bucket] = try SQLiteRows.load(
                try statement(SQLiteRows.workerSamples), of: workspace,
                in: steps.clamped(to: LoadGrid.steps(ofBucket: bucket))
            ).sums
        }
        return sums
    }

    // MARK: Now

    static let reportsSince = """
        SELECT worker, report FROM worker_sample
        WHERE workspace = ?1 AND slot >= ?2 AND slot <= ?3 AND at > ?4 AND at <= ?5 ORDER BY slot
        """

    func workersNow(in workspace: Workspace, at now: Instant) throws(SQLiteFailure) -> WorkersNow {
        let workers = try key(of: workspace).map { (key) throws(SQLiteFailure) in
            try reports(of: key, at: now)
        }
        return WorkersNow(workers: workers ?? [], hosts: try reports(of: SQLiteRows.hosts, at: now))
    }

    private func reports(
        of workspace: Int64, at now: Instant
    ) throws(SQLiteFailure) -> [WorkerReport] {
        let since = now - LoadGrid.reportSpan
        let list = try statement(Self.reportsSince)
        list.bind(1, workspace)
        list.bind(2, LoadGrid.step(of: since))
        list.bind(3, LoadGrid.step(of: now))
        list.bind(4, since)
        list.bind(5, now)
        var newest: [Spelling: WorkerReport] = [:]
        try list.each { (row) throws(SQLiteFailure) in
            let report = try SQLiteRows.report(row, worker: 0, report: 1)
            newest[Spelling(report.worker)] = report
        }
        return newest.values.sorted { $0.worker.isSpelledBefore($1.worker) }
    }
}
