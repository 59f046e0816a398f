import Foundation
import GRDB
import GRDBSQLite
public import StintMetrics
public import StintModel
public import StintStorage
import Synchronization

/// Executions in one SQLite file, in the process that serves them.
///
/// One connection writes and checkpoints, on a thread of its own (``SQLiteWriter``); others read,
/// each a snapshot. The log is synced at every commit. No second process may write the file: it is
/// held by a lock beside it.
public final class SQLiteExecutionStore: ExecutionStore {
    private let path: String
    private let pool: DatabasePool
    let writer: SQLiteWriter
    private let thread: WriterThread
    private let settings: SQLiteSettings
    private let meter = StoreLoadMeter()
    private let lock: FileLock
    private let pending = PendingRollUps()
    private let opened = OpenExecutions()
    public let cursorSecret: [UInt8]
    /// The writer's, for those who show what calls cost.
    let book: Mutex<PriceBook>

    /// Opens the store, or makes it with its folder, readable by its owner alone; brings an older
    /// schema up to this version.
    ///
    /// - Throws: ``StoreError/unavailable(reason:)`` where the file cannot be opened, is another
    ///   program's, belongs to a newer version or is being served by another process.
    public init(path: String, settings: SQLiteSettings = SQLiteSettings()) throws(StoreError) {
        do {
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            self.path = path
            lock = try FileLock(path: StoreFile(path: path).lock)
            DiskReserve.makeRoomToOpen(path)
            pool = try Self.opened(path: path, settings: settings, meter: meter)
            cursorSecret = try Self.secret(in: pool)
            thread = WriterThread(name: "stint-sqlite")
            self.settings = settings
            let prices = try pool.read { db in
                try db.sqliteConnection.map { try SQLiteRows.prices(on: $0) } ?? PriceBook()
            }
            book = Mutex(prices)
            writer = try SQLiteWriter(
                pool: pool, thread: thread, settings: settings, secret: cursorSecret,
                prices: prices, load: meter)
        } catch {
            throw StoreError(error).opening(path)
        }
    }

    public var executor: (any TaskExecutor)? { thread }

    public var details: [(name: String, value: String)] {
        [("engine", "sqlite"), ("version", String(cString: sqlite3_libversion()))]
    }

    /// The file and its log.
    public var sizeBytes: Int? {
        ["", "-wal", "-shm"].compactMap { suffix in
            try? FileManager.default.attributesOfItem(atPath: pool.path + suffix)[.size] as? Int
        }.reduce(0, +)
    }

    public var load: StoreLoad? { meter.load }

    /// Closes all connections; nothing may be asked of the store afterwards.
    public func close() async throws(StoreError) {
        do { try await writer.close() } catch { throw StoreError(error) }
        lock.release()
    }

    // MARK: Opening

