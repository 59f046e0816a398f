import GRDB

/// The tables of clients that number their events.
enum ClientsMigration {
    static func make(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE client (
                    key INTEGER PRIMARY KEY,
                    workspace INTEGER NOT NULL,
                    id TEXT NOT NULL,
                    first_seen_at INTEGER NOT NULL,
                    last_seen_at INTEGER NOT NULL,
                    -- The largest number that came.
                    highest INTEGER NOT NULL,
                    -- How many events came, which is stored + rejected.
                    received INTEGER NOT NULL,
                    stored INTEGER NOT NULL,
                    rejected INTEGER NOT NULL,
                    -- As it said itself.
                    dropped INTEGER NOT NULL,
                    -- Numbers of gaps that are no longer kept.
                    unknown INTEGER NOT NULL,
                    gaps BLOB NOT NULL,
                    UNIQUE (workspace, id)
                )
                """)
        try db.execute(sql: "CREATE INDEX client_by_last_seen ON client (workspace, last_seen_at)")
        // What the clients of a workspace came to that are no longer kept.
        try db.execute(
            sql: """
                CREATE TABLE forgotten_clients (
                    workspace INTEGER PRIMARY KEY,
                    received INTEGER NOT NULL,
                    stored INTEGER NOT NULL,
                    rejected INTEGER NOT NULL,
                    dropped INTEGER NOT NULL
                )
                """)
    }
}
