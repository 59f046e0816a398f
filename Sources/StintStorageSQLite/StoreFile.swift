import Foundation
import GRDB
import GRDBSQLite

/// Why a store's file could not be copied, put in place or looked at.
public enum StoreFileError: Error, Hashable, Sendable {
    case missing(path: String)
    /// It would be overwritten, and that was not asked for.
    case exists(path: String)
    /// A copy of the store cannot take the place of the store itself.
    case isStore(path: String)
    /// A server, or another restoration, holds it.
    case held(path: String)
    /// It is not a file of Stint.
    case foreign(path: String)
    /// A newer version of Stint wrote it.
    case newer(path: String)
    case damaged(path: String, reason: String)
    /// A log lies beside it, so that it is not all there is: no backup, but a store.
    case hasLog(path: String)
    /// The system or SQLite refused.
    case failed(path: String, reason: String)
}

/// The file of a store and what lies beside it, seen from outside: a server may have it open.
struct StoreFile {
    /// As it was named; the lock lies beside this.
    let name: String
    /// Where it leads, if it is a link; the log lies beside this.
    let path: String

    init(path name: String) {
        self.name = name
        path = URL(fileURLWithPath: name).resolvingSymlinksInPath().path
    }

    var log: String { path + "-wal" }
    var logIndex: String { path + "-shm" }
    var lock: String { name + ".lock" }
    var reserve: String { path + ".reserve" }

    var all: [String] { [path, log, logIndex, lock, reserve] }

    var exists: Bool { FileManager.default.fileExists(atPath: path) }

    /// Whether a path leads to this file or to one of those beside it.
    func has(_ other: String) -> Bool {
        let place = URL(fileURLWithPath: other).resolvingSymlinksInPath().path
        return all.contains(place)
            || (Self.identity(place).map { $0 == Self.identity(path) } ?? false)
    }

    private struct Identity: Equatable {
        let device: dev_t
        let node: ino_t
    }

    /// Two names of one file have the same.
    private static func identity(_ path: String) -> Identity? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Identity(device: status.st_dev, node: status.st_ino)
    }

    // MARK: What it holds

    /// Throws unless the file is ours and this version understands it.
    func validate(_ connection: ReadingConnection) throws(StoreFileError) {
        let application = try reading { () throws(SQLiteFailure) in
            try connection.integer("PRAGMA application_id")
        }
        guard application == Int64(Schema.applicationID) else { throw .foreign(path: path) }
        let applied = try reading { () throws(SQLiteFailure) in
            try Self.migrations(connection)
        }
        guard Set(applied).isSubset(of: Self.knownMigrations) else { throw .newer(path: path) }
    }

    /// Reads every page: each B-tree is whole, and each index says what its table says.
    func checkIntegrity(_ connection: ReadingConnection) throws(StoreFileError) {
        let said = try reading { () throws(SQLiteFailure) in
            try connection.texts("PRAGMA integrity_check(3)")
        }
        guard said == ["ok"] else {
            throw .damaged(path: path, reason: said.joined(separator: "; "))
        }
    }

    static var knownMigrations: [String] { Schema.migrator.migrations }

    static func migrations(_ connection: ReadingConnection) throws(SQLiteFailure) -> [String] {
        try connection.texts("SELECT identifier FROM grdb_migrations ORDER BY rowid")
    }

    /// Turns what SQLite says of this file into what it means.
    func reading<Value>(
        _ body: () throws(SQLiteFailure) -> Value
    ) throws(StoreFileError) -> Value {
        do {
            return try body()
        } catch {
            switch error.code & 0xFF {
            case SQLITE_NOTADB: throw .foreign(path: path)
            case SQLITE_CORRUPT: throw .damaged(path: path, reason: error.message)
            default: throw .failed(path: path, reason: error.message)
            }
        }
    }
}