    private static func opened(
        path: String, settings: SQLiteSettings, meter: StoreLoadMeter<ContinuousClock>
    ) throws -> DatabasePool {
        if !FileManager.default.fileExists(atPath: path) {
            // Owner only, from the first byte on; the log and its index inherit it.
            let isMade = FileManager.default.createFile(
                atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
            guard isMade else { throw StoreError.unavailable(reason: "it cannot be created") }
        }
        var configuration = Configuration()
        configuration.label = "stint"
        configuration.maximumReaderCount = settings.readers
        configuration.busyMode = .timeout(5)
        configuration.observesSuspensionNotifications = false
        configuration.persistentReadOnlyConnections = true
        configuration.prepareDatabase { db in
            meter.connectionOpened()
            let cache =
                db.configuration.readonly
                ? settings.readerCacheBytes : settings.writerCacheBytes
            try db.execute(sql: "PRAGMA cache_size = \(-cache / 1_024)")
            try db.execute(sql: "PRAGMA temp_store = MEMORY")
            try db.execute(sql: "PRAGMA mmap_size = 0")
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 0")
            try db.execute(sql: "PRAGMA journal_size_limit = \(settings.logBytes)")
            if !db.configuration.readonly, try isNew(db) {
                // Only before the first table; gives room back to the disk when asked.
                try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
                try db.execute(sql: "PRAGMA application_id = \(Schema.applicationID)")
            }
        }
        let pool = try DatabasePool(path: path, configuration: configuration)
        try pool.unsafeReentrantWrite { db in
            let application = try Int32.fetchOne(db, sql: "PRAGMA application_id")
            guard application == Schema.applicationID else {
                throw StoreError.unavailable(reason: "it is not a file of Stint")
            }
            // GRDB opens a pool with less; an acknowledged event survives the loss of power.
            try db.execute(sql: "PRAGMA synchronous = \(SQLiteSettings.synchronous)")
            // A sync that failed may have left the log in the system's memory alone, which holds it
            // to be synced: what is read here is written anew before anything is built on it.
            try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
            if let maximum = settings.maximumBytes {
                try db.execute(sql: "PRAGMA max_page_count = \(maximum / 4_096)")
            }
        }
        guard try !pool.read(Schema.migrator.hasBeenSuperseded) else {
            throw StoreError.unavailable(reason: "a newer version of Stint wrote it")
        }
        crashPoint("opening")
        try Schema.migrator.migrate(pool)
        crashPoint("migrated")
        return pool
    }

    /// Whether nothing was made of it yet, or the making was cut short. A file that is merely there
    /// says nothing.
    private static func isNew(_ db: Database) throws -> Bool {
        try Int32.fetchOne(db, sql: "PRAGMA application_id") == 0
            && Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") == 0
    }

    private static func secret(in pool: DatabasePool) throws -> [UInt8] {
        try pool.write { db in
            try db.execute(
                sql: "INSERT OR IGNORE INTO setting (name, value) VALUES ('secret', randomblob(32))"
            )
            let secret = try Data.fetchOne(
                db, sql: "SELECT value FROM setting WHERE name = 'secret'")
            guard let secret, secret.count == 32 else {
                throw StoreError.damaged(what: "the secret of cursors")
            }
            return Array(secret)
        }
    }

    // MARK: Writing

    public func record(_ group: RecordingGroup) async throws(StoreError) -> [Change] {
        try await writer.record(group)
    }

    public func expire(_ expiry: Expiry) async throws(StoreError) -> Int {
        try await writer.expire(expiry)
    }

    public func erase(
        _ id: ExecutionID, in workspace: Workspace, until horizon: Instant
    ) async throws(StoreError) -> Bool {
        try await writer.erase(id, in: workspace, until: horizon)
    }

    public var erasures: Erasures { writer.erasures }

    // MARK: Reading

    public func execution(
        _ id: ExecutionID, in workspace: Workspace
    ) async throws(StoreError) -> StoredExecution? {
        try await read { reader throws(SQLiteFailure) in
            try reader.execution(id, in: workspace)
        }
    }

    public func page(
        _ query: ExecutionQuery, after position: PagePosition?, limit: Int
    ) async throws(StoreError) -> ExecutionPage {
        let settings = settings
        return try await read { reader throws(SQLiteFailure) in
            try HistoryPage(query: query, settings: settings).read(
                with: reader, after: position, limit: limit)
        }
    }

    public func open(limit: Int) async throws(StoreError) -> [OpenExecution] {
        try await read { reader throws(SQLiteFailure) in try reader.open(limit: limit) }
    }

    public func silent(
        at now: Instant, after position: PagePosition?, limit: Int
    ) async throws(StoreError) -> SilentPage {
        try await read { reader throws(SQLiteFailure) in
            try reader.silent(at: now, after: position, limit: limit)
        }
    }

    public func trail(
        of id: ExecutionID, in workspace: Workspace, after position: PagePosition?, limit: Int
    ) async throws(StoreError) -> TrailPage {
        try await read { reader throws(SQLiteFailure) in
            try reader.trail(of: id, in: workspace, after: position, limit: limit)
        }
    }

    public func rollUps(
        _ level: RollUpLevel, in workspace: Workspace, from: Instant, to: Instant
    ) async throws(StoreError) -> [StoredCell] {
        try await read { reader throws(SQLiteFailure) in
            try reader.rollUps(level, in: workspace, from: from, to: to)
        }
    }

    public func undecidedTraces() async throws(StoreError) -> Int {
        try await read { reader throws(SQLiteFailure) in try reader.undecidedTraces() }
    }

    public func figures<Value: Sendable>(
        in workspace: Workspace,
        _ read: @escaping @Sendable (any FiguresSnapshot) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let (pending, opened, prices) = (pending, opened, prices)
        do {
            return try await pool.read { db in
                try read(
                    try SQLiteFigures(
                        SQLiteReader(db), of: workspace, pending: pending, opened: opened,
                        prices: prices))
            }
        } catch {
            throw Self.readError(error)
        }
    }

    /// On a thread of its own: it reads for as long as it takes.
    public func audit(_ workspace: Workspace?) async throws(StoreError) -> AuditReport {
        let result = await withCheckedContinuation { continuation in
            let path = path
            let thread = Thread {
                continuation.resume(
                    returning: Result { () throws(StoreError) in
                        try SQLiteAudit.run(path: path, workspace: workspace)
                    })
            }
            thread.name = "stint-audit"
            thread.start()
        }
        return try result.get()
    }

    public func check() async throws(StoreError) {
        try await writer.check()
        _ = try await read { reader throws(SQLiteFailure) in try reader.open(limit: 1) }
    }

    /// Reads one snapshot on a connection of the pool.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (SQLiteReader) throws(SQLiteFailure) -> Value
    ) async throws(StoreError) -> Value {
        do {
            return try await pool.read { [meter] db in
                try meter.measure { () throws(SQLiteFailure) in try body(SQLiteReader(db)) }
            }
        } catch {
            throw Self.readError(error)
        }
    }

    /// A read that fails says nothing of what was written: it may succeed later.
    private static func readError(_ error: any Error) -> StoreError {
        switch StoreError(error) {
        case .broken(let reason), .refused(let reason): .unavailable(reason: reason)
        case let other: other
        }
    }
}

extension StoreError {
    /// The same, naming what was to be opened.
    fileprivate func opening(_ path: String) -> StoreError {
        switch self {
        case .unavailable(let reason), .broken(let reason), .refused(let reason):
            .unavailable(reason: "\(path) cannot be opened: \(reason)")
        case .full:
            .unavailable(reason: "\(path) cannot be opened: the disk is full")
        case .damaged(let what):
            .unavailable(reason: "\(path) cannot be opened: \(what) is damaged")
        }
    }
}
