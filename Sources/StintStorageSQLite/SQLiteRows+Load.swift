import GRDBSQLite
import StintMetrics
import StintModel
import StintStorage

// How the load of workers is laid out. Five minutes have a row in `worker_bucket` for as long as
// their reports are kept: without a time while reports have come that are not in their sums. Five
// minutes that have sums and no such row are closed: nothing changes them any more.

extension SQLiteRows {
    /// The key under which the servers' own hosts stand; no workspace has it.
    static let hosts: Int64 = 0

    static let workerSamples = """
        SELECT slot, worker, report FROM worker_sample
        WHERE workspace = ?1 AND slot >= ?2 AND slot < ?3 ORDER BY slot
        """

    static let workerBucket =
        "SELECT settled_at FROM worker_bucket WHERE workspace = ?1 AND bucket = ?2"

    static let workerHour = "SELECT buckets FROM worker_load WHERE workspace = ?1 AND hour = ?2"

    /// The sums of some steps, from their reports.
    ///
    /// - Parameter samples: ``workerSamples``.
    /// - Returns: The sums, and how many reports were read.
    static func load(
        _ samples: Statement, of workspace: Int64, in steps: Range<Int64>
    ) throws(SQLiteFailure) -> (sums: LoadSums, reports: Int) {
        var summation = LoadSummation(steps: steps)
        let reported = LoadSummation.reportSteps(for: steps)
        samples.bind(1, workspace)
        samples.bind(2, reported.lowerBound)
        samples.bind(3, reported.upperBound)
        var reports = 0
        try samples.each { (row) throws(SQLiteFailure) in
            reports += 1
            summation.add(try report(row, worker: 1, report: 2), in: row.integer(0))
        }
        return (summation.finish(), reports)
    }

    static func report(
        _ row: Statement, worker: Int32, report: Int32
    ) throws(SQLiteFailure) -> WorkerReport {
        do throws(DamagedBytes) {
            return try row.bytes(report) { (bytes) throws(DamagedBytes) in
                var reader = BinaryReader(bytes)
                return try WorkerReport(worker: row.text(worker), encoded: &reader)
            }
        } catch {
            throw SQLiteFailure(code: SQLITE_CORRUPT, message: "a worker's report is damaged")
        }
    }

    static func hour(_ row: Statement, column: Int32) throws(SQLiteFailure) -> LoadHour {
        guard let hour = row.bytes(column, { LoadHour(encoded: $0) }) else { throw damagedHour }
        return hour
    }

    static let damagedHour = SQLiteFailure(
        code: SQLITE_CORRUPT, message: "the load of an hour is damaged")
}
