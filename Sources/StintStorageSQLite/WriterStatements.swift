import GRDBSQLite

/// Everything the writer says, prepared once on its connection.
struct WriterStatements {
    let begin: Statement
    let commit: Statement
    let rollback: Statement

    let addWorkspace: Statement
    let findWorkspace: Statement
    let addAgent: Statement
    let findAgent: Statement
    /// When it was last heard of.
    let noteAgent: Statement

    let find: Statement
    let load: Statement
    let insert: Statement
    /// Changes no column by which the history is ordered.
    let update: Statement
    let updateIndexed: Statement
    let countPieces: Statement
    let removeExecution: Statement
    let findExpired: Statement
    let findOldest: Statement
    let workspaces: Statement

    let putStep: Statement
    let stepsOf: Statement
    let removeStep: Statement
    let removeSteps: Statement

    let insertSearch: Statement
    let removeSearch: Statement

    let appendTrail: Statement
    let digests: Statement
    let removeTrail: Statement
    let expireTrail: Statement

    let addPending: Statement
    let allPending: Statement
    let removePending: Statement
    let findCell: Statement
    let putCell: Statement
    let workerLoad: LoadStatements
    let traces: TraceStatements
    let clients: ClientStatements
    let findExpiredCell: Statement
    let putExpiredCell: Statement
    let nextSeries: Statement
    let removeCells: Statement
    let putSetting: Statement
    let horizon: Statement

    let putErasure: Statement
    let erasures: Statement
    let expireErasures: Statement

    let putKey: Statement
    let revokeKey: Statement
    let noteKeyUse: Statement
    let session: SessionStatements
    /// Writes a page, so that a full disk shows.
    let touch: Statement

    private let all: [Statement]

