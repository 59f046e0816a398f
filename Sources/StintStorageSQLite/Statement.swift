import GRDBSQLite
import StintModel
import StintStorage

/// A prepared statement on one connection, driven without ceremony: the writer runs a dozen for
/// every execution.
///
/// Not `Sendable`: it stays with its connection. Whoever prepares it finalizes it before the
/// connection closes.
struct Statement {
    private let pointer: OpaquePointer

    init(_ sql: String, on connection: OpaquePointer) throws(SQLiteFailure) {
        var pointer: OpaquePointer?
        let code = sqlite3_prepare_v3(
            connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &pointer, nil)
        guard code == SQLITE_OK, let pointer else { throw SQLiteFailure(code, on: connection) }
        self.pointer = pointer
    }

    /// A statement that another owns and finalizes.
    init(borrowing pointer: OpaquePointer) {
        self.pointer = pointer
    }

    /// Runs a statement that is needed once.
    static func run(_ sql: String, on connection: OpaquePointer) throws(SQLiteFailure) {
        let statement = try Statement(sql, on: connection)
        defer { statement.finalize() }
        try statement.run()
    }

    func finalize() {
        sqlite3_finalize(pointer)
    }

    // MARK: Parameters, counted from 1

    func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(pointer, index, value) }

    func bind(_ index: Int32, _ value: Int64?) {
        if let value { bind(index, value) } else { sqlite3_bind_null(pointer, index) }
    }

    func bind(_ index: Int32, double value: Double?) {
        if let value {
            sqlite3_bind_double(pointer, index, value)
        } else {
            sqlite3_bind_null(pointer, index)
        }
    }

    func bind(_ index: Int32, _ value: Instant) { bind(index, value.microseconds) }

    func bind(_ index: Int32, _ value: Instant?) { bind(index, value?.microseconds) }

    func bind(_ index: Int32, _ value: String) {
        var value = value
        value.withUTF8 { bytes in
            _ = bytes.withMemoryRebound(to: CChar.self) {
                // An empty text is a text, not NULL, so it needs an address.
                sqlite3_bind_text(
                    pointer, index, $0.baseAddress ?? Self.emptyText, Int32(bytes.count),
                    Self.copied)
            }
        }
    }

    /// A text that stands as UTF-8 already, and is not empty.
    func bind(_ index: Int32, text: [UInt8]) {
        text.withUnsafeBufferPointer { bytes in
            _ = bytes.withMemoryRebound(to: CChar.self) {
                sqlite3_bind_text(
                    pointer, index, $0.baseAddress, Int32(bytes.count), Self.copied)
            }
        }
    }

    func bind(_ index: Int32, _ value: [UInt8]) {
        value.withUnsafeBytes {
            if $0.isEmpty {
                _ = sqlite3_bind_zeroblob(pointer, index, 0)
            } else {
                _ = sqlite3_bind_blob64(
                    pointer, index, $0.baseAddress, UInt64($0.count), Self.copied)
            }
        }
    }

    /// SQLite takes a copy before the call returns.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    private nonisolated(unsafe) static let emptyText: UnsafePointer<CChar> = {
        let text = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
        text.initialize(to: 0)
        return UnsafePointer(text)
    }()

    /// A name, or x'' for none where NULL cannot stand.
    func bind(_ index: Int32, name: String?) {
        if let name { bind(index, name) } else { bind(index, [UInt8]()) }
    }

    // MARK: Running

    /// - Returns: Whether there is a row to read.
    func step() throws(SQLiteFailure) -> Bool {
        switch sqlite3_step(pointer) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw SQLiteFailure(code, on: sqlite3_db_handle(pointer))
        }
    }

    /// Runs to the end and is ready for the next time, also where it fails.
    func run() throws(SQLiteFailure) {
        defer { reset() }
        while try step() {}
    }

    /// Reads the one row there is, or none; ready for the next time afterwards.
    func first<Value>(
        _ read: (Statement) throws(SQLiteFailure) -> Value
    ) throws(SQLiteFailure) -> Value? {
        defer { reset() }
        return try step() ? try read(self) : nil
    }

    /// Reads every row; ready for the next time afterwards.
    func each(_ read: (Statement) throws(SQLiteFailure) -> Void) throws(SQLiteFailure) {
        defer { reset() }
        while try step() { try read(self) }
    }

    func reset() {
        sqlite3_reset(pointer)
        sqlite3_clear_bindings(pointer)
    }

    // MARK: Columns, counted from 0

    func isNull(_ index: Int32) -> Bool { sqlite3_column_type(pointer, index) == SQLITE_NULL }

    func isBlob(_ index: Int32) -> Bool { sqlite3_column_type(pointer, index) == SQLITE_BLOB }

    func integer(_ index: Int32) -> Int64 { sqlite3_column_int64(pointer, index) }

    func optionalInteger(_ index: Int32) -> Int64? { isNull(index) ? nil : integer(index) }

    func optionalDouble(_ index: Int32) -> Double? {
        isNull(index) ? nil : sqlite3_column_double(pointer, index)
    }

    func instant(_ index: Int32) -> Instant { Instant(microseconds: integer(index)) }

    func text(_ index: Int32) -> String {
        bytes(index) { String(decoding: $0, as: UTF8.self) }
    }

    /// The bytes of a text or blob, valid during the call.
    func bytes<Value, Failure: Error>(
        _ index: Int32, _ read: (UnsafeRawBufferPointer) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let start = sqlite3_column_blob(pointer, index)
        let count = Int(sqlite3_column_bytes(pointer, index))
        return try read(UnsafeRawBufferPointer(start: count == 0 ? nil : start, count: count))
    }
}
