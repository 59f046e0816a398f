import GRDBSQLite
public import StintModel
public import StintStorage

extension SQLiteExecutionStore {
    public func add(_ session: BrowserSession, digest: [UInt8]) async throws(StoreError) {
        try await writer.add(session, digest: digest)
    }

    public func session(digest: [UInt8]) async throws(StoreError) -> BrowserSession? {
        try await read { reader throws(SQLiteFailure) in try reader.session(digest: digest) }
    }

    public func noteUse(ofSession digest: [UInt8], at now: Instant) async throws(StoreError) {
        try await writer.noteUse(ofSession: digest, at: now)
    }

    public func endSession(digest: [UInt8]) async throws(StoreError) {
        try await writer.endSession(digest: digest)
    }
}

extension SQLiteWriter {
    func add(_ session: BrowserSession, digest: [UInt8]) throws(StoreError) {
        let (id, now) = (session.key.id, session.createdAt)
        let sessions = statements.session
        try transaction { () throws(SQLiteFailure) in
            sessions.expire.bind(1, now - BrowserSession.longest)
            sessions.expire.bind(2, now - BrowserSession.idle)
            try sessions.expire.run()
            sessions.crowdOut.bind(1, id)
            sessions.crowdOut.bind(2, Int64(BrowserSession.perKey - 1))
            try sessions.crowdOut.run()
            sessions.put.bind(1, digest)
            sessions.put.bind(2, id)
            sessions.put.bind(3, now)
            sessions.put.bind(4, session.lastUsedAt)
            try sessions.put.run()
        }
    }

    func noteUse(ofSession digest: [UInt8], at now: Instant) throws(StoreError) {
        try transaction { () throws(SQLiteFailure) in
            statements.session.noteUse.bind(1, digest)
            statements.session.noteUse.bind(2, now)
            try statements.session.noteUse.run()
        }
    }

    func endSession(digest: [UInt8]) throws(StoreError) {
        try transaction { () throws(SQLiteFailure) in
            statements.session.end.bind(1, digest)
            try statements.session.end.run()
        }
    }
}

extension SQLiteReader {
    func session(digest: [UInt8]) throws(SQLiteFailure) -> BrowserSession? {
        let find = try statement(
            """
            SELECT access_key.digest, session.created_at, session.last_used_at, session.digest
            FROM session JOIN access_key ON access_key.number = session.key
            WHERE session.digest = ?1
            """)
        find.bind(1, digest)
        let found: (key: [UInt8], createdAt: Instant, lastUsedAt: Instant)? =
            try find.first { row in
                let held = row.bytes(3) { Array($0) }
                guard equalInConstantTime(held, digest) else { return nil }
                return (row.bytes(0) { Array($0) }, row.instant(1), row.instant(2))
            } ?? nil
        guard let found, let key = try key(digest: found.key) else { return nil }
        return BrowserSession(key: key, createdAt: found.createdAt, lastUsedAt: found.lastUsedAt)
    }
}
