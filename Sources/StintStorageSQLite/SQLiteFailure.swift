import Foundation
import GRDB
import GRDBSQLite
import StintStorage

/// A result code of SQLite, with what it says about it.
struct SQLiteFailure: Error {
    /// The extended result code.
    let code: Int32
    let message: String
    /// The system's own error behind an input or output error; 0 where there is none.
    let systemError: Int32

    init(_ code: Int32, on connection: OpaquePointer?) {
        systemError = connection.map(sqlite3_system_errno) ?? 0
        self.code = connection.map(sqlite3_extended_errcode) ?? code
        message = connection.map { String(cString: sqlite3_errmsg($0)) } ?? ""
    }

    init(code: Int32, message: String) {
        self.code = code
        self.message = message
        systemError = 0
    }
}

extension StoreError {
    /// What a failure means to the caller. A failed sync, or any input or output error while
    /// writing, leaves what is in memory untrustworthy.
    init(_ failure: SQLiteFailure) {
        switch failure.code & 0xFF {
        case SQLITE_FULL:
            self = .full
        case SQLITE_IOERR where failure.systemError == ENOSPC || failure.systemError == EDQUOT:
            self = .full
        case SQLITE_IOERR:
            self = .broken(reason: "input or output error \(failure.code)")
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            self = .damaged(what: "the file (\(failure.message))")
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_CANTOPEN, SQLITE_NOMEM, SQLITE_INTERRUPT,
            SQLITE_READONLY:
            self = .unavailable(reason: failure.message)
        default:
            self = .refused(reason: "\(failure.message) (\(failure.code))")
        }
    }

    /// Any error that GRDB or a statement of ours threw.
    init(_ error: any Error) {
        switch error {
        case let error as StoreError: self = error
        case let error as SQLiteFailure: self.init(error)
        case let error as DatabaseError:
            self.init(
                SQLiteFailure(
                    code: error.extendedResultCode.rawValue, message: error.message ?? ""))
        case is DamagedBytes: self = .damaged(what: "a stored record")
        default: self = .unavailable(reason: "\(error)")
        }
    }
}
