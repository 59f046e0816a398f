import CSQLite
import Foundation

/// The engine alone: rows of one table with three indexes in C's interface, synced in transactions
/// of a thousand. What a server over it cannot exceed, row for row.
enum RawEngine {
    static func rowsPerSecond(path: String, transactions: Int = 60) -> Double {
        for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
        var connection: OpaquePointer?
        sqlite3_open(path, &connection)
        defer { sqlite3_close(connection) }
        sqlite3_exec(
            connection,
            """
            PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;
            CREATE TABLE execution (id TEXT PRIMARY KEY, agent TEXT, status INTEGER,
                start INTEGER, finish INTEGER, state BLOB);
            CREATE INDEX a ON execution (agent, start);
            CREATE INDEX b ON execution (status, start);
            CREATE INDEX c ON execution (start);
            """, nil, nil, nil)
        var insert: OpaquePointer?
        sqlite3_prepare_v2(
            connection, "INSERT INTO execution VALUES (?1, ?2, ?3, ?4, ?5, zeroblob(300))", -1,
            &insert, nil)
        defer { sqlite3_finalize(insert) }
        let begin = Load.now()
        var number = 0
        for _ in 0..<transactions {
            sqlite3_exec(connection, "BEGIN IMMEDIATE", nil, nil, nil)
            for _ in 0..<1_000 {
                number += 1
                let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
                sqlite3_bind_text(insert, 1, Fleet.id(number), -1, copied)
                sqlite3_bind_text(insert, 2, "agent-\(number % 7)", -1, copied)
                sqlite3_bind_int64(insert, 3, Int64(number % 5))
                sqlite3_bind_int64(insert, 4, Int64(number) * 1_000)
                sqlite3_bind_int64(insert, 5, Int64(number) * 1_000 + 500)
                sqlite3_step(insert)
                sqlite3_reset(insert)
            }
            sqlite3_exec(connection, "COMMIT", nil, nil, nil)
        }
        return Double(number) / (Load.now() - begin)
    }
}
