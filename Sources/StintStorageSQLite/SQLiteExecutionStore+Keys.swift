import GRDBSQLite
public import StintModel
public import StintStorage

extension SQLiteExecutionStore: KeyStore {
    public func hasKeys() async throws(StoreError) -> Bool {
        try await read { reader throws(SQLiteFailure) in try reader.hasKeys() }
    }

    public func add(_ key: AccessKey, digest: [UInt8]) async throws(StoreError) {
        try await writer.add(key, digest: digest)
    }

    public func key(digest: [UInt8]) async throws(StoreError) -> AccessKey? {
        try await read { reader throws(SQLiteFailure) in try reader.key(digest: digest) }
    }

    public func keys(in workspace: Workspace?) async throws(StoreError) -> [AccessKey] {
        try await read { reader throws(SQLiteFailure) in try reader.keys(in: workspace) }
    }

    public func revokeKey(
        _ id: String, in workspace: Workspace?, at now: Instant
    ) async throws(StoreError) -> Bool {
        let isThere = try await keys(in: workspace).contains { $0.id == id }
        if isThere { try await writer.revokeKey(id, at: now) }
        return isThere
    }

    public func noteUse(ofKey id: String, at hour: Instant) async throws(StoreError) {
        try await writer.noteUse(ofKey: id, at: hour)
    }
}

extension SQLiteWriter {
    func add(_ key: AccessKey, digest: [UInt8]) throws(StoreError) {
        try transaction { () throws(SQLiteFailure) in
            let put = statements.putKey
            put.bind(1, key.id)
            put.bind(2, try self.key(ofWorkspace: key.workspace))
            put.bind(3, digest)
            put.bind(4, key.start)
            put.bind(5, key.name)
            put.bind(6, Int64(key.scopes.rawValue))
            put.bind(7, key.createdAt)
            put.bind(8, key.expiresAt)
            try put.run()
        }
    }

    func revokeKey(_ id: String, at now: Instant) throws(StoreError) {
        try transaction { () throws(SQLiteFailure) in
            statements.revokeKey.bind(1, id)
            statements.revokeKey.bind(2, now)
            try statements.revokeKey.run()
            statements.session.endOfKey.bind(1, id)
            try statements.session.endOfKey.run()
        }
    }

    func noteUse(ofKey id: String, at hour: Instant) throws(StoreError) {
        try transaction { () throws(SQLiteFailure) in
            statements.noteKeyUse.bind(1, id)
            statements.noteKeyUse.bind(2, hour)
            try statements.noteKeyUse.run()
        }
    }
}

extension SQLiteReader {
    private static let columns = """
        SELECT access_key.id, workspace.name, access_key.name, scopes, start, created_at,
            expires_at, last_used_at, revoked_at, digest
        FROM access_key JOIN workspace ON workspace.key = access_key.workspace
        """

    func hasKeys() throws(SQLiteFailure) -> Bool {
        try statement("SELECT 1 FROM access_key LIMIT 1").first { _ in true } ?? false
    }

    func key(digest: [UInt8]) throws(SQLiteFailure) -> AccessKey? {
        let find = try statement(Self.columns + " WHERE digest = ?1")
        find.bind(1, digest)
        return try find.first { (row) throws(SQLiteFailure) in
            let held = row.bytes(9) { Array($0) }
            return equalInConstantTime(held, digest) ? try Self.key(row) : nil
        } ?? nil
    }

    func keys(in workspace: Workspace?) throws(SQLiteFailure) -> [AccessKey] {
        let list = try statement(Self.columns + " ORDER BY access_key.number")
        var keys: [AccessKey] = []
        try list.each { (row) throws(SQLiteFailure) in
            let key = try Self.key(row)
            if workspace.map({ $0 == key.workspace }) ?? true { keys.append(key) }
        }
        return keys
    }

    private static func key(_ row: Statement) throws(SQLiteFailure) -> AccessKey {
        guard let workspace = Workspace(rawValue: row.text(1)) else {
            throw SQLiteFailure(code: SQLITE_CORRUPT, message: "a stored workspace is damaged")
        }
        func instant(_ column: Int32) -> Instant? { row.isNull(column) ? nil : row.instant(column) }
        return AccessKey(
            id: row.text(0), workspace: workspace, name: row.text(2),
            scopes: AccessScopes(rawValue: UInt8(truncatingIfNeeded: row.integer(3))),
            start: row.text(4), createdAt: row.instant(5), expiresAt: instant(6),
            lastUsedAt: instant(7), revokedAt: instant(8))
    }
}
