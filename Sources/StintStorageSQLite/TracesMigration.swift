import GRDB

/// The tables of traces.
enum TracesMigration {
    static func make(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE trace (
                    key INTEGER PRIMARY KEY,
                    workspace INTEGER NOT NULL,
                    -- 16 bytes.
                    id BLOB NOT NULL,
                    -- When spans of it came last that were new.
                    received_at INTEGER NOT NULL,
                    -- Pieces of spans written so far; the next one's number.
                    pieces INTEGER NOT NULL,
                    -- NULL where it tells of an execution that is kept; else 1 where it holds a
                    -- model call or a tool, which is likely to belong to one, or 0.
                    undecided INTEGER,
                    UNIQUE (workspace, id)
                )
                """)
        try db.execute(
            sql: """
                CREATE INDEX trace_undecided ON trace (undecided, received_at)
                WHERE undecided IS NOT NULL
                """)
        // The spans of a trace as they came: a piece each time. The key is trace × 2²⁰ + number.
        try db.execute(
            sql: "CREATE TABLE trace_piece (key INTEGER PRIMARY KEY, spans BLOB NOT NULL)")
        // Which traces tell of which executions.
        try db.execute(
            sql: """
                CREATE TABLE trace_execution (
                    trace INTEGER NOT NULL,
                    execution INTEGER NOT NULL,
                    PRIMARY KEY (trace, execution)
                ) WITHOUT ROWID
                """)
        try db.execute(
            sql: "CREATE INDEX trace_execution_by_execution ON trace_execution (execution)")
        // 1 where a trace told of it at any time. Its state is then what events told, which stands
        // in `told` where any did, joined with what its traces tell.
        try db.execute(sql: "ALTER TABLE execution ADD COLUMN traced INTEGER")
        try db.execute(
            sql: "CREATE TABLE told (execution INTEGER PRIMARY KEY, state BLOB NOT NULL)")
    }
}
