import GRDBSQLite

/// What the writer says of the load of workers, prepared once on its connection.
struct LoadStatements {
    let putSample: Statement
    let samples: Statement
    let removeSamples: Statement

    let hasBucket: Statement
    let markBucket: Statement
    let settleBucket: Statement
    let removeBucket: Statement
    let unsettled: Statement
    let settledBefore: Statement

    let hour: Statement
    let putHour: Statement
    let removeHours: Statement

    init(_ prepare: (String) throws(SQLiteFailure) -> Statement) throws(SQLiteFailure) {
        // Of one worker and ten seconds the newest report stays, and of the same instant the larger.
        putSample = try prepare(
            """
            INSERT INTO worker_sample (workspace, slot, worker, at, report)
            VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT DO UPDATE SET at = excluded.at, report = excluded.report
                WHERE (excluded.at, excluded.report) > (at, report)
            """)
        samples = try prepare(SQLiteRows.workerSamples)
        removeSamples = try prepare(
            "DELETE FROM worker_sample WHERE workspace = ?1 AND slot >= ?2 AND slot < ?3")

        hasBucket = try prepare(SQLiteRows.workerBucket)
        markBucket = try prepare(
            """
            INSERT INTO worker_bucket (workspace, bucket) VALUES (?1, ?2)
            ON CONFLICT DO UPDATE SET settled_at = NULL WHERE settled_at IS NOT NULL
            """)
        settleBucket = try prepare(
            "UPDATE worker_bucket SET settled_at = ?3 WHERE workspace = ?1 AND bucket = ?2")
        removeBucket = try prepare(
            "DELETE FROM worker_bucket WHERE workspace = ?1 AND bucket = ?2")
        unsettled = try prepare(
            """
            SELECT workspace, bucket FROM worker_bucket INDEXED BY worker_bucket_by_settling
            WHERE settled_at IS NULL AND bucket < ?1 ORDER BY workspace, bucket LIMIT ?2
            """)
        settledBefore = try prepare(
            """
            SELECT workspace, bucket FROM worker_bucket INDEXED BY worker_bucket_by_settling
            WHERE settled_at < ?1 ORDER BY settled_at LIMIT ?2
            """)

        hour = try prepare(SQLiteRows.workerHour)
        putHour = try prepare(
            "INSERT OR REPLACE INTO worker_load (workspace, hour, buckets) VALUES (?1, ?2, ?3)")
        // Of reports that are still kept the sums stay, too.
        removeHours = try prepare(
            """
            DELETE FROM worker_load WHERE (workspace, hour) IN (
                SELECT load.workspace, load.hour
                FROM (SELECT key FROM workspace UNION ALL SELECT 0) AS owner
                    CROSS JOIN worker_load AS load
                    ON load.workspace = owner.key AND load.hour < ?1
                WHERE NOT EXISTS (
                    SELECT 1 FROM worker_bucket AS kept
                    WHERE kept.workspace = load.workspace AND kept.bucket >= load.hour * 12
                        AND kept.bucket < load.hour * 12 + 12)
                LIMIT ?2)
            """)
    }
}
