import Foundation
import GRDBSQLite
import StintStorage

extension SQLiteBackup {
    /// Puts a backup in a store's place, which no server may hold meanwhile.
    ///
    /// The copy is synced and checked before it takes the place. Whenever the machine stops, what
    /// was there before is there, or the backup is.
    ///
    /// - Parameters:
    ///   - isReplacing: Whether a store that is there gives way.
    ///   - progress: Told the share that is copied, at most 1; what it throws ends the copying.
    /// - Throws: ``StoreFileError``, or what `progress` threw. The store is as it was then.
    @discardableResult
    public static func restore(
        _ path: String, to store: String, isReplacing: Bool = false,
        progress: (Double) throws -> Void = { _ in }
    ) throws -> SQLiteBackup {
        let file = StoreFile(path: path)
        let place = StoreFile(path: store)
        guard file.exists else { throw StoreFileError.missing(path: path) }
        guard !place.has(path) else { throw StoreFileError.isStore(path: path) }
        guard size(of: file.log) == 0 else { throw StoreFileError.hasLog(path: path) }
        // What is wrong at first sight, before anything is copied.
        try file.validate(
            file.reading { () throws(SQLiteFailure) in
                try ReadingConnection(path: file.path, isUnshared: true)
            })

        try makeFolder(of: place.path)
        let lock: FileLock
        do throws(StoreError) {
            lock = try FileLock(path: place.lock)
        } catch {
            throw StoreFileError.held(path: store)
        }
        defer { lock.release() }
        guard isReplacing || !place.exists else { throw StoreFileError.exists(path: store) }

        let partial = try PartialFile(for: place.path)
        try partial.copy(from: file.path, progress: progress)
        let backup = try SQLiteBackup(checking: partial.path)
        try progress(1)
        try retire(place)
        try partial.publish()
        return backup
    }

    /// Removes the log beside a store: SQLite would bring it into whatever has the store's name.
    ///
    /// What the log holds is brought into the old file before, so that this is whole without it.
    private static func retire(_ place: StoreFile) throws(StoreFileError) {
        if place.exists {
            var connection: OpaquePointer?
            // Where the old file is damaged, and nothing of this works, it has no claim to be kept.
            if sqlite3_open_v2(place.path, &connection, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK {
                sqlite3_exec(connection, "PRAGMA synchronous = FULL", nil, nil, nil)
                sqlite3_wal_checkpoint_v2(connection, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
            }
            sqlite3_close(connection)
        }
        for path in [place.log, place.logIndex] where unlink(path) != 0 && errno != ENOENT {
            throw .system(path)
        }
        try PartialFile.syncFolder(of: place.path)
    }

    private static func makeFolder(of path: String) throws(StoreFileError) {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw .failed(path: folder.path, reason: "the folder cannot be made")
        }
    }

    private static func size(of path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }
}
