import GRDBSQLite

/// What the writer says of clients that number their events, prepared once on its connection.
struct ClientStatements {
    let find: Statement
    let put: Statement
    let count: Statement
    /// Adds what the longest silent came to, so many at most, to what is kept of those forgotten.
    let sumForgotten: Statement
    /// Removes the same.
    let remove: Statement

    init(_ prepare: (String) throws(SQLiteFailure) -> Statement) throws(SQLiteFailure) {
        find = try prepare(SQLiteRows.client)
        put = try prepare(
            """
            INSERT INTO client (workspace, id, first_seen_at, last_seen_at, highest, received,
                stored, rejected, dropped, unknown, gaps)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
            ON CONFLICT DO UPDATE SET first_seen_at = excluded.first_seen_at,
                last_seen_at = excluded.last_seen_at, highest = excluded.highest,
                received = excluded.received, stored = excluded.stored,
                rejected = excluded.rejected, dropped = excluded.dropped,
                unknown = excluded.unknown, gaps = excluded.gaps
            """)
        count = try prepare(SQLiteRows.clientCount)
        // The sums stay below 2⁶², so that they never overflow.
        sumForgotten = try prepare(
            """
            INSERT INTO forgotten_clients (workspace, received, stored, rejected, dropped)
            SELECT workspace, sum(received), sum(stored), sum(rejected), sum(dropped)
            FROM client WHERE key IN (\(Self.longestSilent)) GROUP BY workspace
            ON CONFLICT DO UPDATE SET
                received = min(received + excluded.received, 1 << 62),
                stored = min(stored + excluded.stored, 1 << 62),
                rejected = min(rejected + excluded.rejected, 1 << 62),
                dropped = min(dropped + excluded.dropped, 1 << 62)
            """)
        remove = try prepare("DELETE FROM client WHERE key IN (\(Self.longestSilent))")
    }

    private static let longestSilent = """
        SELECT key FROM client INDEXED BY client_by_last_seen
        WHERE workspace = ?1 AND last_seen_at < ?2 ORDER BY last_seen_at, key LIMIT ?3
        """
}
