import Foundation
import GRDBSQLite

/// A connection beside the server's, in whichever process: it reads, one snapshot from its first
/// statement on, and neither writes nor checkpoints. A writer waits for none of it.
final class ReadingConnection {
    let pointer: OpaquePointer

    /// - Parameter isUnshared: Whether nobody else has the file open and it has no log. Then no lock
    ///   is taken and no file made beside it.
    init(path: String, isUnshared: Bool = false) throws(SQLiteFailure) {
        let address = URL(fileURLWithPath: path).absoluteString + (isUnshared ? "?immutable=1" : "")
        var pointer: OpaquePointer?
        let flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX
        let code = sqlite3_open_v2(address, &pointer, flags, nil)
        guard code == SQLITE_OK, let pointer else {
            let failure = SQLiteFailure(code, on: pointer)
            sqlite3_close(pointer)
            throw failure
        }
        self.pointer = pointer
        sqlite3_busy_timeout(pointer, 5_000)
        try run("BEGIN")
    }

    deinit { sqlite3_close(pointer) }

    func run(_ sql: String) throws(SQLiteFailure) {
        let statement = try Statement(sql, on: pointer)
        defer { statement.finalize() }
        try statement.run()
    }

    /// The first column of each row.
    func texts(_ sql: String) throws(SQLiteFailure) -> [String] {
        let statement = try Statement(sql, on: pointer)
        defer { statement.finalize() }
        var texts: [String] = []
        try statement.each { texts.append($0.text(0)) }
        return texts
    }

    /// The first column of the first row; `nil` where there is none or it is NULL.
    func integer(_ sql: String) throws(SQLiteFailure) -> Int64? {
        let statement = try Statement(sql, on: pointer)
        defer { statement.finalize() }
        return try statement.first { $0.optionalInteger(0) } ?? nil
    }
}
