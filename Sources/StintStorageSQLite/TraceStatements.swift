import GRDBSQLite
import StintModel
import StintStorage
import StintTraces

/// What the writer says of traces, prepared once on its connection.
struct TraceStatements {
    let find: Statement
    let load: Statement
    let insert: Statement
    let update: Statement
    let remove: Statement
    let undecided: Statement

    let putPiece: Statement
    let pieces: Statement
    let removePieces: Statement

    let link: Statement
    let unlink: Statement
    let executionsOf: Statement
    let tracesOf: Statement

    let putTold: Statement
    let told: Statement
    let removeTold: Statement
    let markTraced: Statement

    init(_ prepare: (String) throws(SQLiteFailure) -> Statement) throws(SQLiteFailure) {
        find = try prepare("SELECT key, pieces FROM trace WHERE workspace = ?1 AND id = ?2")
        load = try prepare("SELECT workspace, id FROM trace WHERE key = ?1")
        insert = try prepare(
            """
            INSERT INTO trace (key, received_at, pieces, undecided, workspace, id)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            """)
        update = try prepare(
            "UPDATE trace SET received_at = ?2, pieces = ?3, undecided = ?4 WHERE key = ?1")
        remove = try prepare("DELETE FROM trace WHERE key = ?1")
        undecided = try prepare(SQLiteRows.undecidedTraces)

        putPiece = try prepare("INSERT INTO trace_piece (key, spans) VALUES (?1, ?2)")
        pieces = try prepare(SQLiteRows.tracePieces)
        removePieces = try prepare("DELETE FROM trace_piece WHERE key >= ?1 AND key < ?2")

        link = try prepare(
            "INSERT OR IGNORE INTO trace_execution (trace, execution) VALUES (?1, ?2)")
        unlink = try prepare("DELETE FROM trace_execution WHERE trace = ?1 AND execution = ?2")
        executionsOf = try prepare(SQLiteRows.executionsOfTrace)
        tracesOf = try prepare(SQLiteRows.tracesOfExecution)

        putTold = try prepare("INSERT OR REPLACE INTO told (execution, state) VALUES (?1, ?2)")
        told = try prepare(SQLiteRows.toldOfExecution)
        removeTold = try prepare("DELETE FROM told WHERE execution = ?1")
        markTraced = try prepare("UPDATE execution SET traced = 1 WHERE key = ?1")
    }

    /// Who tells of an execution that traces told of.
    func tracing(of execution: Int64) throws(SQLiteFailure) -> Tracing {
        var tracing = Tracing()
        tracesOf.bind(1, execution)
        try tracesOf.each { tracing.traces.insert($0.integer(0)) }
        told.bind(1, execution)
        tracing.told = try told.first { (row) throws(SQLiteFailure) in
            try SQLiteRows.state(row, column: 0)
        }
        return tracing
    }
}

extension SQLiteRows {
    static let tracePieces =
        "SELECT spans FROM trace_piece WHERE key >= ?1 AND key < ?2 ORDER BY key"
    static let executionsOfTrace = """
        SELECT execution.key, execution.id
        FROM trace_execution JOIN execution ON execution.key = trace_execution.execution
        WHERE trace_execution.trace = ?1
        """
    static let tracesOfExecution = "SELECT trace FROM trace_execution WHERE execution = ?1"
    static let toldOfExecution = "SELECT state FROM told WHERE execution = ?1"
    /// Those of a sort that were not heard of for the longest, up to a time.
    static let undecidedTraces = """
        SELECT key FROM trace INDEXED BY trace_undecided
        WHERE undecided = ?1 AND received_at < ?2 ORDER BY received_at LIMIT ?3
        """

    /// A piece's number takes as many values as one of a trail.
    static func pieceKey(trace: Int64, piece: Int64) -> Int64 {
        trailKey(execution: trace, piece: piece)
    }

    /// All that is kept of a trace.
    ///
    /// - Parameter statement: ``tracePieces``.
    static func trace(
        _ statement: Statement, key: Int64, id: TraceID
    ) throws(SQLiteFailure) -> Trace {
        var spans: [TraceSpan] = []
        statement.bind(1, pieceKey(trace: key, piece: 0))
        statement.bind(2, pieceKey(trace: key &+ 1, piece: 0))
        try statement.each { (row) throws(SQLiteFailure) in
            do throws(DamagedBytes) {
                spans += try row.bytes(0) { (bytes) throws(DamagedBytes) in
                    try TraceSpan.decoded(bytes)
                }
            } catch {
                throw SQLiteFailure(code: SQLITE_CORRUPT, message: "a stored span is damaged")
            }
        }
        return Trace(id: id, spans: spans)
    }

    static func traceID(_ row: Statement, column: Int32) throws(SQLiteFailure) -> TraceID {
        let id: TraceID? = row.bytes(column) { bytes in
            guard bytes.count == 16 else { return nil }
            return TraceID(
                high: UInt64(
                    bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                low: UInt64(
                    bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
        guard let id else {
            throw SQLiteFailure(code: SQLITE_CORRUPT, message: "a trace's id is damaged")
        }
        return id
    }
}

extension TraceID {
    /// The 16 bytes as they stand in a column.
    var stored: [UInt8] {
        withUnsafeBytes(of: high.bigEndian) { Array($0) }
            + withUnsafeBytes(of: low.bigEndian) { Array($0) }
    }
}
