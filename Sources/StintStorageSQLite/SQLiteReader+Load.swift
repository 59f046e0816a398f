import GRDBSQLite
import StintMetrics
import StintModel
import StintStorage

extension SQLiteReader {
    private typealias Sums = (bucket: Int64, sums: LoadSums)

    static let workerHours = """
        SELECT hour, buckets FROM worker_load
        WHERE workspace = ?1 AND hour >= ?2 AND hour <= ?3 ORDER BY hour
        """

    static let unsettledBuckets = """
        SELECT bucket FROM worker_bucket INDEXED BY worker_bucket_by_settling
        WHERE settled_at IS NULL AND workspace = ?1 AND bucket >= ?2 AND bucket <= ?3
        """

    func workerLoad(
        in workspace: Workspace, from: Instant, to: Instant
    ) throws(SQLiteFailure) -> [LoadBucket] {
        let steps = LoadGrid.steps(from: from, to: to)
        guard !steps.isEmpty else { return [] }
        let hosts = try load(of: SQLiteRows.hosts, in: steps)
        let workers = try key(of: workspace).map { (key) throws(SQLiteFailure) in
            try load(of: key, in: steps)
        }
        return Self.merged(workers ?? [], hosts)
    }

    /// The sums of five minutes, in order.
    private func load(of workspace: Int64, in steps: Range<Int64>) throws(SQLiteFailure) -> [Sums] {
        let first = LoadGrid.bucket(ofStep: steps.lowerBound)
        let last = LoadGrid.bucket(ofStep: steps.upperBound - 1)
        let fresh = try computed(of: workspace, in: steps, from: first, to: last)
        var all: [Sums] = []
        all.reserveCapacity(Int(last - first) + 1)
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
                    all.append((bucket, sums))
                }
            }
            guard isRead else { throw SQLiteRows.damagedHour }
        }
        guard !fresh.isEmpty else { return all }
        all += fresh.map { ($0.key, $0.value) }
        all.sort { $0.bucket < $1.bucket }
        return all
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

    /// Two lists in order become one, without what is empty.
    private static func merged(_ left: [Sums], _ right: [Sums]) -> [LoadBucket] {
        var merged: [LoadBucket] = []
        merged.reserveCapacity(max(left.count, right.count))
        var (leftNext, rightNext) = (0, 0)
        while leftNext < left.count || rightNext < right.count {
            let leftBucket = leftNext < left.count ? left[leftNext].bucket : .max
            let rightBucket = rightNext < right.count ? right[rightNext].bucket : .max
            let bucket = min(leftBucket, rightBucket)
            var sums = LoadSums()
            if leftBucket == bucket {
                sums.add(left[leftNext].sums)
                leftNext += 1
            }
            if rightBucket == bucket {
                sums.add(right[rightNext].sums)
                rightNext += 1
            }
            if !sums.isEmpty {
                merged.append(LoadBucket(start: LoadGrid.start(ofBucket: bucket), sums: sums))
            }
        }
        return merged
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
