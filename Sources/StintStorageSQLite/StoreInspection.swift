import Foundation
import GRDBSQLite
public import StintModel

/// What can be told of a store from outside, whether or not a server has it open: nothing is written
/// but what SQLite itself keeps beside a file that is read.
public struct StoreInspection: Sendable {
    /// A file of the store and who may read it.
    public struct File: Hashable, Sendable {
        public let path: String
        public let bytes: Int
        /// The permission bits: `0o600`.
        public let mode: Int

        public init(path: String, bytes: Int, mode: Int) {
            self.path = path
            self.bytes = bytes
            self.mode = mode
        }
    }

    /// The database, and those of log, index, lock and reserve that are there.
    public let files: [File]
    public let logBytes: Int
    /// Whether the room for expiry on a full disk is held.
    public let holdsReserve: Bool
    /// Whether a server, or a restoration, holds the store.
    public let isHeld: Bool

    public let pageBytes: Int
    public let pages: Int
    /// Pages that hold nothing and are used before the file grows.
    public let freePages: Int
    public let journalMode: String
    public let autoVacuum: String
    public let applicationID: Int32
    public let migrations: [String]
    /// What this version would still bring about at its next start.
    public let missingMigrations: [String]

    public let executions: Int
    public let openExecutions: Int
    public let trailPieces: Int
    /// `nil` in a store that knows of none yet.
    public let traces: Int?
    public let undecidedTraces: Int?
    public let workspaces: Int
    public let agents: Int
    /// The server's clock when it was last told of an execution, or nearly so; `nil` of an empty
    /// store.
    public let newestReceipt: Instant?

    /// - Throws: ``StoreFileError`` where there is none, or it is not a store of this version.
    public init(path: String) throws(StoreFileError) {
        let file = StoreFile(path: path)
        guard file.exists else { throw .missing(path: path) }
        files = file.all.compactMap(Self.file)
        logBytes = Self.file(file.log)?.bytes ?? 0
        holdsReserve = Self.file(file.reserve)?.bytes == DiskReserve.bytes
        isHeld = FileLock.isHeld(path: file.lock)

        let connection = try file.reading { () throws(SQLiteFailure) in
            try ReadingConnection(path: file.path)
        }
        try file.validate(connection)
        func number(_ sql: String) throws(StoreFileError) -> Int {
            try file.reading { () throws(SQLiteFailure) in Int(try connection.integer(sql) ?? 0) }
        }
        func texts(_ sql: String) throws(StoreFileError) -> [String] {
            try file.reading { () throws(SQLiteFailure) in try connection.texts(sql) }
        }
        pageBytes = try number("PRAGMA page_size")
        pages = try number("PRAGMA page_count")
        freePages = try number("PRAGMA freelist_count")
        journalMode = try texts("PRAGMA journal_mode").first ?? ""
        let vacuum = try number("PRAGMA auto_vacuum")
        autoVacuum = ["none", "full", "incremental"].dropFirst(vacuum).first ?? String(vacuum)
        applicationID = Int32(truncatingIfNeeded: try number("PRAGMA application_id"))
        let applied = try file.reading { () throws(SQLiteFailure) in
            try StoreFile.migrations(connection)
        }
        migrations = applied
        missingMigrations = StoreFile.knownMigrations.filter { !applied.contains($0) }

        executions = try number("SELECT count(*) FROM execution")
        openExecutions = try number(
            """
            SELECT count(*) FROM workspace CROSS JOIN execution
                INDEXED BY execution_by_status_start
                ON execution.workspace = workspace.key
                AND execution.status IN (\(Self.openStatuses))
            """)
        trailPieces = try number("SELECT count(*) FROM trail")
        let hasTraces = applied.contains(Schema.traces)
        traces = hasTraces ? try number("SELECT count(*) FROM trace") : nil
        undecidedTraces = hasTraces ? try number(SQLiteReader.undecidedCount) : nil
        workspaces = try number("SELECT count(*) FROM workspace")
        agents = try number("SELECT count(*) FROM agent")
        // The newest of the trail stands in an index; where the trail has gone, the executions that
        // came last are looked at.
        newestReceipt = try file.reading { () throws(SQLiteFailure) in
            try connection.integer(
                """
                SELECT max(received_at) FROM (
                    SELECT max(received_at) AS received_at FROM trail
                    UNION ALL
                    SELECT max(received_at) FROM (
                        SELECT received_at FROM execution ORDER BY key DESC LIMIT 1000))
                """)
        }.map { Instant(microseconds: $0) }
    }

    /// The library's version, as it is loaded.
    public static var engineVersion: String { String(cString: sqlite3_libversion()) }

    /// Whether that version can corrupt a database whose log two connections reset at the same
    /// instant; 3.51.3 no longer does. Here one connection alone commits and checkpoints.
    public static var engineHasResetFault: Bool { sqlite3_libversion_number() < 3_051_003 }

    private static let openStatuses = ExecutionStatus.allCases.filter { !$0.isFinal }
        .map { String($0.rawValue) }.joined(separator: ", ")

    private static func file(_ path: String) -> File? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return File(
            path: path, bytes: Int(status.st_size), mode: Int(status.st_mode & 0o777))
    }
}
