import GRDBSQLite
import StintModel
import StintStorage

extension SQLiteRows {
    private static let clientColumns = """
        key, id, first_seen_at, last_seen_at, highest, received, stored, rejected, dropped,
            unknown, gaps
        """

    static let client = "SELECT \(clientColumns) FROM client WHERE workspace = ?1 AND id = ?2"

    static let clients = "SELECT \(clientColumns) FROM client WHERE workspace = ?1"

    /// Those heard last first.
    static let clientPage = """
        SELECT \(clientColumns) FROM client INDEXED BY client_by_last_seen
        WHERE workspace = ?1 AND (last_seen_at, key) < (?2, ?3)
        ORDER BY last_seen_at DESC, key DESC LIMIT ?4
        """

    static let clientCount = """
        SELECT count(*) FROM client INDEXED BY client_by_last_seen WHERE workspace = ?1
        """

    static let clientSums = """
        SELECT count(*), coalesce(sum(received), 0), coalesce(sum(stored), 0),
            coalesce(sum(rejected), 0), coalesce(sum(dropped), 0),
            coalesce(sum(max(0, highest - received - dropped)), 0)
        FROM client WHERE workspace = ?1
        """

    static let forgottenClients = """
        SELECT received, stored, rejected, dropped FROM forgotten_clients WHERE workspace = ?1
        """

    /// The client of a row of these columns.
    ///
    /// - Throws: Where it is none: see ``ClientLedger/init(_:)``.
    static func client(_ row: Statement) throws(SQLiteFailure) -> StoredClient {
        let damaged = SQLiteFailure(code: SQLITE_CORRUPT, message: "a client's books are damaged")
        guard let id = ClientID(rawValue: row.text(1)) else { throw damaged }
        let stored = ClientLedger.Row(
            firstSeenAt: row.instant(2), lastSeenAt: row.instant(3), highest: row.integer(4),
            received: row.integer(5), stored: row.integer(6), rejected: row.integer(7),
            dropped: row.integer(8), unknown: row.integer(9), gaps: row.bytes(10) { Array($0) })
        do throws(DamagedBytes) {
            return StoredClient(id: id, ledger: try ClientLedger(stored))
        } catch {
            throw damaged
        }
    }
}
