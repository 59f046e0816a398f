import GRDBSQLite

/// What the writer says of the sessions of browsers, prepared once on its connection.
struct SessionStatements {
    let put: Statement
    let noteUse: Statement
    let end: Statement
    /// Those past their time.
    let expire: Statement
    /// Those of a key beyond as many as it may have.
    let crowdOut: Statement
    let endOfKey: Statement

    init(_ prepare: (String) throws(SQLiteFailure) -> Statement) throws(SQLiteFailure) {
        put = try prepare(
            """
            INSERT OR IGNORE INTO session (digest, key, created_at, last_used_at)
            SELECT ?1, number, ?3, ?4 FROM access_key WHERE id = ?2
            """)
        noteUse = try prepare(
            "UPDATE session SET last_used_at = ?2 WHERE digest = ?1 AND last_used_at < ?2")
        end = try prepare("DELETE FROM session WHERE digest = ?1")
        expire = try prepare("DELETE FROM session WHERE created_at <= ?1 OR last_used_at <= ?2")
        crowdOut = try prepare(
            """
            DELETE FROM session WHERE digest IN (
                SELECT digest FROM session
                WHERE key = (SELECT number FROM access_key WHERE id = ?1)
                ORDER BY last_used_at DESC, digest LIMIT -1 OFFSET ?2)
            """)
        endOfKey = try prepare(
            "DELETE FROM session WHERE key = (SELECT number FROM access_key WHERE id = ?1)")
    }
}
