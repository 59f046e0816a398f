import GRDBSQLite
import StintMetrics
import StintModel
import StintStorage

// The load of workers: reports are kept as they come, and five minutes summed up anew whenever
// reports of theirs have come. Sums are never added to.

extension SQLiteWriter {
    /// Five minutes of a workspace, or of the hosts.
    private struct Bucket: Hashable {
        var workspace: Int64
        var number: Int64

        func moved(by count: Int64) -> Bucket {
            Bucket(workspace: workspace, number: number + count)
        }
    }

    // MARK: Recording

    /// Keeps reports, of one worker and ten seconds the newest. One of five minutes that are closed
    /// is left out.
    func record(_ samples: [WorkerSample]) throws(SQLiteFailure) {
        var isClosed: [Bucket: Bool] = [:]
        func isOpen(_ bucket: Bucket) throws(SQLiteFailure) -> Bool {
            if let known = isClosed[bucket] { return !known }
            let closed = try isKept(bucket) ? false : sums(of: bucket) != nil
            isClosed[bucket] = closed
            return !closed
        }
        var touched: Set<Bucket> = []
        for sample in samples {
            let workspace =
                if let workspace = sample.workspace { try key(ofWorkspace: workspace) } else {
                    SQLiteRows.hosts
                }
            let slot = sample.slot
            let own = Bucket(workspace: workspace, number: LoadGrid.bucket(ofStep: slot))
            guard try isOpen(own) else { continue }
            guard try put(sample, slot: slot, workspace: workspace) else { continue }
            touched.insert(own)
            let last = slot + LoadGrid.stepsPerReport - 1
            let next = Bucket(workspace: workspace, number: LoadGrid.bucket(ofStep: last))
            if next != own, try isOpen(next) { touched.insert(next) }
        }
        for bucket in touched { try run(statements.workerLoad.markBucket, bucket) }
    }

    /// - Returns: Whether it is news.
    private func put(
        _ sample: WorkerSample, slot: Int64, workspace: Int64
    ) throws(SQLiteFailure) -> Bool {
        var writer = BinaryWriter()
        sample.encode(to: &writer)
        let put = statements.workerLoad.putSample
        put.bind(1, workspace)
        put.bind(2, slot)
        put.bind(3, sample.report.worker)
        put.bind(4, sample.at)
        put.bind(5, writer.bytes)
        try put.run()
        return sqlite3_changes(connection) > 0
    }

    // MARK: Summing up

    /// So many reports, and a bucket more at the most, are summed up before others have their turn:
    /// some milliseconds.
    private static let reportsPerTurn = 10_000

    func sumLoad(at now: Instant, limit: Int) throws(StoreError) -> Int {
        let load = statements.workerLoad
        let summed = try transaction { () throws(SQLiteFailure) in
            var due: [Bucket] = []
            load.unsettled.bind(1, LoadGrid.bucket(ofStep: LoadGrid.step(of: now)))
            load.unsettled.bind(2, Int64(limit))
            try load.unsettled.each { (row) in
                due.append(Bucket(workspace: row.integer(0), number: row.integer(1)))
            }
            var reports = 0
            var summed = 0
            for bucket in due where reports < Self.reportsPerTurn {
                let found = try SQLiteRows.load(
                    load.samples, of: bucket.workspace, in: LoadGrid.steps(ofBucket: bucket.number))
                try put(found.sums, at: bucket)
                load.settleBucket.bind(3, now)
                try run(load.settleBucket, bucket)
                reports += found.reports
                summed += 1
                crashPoint("load")
            }
            return summed
        }
        checkpointIfDue()
        return summed
    }

    private func put(_ sums: LoadSums, at bucket: Bucket) throws(SQLiteFailure) {
        var hour = try storedHour(of: bucket) ?? LoadHour()
        hour[LoadGrid.place(ofBucket: bucket.number)] = sums
        let put = statements.workerLoad.putHour
        put.bind(1, bucket.workspace)
        put.bind(2, LoadGrid.hour(ofBucket: bucket.number))
        put.bind(3, hour.encoded)
        try put.run()
    }

    private func storedHour(of bucket: Bucket) throws(SQLiteFailure) -> LoadHour? {
        let find = statements.workerLoad.hour
        find.bind(1, bucket.workspace)
        find.bind(2, LoadGrid.hour(ofBucket: bucket.number))
        return try find.first { (row) throws(SQLiteFailure) in
            try SQLiteRows.hour(row, column: 0)
        }
    }

    private func sums(of bucket: Bucket) throws(SQLiteFailure) -> LoadSums? {
        try storedHour(of: bucket)?[LoadGrid.place(ofBucket: bucket.number)]
    }

    private func isKept(_ bucket: Bucket) throws(SQLiteFailure) -> Bool {
        let find = statements.workerLoad.hasBucket
        find.bind(1, bucket.workspace)
        find.bind(2, bucket.number)
        return try find.first { _ in true } ?? false
    }

    private func run(_ statement: Statement, _ bucket: Bucket) throws(SQLiteFailure) {
        statement.bind(1, bucket.workspace)
        statement.bind(2, bucket.number)
        try statement.run()
    }

    // MARK: Keeping

    /// Reports are kept so long at least: they may come late, and workers are alive by them.
    private static let leastKept = TimeSpan.seconds(3_600)

    /// Removes reports that were summed up long ago, and then sums that had their time.
    ///
    /// - Returns: How many reports, and hours of sums, were removed.
    func expireLoad(_ expiry: Expiry) throws(StoreError) -> Int {
        let kept = min(max(expiry.trailRetention, Self.leastKept), expiry.minutes)
        let load = statements.workerLoad
        return try transaction { () throws(SQLiteFailure) in
            var due: [Bucket] = []
            load.settledBefore.bind(1, expiry.now - kept)
            load.settledBefore.bind(2, Int64(expiry.limit))
            try load.settledBefore.each { (row) in
                due.append(Bucket(workspace: row.integer(0), number: row.integer(1)))
            }
            var removed = 0
            for bucket in due where removed < expiry.limit {
                try run(load.removeBucket, bucket)
                removed += try 1 + removeSamples(of: bucket)
            }
            let horizon = RollUpLevel.day.start(of: expiry.now - expiry.minutes)
            let first = LoadGrid.bucket(ofStep: LoadGrid.step(of: horizon))
            load.removeHours.bind(1, LoadGrid.hour(ofBucket: first))
            load.removeHours.bind(2, Int64(expiry.limit))
            try load.removeHours.run()
            return removed + Int(sqlite3_changes(connection))
        }
    }

    /// Removes the reports of five minutes that are closed now. Those of the last minute have a part
    /// in the next five, and stay for as long as those are kept.
    private func removeSamples(of bucket: Bucket) throws(SQLiteFailure) -> Int {
        let tail = LoadGrid.stepsPerReport - 1
        let steps = LoadGrid.steps(ofBucket: bucket.number)
        let isNextKept = try isKept(bucket.moved(by: 1))
        let isPreviousKept = try isKept(bucket.moved(by: -1))
        let remove = statements.workerLoad.removeSamples
        remove.bind(1, bucket.workspace)
        remove.bind(2, isPreviousKept ? steps.lowerBound : steps.lowerBound - tail)
        remove.bind(3, isNextKept ? steps.upperBound - tail : steps.upperBound)
        try remove.run()
        return Int(sqlite3_changes(connection))
    }
}
