import GRDB
import StintStorage

/// The tables, as versioned migrations. A released migration never changes; a new version adds one.
enum Schema {
    /// "Stnt": tells a store of ours from another SQLite file.
    static let applicationID: Int32 = 0x5374_6E74

    static let traces = "6 traces"

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 executions") { db in
            // What is true of the whole store: the secret of its cursors.
            try db.execute(
                sql: "CREATE TABLE setting (name TEXT PRIMARY KEY, value) WITHOUT ROWID")
            try db.execute(
                sql: "CREATE TABLE workspace (key INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)")
            try db.execute(
                sql: """
                    CREATE TABLE agent (
                        key INTEGER PRIMARY KEY,
                        workspace INTEGER NOT NULL,
                        name TEXT NOT NULL,
                        UNIQUE (workspace, name)
                    )
                    """)
            // One row an execution. `state` is the truth; the columns before it are functions of
            // it that the indexes and filters need. Instants are microseconds since 1970 UTC.
            try db.execute(
                sql: """
                    CREATE TABLE execution (
                        key INTEGER PRIMARY KEY,
                        workspace INTEGER NOT NULL,
                        id TEXT NOT NULL,
                        agent INTEGER NOT NULL,
                        status INTEGER NOT NULL,
                        sort_at INTEGER NOT NULL,
                        stop_at INTEGER,
                        duration INTEGER,
                        goal_met INTEGER,
                        revision INTEGER NOT NULL,
                        received_at INTEGER NOT NULL,
                        -- Pieces of trail written so far; the next one's number.
                        pieces INTEGER NOT NULL,
                        -- Whether the steps stand in rows of their own.
                        apart INTEGER NOT NULL,
                        state BLOB NOT NULL,
                        UNIQUE (workspace, id)
                    )
                    """)
            // The orders of the history. The key, which settles ties, ends every index unasked.
            for (name, columns) in [
                ("execution_by_start", "workspace, sort_at"),
                ("execution_by_status_start", "workspace, status, sort_at"),
                ("execution_by_agent_start", "agent, status, sort_at"),
            ] {
                try db.execute(sql: "CREATE INDEX \(name) ON execution (\(columns))")
            }
            for (name, columns) in [
                ("execution_by_finish", "workspace, stop_at"),
                ("execution_by_status_finish", "workspace, status, stop_at"),
                ("execution_by_agent_finish", "agent, status, stop_at"),
            ] {
                try db.execute(
                    sql: """
                        CREATE INDEX \(name) ON execution (\(columns)) WHERE stop_at IS NOT NULL
                        """)
            }
            crashPoint("migration")
            // The steps of executions that have many.
            try db.execute(
                sql: """
                    CREATE TABLE step (
                        execution INTEGER NOT NULL,
                        id BLOB NOT NULL,
                        step BLOB NOT NULL,
                        PRIMARY KEY (execution, id)
                    ) WITHOUT ROWID
                    """)
            // Words and facets of each execution, as `SearchTerms` writes them. Without content:
            // removing a row takes the text it was made of, which is a function of the state.
            try db.execute(
                sql: """
                    CREATE VIRTUAL TABLE search USING fts5 (
                        terms, content = '', columnsize = 0, detail = none,
                        tokenize = "unicode61 remove_diacritics 0 categories 'L* N* M* Co'"
                    )
                    """)
            // The events as they arrived: of each execution and transaction, one piece. The key is
            // execution × 2²⁰ + number.
            try db.execute(
                sql: """
                    CREATE TABLE trail (
                        key INTEGER PRIMARY KEY,
                        received_at INTEGER NOT NULL,
                        digests BLOB NOT NULL,
                        events BLOB NOT NULL
                    )
                    """)
            try db.execute(sql: "CREATE INDEX trail_by_receipt ON trail (received_at)")
            try db.execute(
                sql: """
                    CREATE TABLE roll_up (
                        workspace INTEGER NOT NULL,
                        level INTEGER NOT NULL,
                        start INTEGER NOT NULL,
                        agent TEXT NOT NULL,
                        -- NULL cannot be part of a key: the executions' own cell is x'', a model's
                        -- is its name as a text.
                        model NOT NULL,
                        cell BLOB NOT NULL,
                        PRIMARY KEY (workspace, level, start, agent, model)
                    ) WITHOUT ROWID
                    """)
            // What recent transactions add to the roll-up, a row each; brought into the cells many at
            // a time. A cell is what `roll_up` says and these add.
            try db.execute(
                sql:
                    "CREATE TABLE roll_up_pending (number INTEGER PRIMARY KEY, delta BLOB NOT NULL)"
            )
            // The newest report of each worker in each ten seconds.
            try db.execute(
                sql: """
                    CREATE TABLE worker_sample (
                        workspace INTEGER NOT NULL,
                        slot INTEGER NOT NULL,
                        worker TEXT NOT NULL,
                        at INTEGER NOT NULL,
                        report BLOB NOT NULL,
                        PRIMARY KEY (workspace, slot, worker)
                    ) WITHOUT ROWID
                    """)
            crashPoint("migration")
        }
        migrator.registerMigration("2 keys, silence, erasure") { db in
            // When an execution's silence means that it is lost; NULL for never.
            try db.execute(sql: "ALTER TABLE execution ADD COLUMN due_at INTEGER")
            try db.execute(
                sql: "CREATE INDEX execution_by_due ON execution (due_at) WHERE due_at IS NOT NULL")
            try SilenceMigration.fill(db)
            // Who is let in. Of the secret only its SHA-256 is kept.
            try db.execute(
                sql: """
                    CREATE TABLE access_key (
                        number INTEGER PRIMARY KEY,
                        id TEXT NOT NULL UNIQUE,
                        workspace INTEGER NOT NULL,
                        digest BLOB NOT NULL UNIQUE,
                        start TEXT NOT NULL,
                        name TEXT NOT NULL,
                        scopes INTEGER NOT NULL,
                        created_at INTEGER NOT NULL,
                        expires_at INTEGER,
                        last_used_at INTEGER,
                        revoked_at INTEGER
                    )
                    """)
            // Hashes of the ids that were erased and must not come back before their time.
            try db.execute(
                sql: "CREATE TABLE erasure (hash BLOB PRIMARY KEY, until INTEGER NOT NULL)")
            // What expired executions count for in the roll-up, by day: the cells keep it.
            try db.execute(
                sql: """
                    CREATE TABLE expired_roll_up (
                        workspace INTEGER NOT NULL,
                        start INTEGER NOT NULL,
                        agent TEXT NOT NULL,
                        model NOT NULL,
                        cell BLOB NOT NULL,
                        minutes INTEGER NOT NULL,
                        PRIMARY KEY (workspace, start, agent, model)
                    ) WITHOUT ROWID
                    """)
            crashPoint("migration")
        }
        migrator.registerMigration("3 calls") { db in
            try CallCountMigration.fill(db)
        }
        migrator.registerMigration("3 load") { db in
            // The five minutes whose reports are kept, counted from 1970. NULL where reports have come
            // since they were summed up. Workspace 0 is that of the servers' own hosts.
            try db.execute(
                sql: """
                    CREATE TABLE worker_bucket (
                        workspace INTEGER NOT NULL,
                        bucket INTEGER NOT NULL,
                        settled_at INTEGER,
                        PRIMARY KEY (workspace, bucket)
                    ) WITHOUT ROWID
                    """)
            try db.execute(
                sql: """
                    CREATE INDEX worker_bucket_by_settling
                    ON worker_bucket (settled_at, workspace, bucket)
                    """)
            // The sums of an hour's twelve times five minutes.
            try db.execute(
                sql: """
                    CREATE TABLE worker_load (
                        workspace INTEGER NOT NULL,
                        hour INTEGER NOT NULL,
                        buckets BLOB NOT NULL,
                        PRIMARY KEY (workspace, hour)
                    ) WITHOUT ROWID
                    """)
            // Whatever was reported so far is summed up by the server that runs next. A report counts
            // in its step and the five after; division rounds towards 0, so it is made positive.
            try db.execute(
                sql: """
                    INSERT OR IGNORE INTO worker_bucket (workspace, bucket)
                    SELECT DISTINCT workspace, (slot + later + 30000000000) / 30 - 1000000000
                    FROM worker_sample, (SELECT 0 AS later UNION ALL SELECT 5)
                    """)
            crashPoint("migration")
        }
        migrator.registerMigration("4 figures") { db in
            // What figures need of an execution without decoding its state; NULL in all of them where
            // its environment is kept out of statistics. `total` is known of whatever ended and
            // began.
            for column in [
                "queue_wait INTEGER", "total INTEGER",
                // While it is queued: since when, and before which others.
                "queued_at INTEGER", "priority REAL",
                // 1 where its environment is kept out of statistics.
                "uncounted INTEGER",
            ] {
                try db.execute(sql: "ALTER TABLE execution ADD COLUMN \(column)")
            }
            // Of an agent, when it was last heard of, to within some seconds.
            try db.execute(sql: "ALTER TABLE agent ADD COLUMN seen_at INTEGER")
            // By agent, then time: what is read of the roll-up is the cells of one agent, or of all
            // together, one after another. Charts read the small parts, which stand first.
            try db.execute(sql: "ALTER TABLE roll_up RENAME TO roll_up_by_start")
            try db.execute(
                sql: """
                    CREATE TABLE roll_up (
                        workspace INTEGER NOT NULL,
                        level INTEGER NOT NULL,
                        -- x'' for all agents together.
                        agent NOT NULL,
                        -- x'' for the executions themselves.
                        model NOT NULL,
                        start INTEGER NOT NULL,
                        slots BLOB NOT NULL,
                        counters BLOB NOT NULL,
                        sketches BLOB NOT NULL,
                        PRIMARY KEY (workspace, level, agent, model, start)
                    ) WITHOUT ROWID
                    """)
            try FiguresMigration.fill(db)
            try db.execute(sql: "DROP TABLE roll_up_by_start")
            crashPoint("migration")
            for (name, columns, condition) in [
                // What percentiles of few are taken from.
                (
                    "execution_measures_by_start", "agent, sort_at, queue_wait",
                    "queue_wait IS NOT NULL"
                ),
                (
                    "execution_measures_by_finish", "agent, stop_at, duration, total",
                    "total IS NOT NULL"
                ),
                (
                    "execution_queue",
                    "workspace, coalesce(priority, 0) DESC, queued_at, agent",
                    "queued_at IS NOT NULL"
                ),
                ("execution_uncounted", "workspace, status, agent", "uncounted IS NOT NULL"),
            ] {
                try db.execute(
                    sql: "CREATE INDEX \(name) ON execution (\(columns)) WHERE \(condition)")
            }
        }
        migrator.registerMigration("5 findings") { db in
            // Where it counts in statistics: a digest of the message it was begun for, and 1 where it
            // ended and left a step running. NULL for most.
            try db.execute(sql: "ALTER TABLE execution ADD COLUMN message INTEGER")
            try db.execute(sql: "ALTER TABLE execution ADD COLUMN orphaned INTEGER")
            try FindingsMigration.fill(db)
            crashPoint("migration")
            for (name, columns, condition) in [
                // By start rather than by message: it grows at its end alone, and who asks for a
                // range reads a part of it.
                ("execution_by_message", "workspace, sort_at, message", "message IS NOT NULL"),
                ("execution_orphaned", "workspace, stop_at", "orphaned IS NOT NULL"),
                // Of what did not succeed, which is little: how it ended and whether it achieved
                // what it was for. The rest the roll-up tells.
                (
                    "execution_goals", "workspace, status, goal_met, stop_at, agent, uncounted",
                    "goal_met IS NOT NULL AND status > 5"
                ),
            ] {
                try db.execute(
                    sql: "CREATE INDEX \(name) ON execution (\(columns)) WHERE \(condition)")
            }
        }
        migrator.registerMigration("5 sessions") { db in
            // The browsers that are let in, by the SHA-256 of what their cookies hold.
            try db.execute(
                sql: """
                    CREATE TABLE session (
                        digest BLOB PRIMARY KEY,
                        -- The number of the key that it began with.
                        key INTEGER NOT NULL,
                        created_at INTEGER NOT NULL,
                        last_used_at INTEGER NOT NULL
                    ) WITHOUT ROWID
                    """)
            try db.execute(sql: "CREATE INDEX session_by_use ON session (key, last_used_at)")
            crashPoint("migration")
        }
        migrator.registerMigration(traces) { db in
            try TracesMigration.make(db)
            crashPoint("migration")
        }
        migrator.registerMigration("7 clients") { db in
            try ClientsMigration.make(db)
            crashPoint("migration")
        }
        return migrator
    }
}
