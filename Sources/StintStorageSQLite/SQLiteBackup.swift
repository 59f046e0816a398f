import Foundation
import GRDBSQLite

/// A copy of a store as it was at one instant, in one file.
public struct SQLiteBackup: Hashable, Sendable {
    public let bytes: Int
    public let executions: Int

    /// Copies a store, while a server of another process may be writing it.
    ///
    /// The copy holds whatever was acknowledged before the call. Pages are copied as they are, under
    /// one read snapshot: the writer waits for nothing, only its log cannot start over meanwhile.
    /// The copy is synced and checked page by page before it gets its name; it is its owner's alone.
    ///
    /// - Parameters:
    ///   - isReplacing: Whether another file of that name gives way.
    ///   - progress: Told the share that is copied, at most 1; what it throws ends the copying.
    /// - Throws: ``StoreFileError``, or what `progress` threw. Nothing is left behind then.
    @discardableResult
    public static func make(
        of store: String, at target: String, isReplacing: Bool = false,
        progress: (Double) throws -> Void = { _ in }
    ) throws -> SQLiteBackup {
        let source = StoreFile(path: store)
        guard source.exists else { throw StoreFileError.missing(path: store) }
        guard !source.has(target) else { throw StoreFileError.isStore(path: target) }
        if !isReplacing, FileManager.default.fileExists(atPath: target) {
            throw StoreFileError.exists(path: target)
        }
        let partial = try PartialFile(for: target)
        try copy(source, into: partial, progress: progress)
        let backup = try SQLiteBackup(checking: partial.path)
        try progress(1)
        try partial.publish()
        return backup
    }

    /// Checks a file that nobody has open: that it is ours, that this version understands it, and
    /// every page of it.
    init(checking path: String) throws(StoreFileError) {
        let file = StoreFile(path: path)
        let connection = try file.reading { () throws(SQLiteFailure) in
            try ReadingConnection(path: path, isUnshared: true)
        }
        try file.validate(connection)
        try file.checkIntegrity(connection)
        (bytes, executions) = try file.reading { () throws(SQLiteFailure) in
            let pages = try connection.integer("PRAGMA page_count") ?? 0
            let pageBytes = try connection.integer("PRAGMA page_size") ?? 0
            let executions = try connection.integer("SELECT count(*) FROM execution") ?? 0
            return (Int(pages * pageBytes), Int(executions))
        }
    }

    private static func copy(
        _ source: StoreFile, into partial: PartialFile, progress: (Double) throws -> Void
    ) throws {
        let connection = try source.reading { () throws(SQLiteFailure) in
            try ReadingConnection(path: source.path)
        }
        // The first statement takes the snapshot. As long as it is held, what others commit does
        // not make the copying start over.
        try source.validate(connection)

        var copy: OpaquePointer?
        defer { sqlite3_close(copy) }
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX
        guard sqlite3_open_v2(partial.path, &copy, flags, nil) == SQLITE_OK,
            // A copy that fails is thrown away, and one that does not is synced before it is named.
            sqlite3_exec(copy, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", nil, nil, nil)
                == SQLITE_OK
        else { throw failure(on: copy, partial) }
        let code = try withExtendedLifetime(connection) {
            try copyPages(of: connection.pointer, to: copy, partial, progress: progress)
        }
        guard code == SQLITE_DONE else { throw failure(on: copy, partial) }
    }

    /// - Returns: `SQLITE_DONE`, or why not all were copied.
    private static func copyPages(
        of source: OpaquePointer, to copy: OpaquePointer?, _ partial: PartialFile,
        progress: (Double) throws -> Void
    ) throws -> Int32 {
        guard let backup = sqlite3_backup_init(copy, "main", source, "main") else {
            return SQLITE_ERROR
        }
        defer { sqlite3_backup_finish(backup) }
        var unsynced = 0
        while true {
            let code = sqlite3_backup_step(backup, pagesPerStep)
            guard code == SQLITE_OK || code == SQLITE_DONE else { return code }
            let pages = max(1, Double(sqlite3_backup_pagecount(backup)))
            try progress(1 - Double(sqlite3_backup_remaining(backup)) / pages)
            if code == SQLITE_DONE { return code }
            unsynced += Int(pagesPerStep) * 4_096
            if unsynced >= PartialFile.bytesBetweenSyncs {
                try partial.sync()
                unsynced = 0
            }
        }
    }

    /// 4 MiB: often enough to tell how far it is.
    private static let pagesPerStep: Int32 = 1_024

    private static func failure(on copy: OpaquePointer?, _ partial: PartialFile) -> StoreFileError {
        .failed(path: partial.path, reason: SQLiteFailure(SQLITE_ERROR, on: copy).message)
    }
}
