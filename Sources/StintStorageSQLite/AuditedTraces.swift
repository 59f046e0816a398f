import GRDBSQLite
import StintModel
import StintStorage
import StintTraces

/// Reads the traces of executions for an audit, as bytes.
struct AuditedTraces {
    private let tracesOf: Statement
    private let pieces: Statement
    private let told: Statement

    /// Each trace: its workspace, its id, whether it is undecided, the pieces that were written and
    /// those that are there, the executions it is said to tell of and those that are there.
    static let all = """
        SELECT workspace, id, undecided, pieces,
            (SELECT count(*) FROM trace_piece
                WHERE trace_piece.key >= trace.key * \(SQLiteRows.piecesPerExecution)
                AND trace_piece.key < (trace.key + 1) * \(SQLiteRows.piecesPerExecution)),
            (SELECT count(*) FROM trace_execution WHERE trace = trace.key),
            (SELECT count(*) FROM trace_execution JOIN execution ON execution.key = execution
                WHERE trace = trace.key AND execution.traced IS NOT NULL)
        FROM trace
        """

    init(_ connection: OpaquePointer) throws(SQLiteFailure) {
        tracesOf = try Statement(
            """
            SELECT trace.key, trace.id
            FROM trace_execution JOIN trace ON trace.key = trace_execution.trace
            WHERE trace_execution.execution = ?1
            """, on: connection)
        pieces = try Statement(SQLiteRows.tracePieces, on: connection)
        told = try Statement(SQLiteRows.toldOfExecution, on: connection)
    }

    func finalize() {
        for statement in [tracesOf, pieces, told] { statement.finalize() }
    }

    func tracing(of execution: Int64) throws(SQLiteFailure) -> AuditedRow.Tracing {
        var traces: [(id: TraceID, pieces: [[UInt8]])] = []
        tracesOf.bind(1, execution)
        try tracesOf.each { (row) throws(SQLiteFailure) in
            let key = row.integer(0)
            var found: [[UInt8]] = []
            pieces.bind(1, SQLiteRows.pieceKey(trace: key, piece: 0))
            pieces.bind(2, SQLiteRows.pieceKey(trace: key &+ 1, piece: 0))
            try pieces.each { (piece) in found.append(piece.bytes(0) { Array($0) }) }
            traces.append((try SQLiteRows.traceID(row, column: 1), found))
        }
        told.bind(1, execution)
        return AuditedRow.Tracing(
            told: try told.first { (row) in row.bytes(0) { Array($0) } }, traces: traces)
    }
}