    init(_ connection: OpaquePointer) throws(SQLiteFailure) {
        var all: [Statement] = []
        func prepare(_ sql: String) throws(SQLiteFailure) -> Statement {
            let statement = try Statement(sql, on: connection)
            all.append(statement)
            return statement
        }
        begin = try prepare("BEGIN IMMEDIATE")
        commit = try prepare("COMMIT")
        rollback = try prepare("ROLLBACK")

        addWorkspace = try prepare("INSERT OR IGNORE INTO workspace (name) VALUES (?1)")
        findWorkspace = try prepare("SELECT key FROM workspace WHERE name = ?1")
        addAgent = try prepare("INSERT OR IGNORE INTO agent (workspace, name) VALUES (?1, ?2)")
        findAgent = try prepare("SELECT key FROM agent WHERE workspace = ?1 AND name = ?2")
        noteAgent = try prepare(
            "UPDATE agent SET seen_at = ?2 WHERE key = ?1 AND (seen_at IS NULL OR seen_at < ?2)")

        find = try prepare(
            """
            SELECT key, revision, pieces, apart, agent, state, received_at, traced FROM execution
            WHERE workspace = ?1 AND id = ?2
            """)
        load = try prepare(
            """
            SELECT execution.workspace, id, state, apart, name, traced
            FROM execution JOIN workspace ON workspace.key = execution.workspace
            WHERE execution.key = ?1
            """)
        insert = try prepare(
            """
            INSERT INTO execution (key, duration, goal_met, revision, received_at, pieces, apart,
                state, due_at, queue_wait, total, agent, status, sort_at, stop_at, queued_at,
                priority, uncounted, message, orphaned, workspace, id, traced)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
                ?18, ?19, ?20, ?21, ?22, ?23)
            """)
        update = try prepare(
            """
            UPDATE execution SET duration = ?2, goal_met = ?3, revision = ?4, received_at = ?5,
                pieces = ?6, apart = ?7, state = ?8, due_at = ?9, queue_wait = ?10, total = ?11
            WHERE key = ?1
            """)
        updateIndexed = try prepare(
            """
            UPDATE execution SET duration = ?2, goal_met = ?3, revision = ?4, received_at = ?5,
                pieces = ?6, apart = ?7, state = ?8, due_at = ?9, queue_wait = ?10, total = ?11,
                agent = ?12, status = ?13, sort_at = ?14, stop_at = ?15, queued_at = ?16,
                priority = ?17, uncounted = ?18, message = ?19, orphaned = ?20
            WHERE key = ?1
            """)
        countPieces = try prepare("UPDATE execution SET pieces = ?2 WHERE key = ?1")
        removeExecution = try prepare("DELETE FROM execution WHERE key = ?1")
        // What ended, or was lost, and began before the horizon; the view has the last word.
        findExpired = try prepare(
            """
            SELECT execution.key FROM workspace
                CROSS JOIN (VALUES (4), (5), (6), (7), (8)) AS ended
                CROSS JOIN execution INDEXED BY execution_by_status_start
                ON execution.workspace = workspace.key AND execution.status = ended.column1
            WHERE execution.sort_at < ?1
            LIMIT ?2
            """)

        workspaces = try prepare("SELECT key FROM workspace")
        findOldest = try prepare(
            """
            SELECT key, sort_at FROM execution INDEXED BY execution_by_status_start
            WHERE workspace = ?1 AND status = ?2 ORDER BY sort_at LIMIT ?3
            """)

        putStep = try prepare(
            "INSERT OR REPLACE INTO step (execution, id, step) VALUES (?1, ?2, ?3)")
        stepsOf = try prepare(SQLiteRows.stepsOfExecution)
        removeStep = try prepare("DELETE FROM step WHERE execution = ?1 AND id = ?2")
        removeSteps = try prepare("DELETE FROM step WHERE execution = ?1")

        insertSearch = try prepare("INSERT INTO search (rowid, terms) VALUES (?1, ?2)")
        removeSearch = try prepare(
            "INSERT INTO search (search, rowid, terms) VALUES ('delete', ?1, ?2)")

        appendTrail = try prepare(
            "INSERT INTO trail (key, received_at, digests, events) VALUES (?1, ?2, ?3, ?4)")
        digests = try prepare(
            """
            SELECT digests FROM trail WHERE key >= ?1 AND key < ?2 ORDER BY key DESC LIMIT 64
            """)
        removeTrail = try prepare("DELETE FROM trail WHERE key >= ?1 AND key < ?2")
        expireTrail = try prepare(
            """
            DELETE FROM trail WHERE key IN (
                SELECT key FROM trail WHERE received_at < ?1 ORDER BY received_at LIMIT ?2)
            """)

        addPending = try prepare("INSERT INTO roll_up_pending (number, delta) VALUES (?1, ?2)")
        allPending = try prepare(SQLiteRows.pendingRollUps)
        removePending = try prepare("DELETE FROM roll_up_pending")
        findCell = try prepare(
            """
            SELECT slots, counters, sketches FROM roll_up
            WHERE workspace = ?1 AND level = ?2 AND agent = ?3 AND model = ?4 AND start = ?5
            """)
        putCell = try prepare(Self.putCellText)
        workerLoad = try LoadStatements(prepare)
        traces = try TraceStatements(prepare)
        clients = try ClientStatements(prepare)
        findExpiredCell = try prepare(
            """
            SELECT cell, minutes FROM expired_roll_up
            WHERE workspace = ?1 AND start = ?2 AND agent = ?3 AND model = ?4
            """)
        putExpiredCell = try prepare(
            """
            INSERT OR REPLACE INTO expired_roll_up (workspace, start, agent, model, cell, minutes)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            """)
        nextSeries = try prepare(SQLiteRows.nextSeries)
        removeCells = try prepare(
            """
            DELETE FROM roll_up WHERE (workspace, level, agent, model, start) IN (
                SELECT workspace, level, agent, model, start FROM roll_up
                WHERE workspace = ?1 AND level = ?2 AND agent = ?3 AND model = ?4 AND start < ?5
                LIMIT ?6)
            """)
        putSetting = try prepare("INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)")
        horizon = try prepare("SELECT value FROM setting WHERE name = ?1")

        putErasure = try prepare("INSERT OR REPLACE INTO erasure (hash, until) VALUES (?1, ?2)")
        erasures = try prepare("SELECT hash FROM erasure")
        expireErasures = try prepare("DELETE FROM erasure WHERE until < ?1")

        putKey = try prepare(
            """
            INSERT OR IGNORE INTO access_key
                (id, workspace, digest, start, name, scopes, created_at, expires_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            """)
        revokeKey = try prepare(
            "UPDATE access_key SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL")
        noteKeyUse = try prepare(
            """
            UPDATE access_key SET last_used_at = ?2
            WHERE id = ?1 AND (last_used_at IS NULL OR last_used_at < ?2)
            """)
        session = try SessionStatements(prepare)
        touch = try prepare(
            "INSERT OR REPLACE INTO setting (name, value) VALUES ('checked', randomblob(8))")
        self.all = all
    }

    static let putCellText = """
        INSERT INTO roll_up (workspace, level, agent, model, start, slots, counters, sketches)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        ON CONFLICT DO UPDATE SET slots = excluded.slots, counters = excluded.counters,
            sketches = excluded.sketches
        """

    func finalize() {
        for statement in all { statement.finalize() }
    }
}
