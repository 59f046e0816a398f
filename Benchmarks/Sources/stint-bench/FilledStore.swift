import CSQLite
import Foundation

/// A store of many executions over 90 days, made by `stint-fill` beside the program; kept, and used
/// again while it is of the same schema and its end lies close enough to now.
struct FilledStore {
    private static let seed = 1
    /// Beyond it, what is asked of the last 24 hours would be of few.
    private static let longestUse = 12 * 3_600.0

    let path: String
    let executions: Int
    /// Just after the last thing that happened, in seconds since 1970.
    let end: Double
    /// How long it took to make; `nil` for one that was there.
    let fillSeconds: Double?

    init(program: String, executions: Int, folder: String) throws {
        self.executions = executions
        path = folder + "/metrics-\(executions)-\(Self.seed).sqlite"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        if let end = try Self.end(of: path), Date().timeIntervalSince1970 - end < Self.longestUse,
            try Self.schema(of: path) == Self.schemaNow(program, folder)
        {
            self.end = end
            fillSeconds = nil
            return
        }
        Self.remove(path)
        let partial = path + ".part"
        Self.remove(partial)
        let begin = Load.now()
        let fill = URL(fileURLWithPath: program).deletingLastPathComponent().path + "/stint-fill"
        _ = try output(of: fill, partial, "\(executions)", "\(Self.seed)")
        try FileManager.default.moveItem(atPath: partial, toPath: path)
        Self.remove(partial)
        fillSeconds = Load.now() - begin
        guard let end = try Self.end(of: path) else { throw BenchError("the store is empty") }
        self.end = end
    }

    /// The row of each execution that ended, as PostgreSQL's COPY takes it, in portions.
    func eachPortionOfRows(_ visit: (Data) throws -> Void) throws {
        var lines = Data()
        try Self.query(
            path,
            """
            SELECT workspace || char(9) || agent || char(9) || status || char(9)
                || (stop_at - total) || char(9) || (stop_at - duration) || char(9) || stop_at
                || char(10)
            FROM execution WHERE total IS NOT NULL AND duration IS NOT NULL
            """
        ) { row in
            lines.append(sqlite3_column_text(row, 0), count: Int(sqlite3_column_bytes(row, 0)))
            guard lines.count > 1 << 20 else { return }
            try visit(lines)
            lines.removeAll(keepingCapacity: true)
        }
        try visit(lines)
    }

    // MARK: What is there

    private static func end(of path: String) throws -> Double? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        var end: Double?
        // The newest are queued.
        try query(path, "SELECT max(sort_at) FROM execution WHERE workspace = 1") { row in
            end = (Double(sqlite3_column_int64(row, 0)) + 1) / 1e6
        }
        return end
    }

    private static func schema(of path: String) throws -> [String] {
        var tables: [String] = []
        try query(path, "SELECT coalesce(sql, name) FROM sqlite_master ORDER BY name") { row in
            tables.append(String(cString: sqlite3_column_text(row, 0)))
        }
        return tables
    }

    private static func schemaNow(_ program: String, _ folder: String) throws -> [String] {
        let path = folder + "/schema.sqlite"
        defer { remove(path) }
        _ = try output(
            of: program, "keys", "create", "--scope", "read", "--store", "sqlite:\(path)")
        return try schema(of: path)
    }

    private static func remove(_ path: String) {
        for suffix in ["", "-wal", "-shm", ".lock", ".reserve"] { unlink(path + suffix) }
    }

    private static func query(
        _ path: String, _ sql: String, _ visit: (OpaquePointer) throws -> Void
    ) throws {
        var connection: OpaquePointer?
        var statement: OpaquePointer?
        defer {
            sqlite3_finalize(statement)
            sqlite3_close(connection)
        }
        guard sqlite3_open_v2(path, &connection, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK,
            sqlite3_prepare_v2(connection, sql, -1, &statement, nil) == SQLITE_OK, let statement
        else { throw BenchError("cannot read \(path)") }
        while sqlite3_step(statement) == SQLITE_ROW { try visit(statement) }
    }
}
