import GRDBSQLite
import StintModel
import StintStorage

// The books of clients: a row each, written once a group however many of its batches are in it.

extension SQLiteWriter {
    private struct Client: Hashable {
        var workspace: Int64
        var id: ClientID
    }

    // MARK: Recording

    func record(_ batches: [ClientBatch], receivedAt: Instant) throws(SQLiteFailure) {
        if batches.isEmpty { return }
        var ledgers: [Client: ClientLedger] = [:]
        var grown: Set<Int64> = []
        for batch in batches {
            let client = Client(
                workspace: try key(ofWorkspace: batch.workspace), id: batch.client)
            var ledger: ClientLedger
            if let known = ledgers[client] {
                ledger = known
            } else if let stored = try storedLedger(of: client) {
                ledger = stored
            } else {
                ledger = ClientLedger(firstSeenAt: receivedAt)
                grown.insert(client.workspace)
            }
            ledger.add(batch, at: receivedAt)
            ledgers[client] = ledger
        }
        for (client, ledger) in ledgers { try put(ledger.row, of: client) }
        for workspace in grown { try forgetCrowd(of: workspace) }
    }

    /// - Returns: `nil` also where it is damaged, and begins anew: books harm no events.
    private func storedLedger(of client: Client) throws(SQLiteFailure) -> ClientLedger? {
        let find = statements.clients.find
        find.bind(1, client.workspace)
        find.bind(2, client.id.rawValue)
        return try find.first { (row) in try? SQLiteRows.client(row).ledger } ?? nil
    }

    private func put(_ row: ClientLedger.Row, of client: Client) throws(SQLiteFailure) {
        let put = statements.clients.put
        put.bind(1, client.workspace)
        put.bind(2, client.id.rawValue)
        put.bind(3, row.firstSeenAt)
        put.bind(4, row.lastSeenAt)
        put.bind(5, row.highest)
        put.bind(6, row.received)
        put.bind(7, row.stored)
        put.bind(8, row.rejected)
        put.bind(9, row.dropped)
        put.bind(10, row.unknown)
        put.bind(11, row.gaps)
        try put.run()
    }

    // MARK: Keeping

    /// Clients are kept so long at least: what waits on a disk may come late, and may have come before.
    private static let leastKept = TimeSpan.days(1)

    /// Forgets clients beyond as many as a workspace may have.
    private func forgetCrowd(of workspace: Int64) throws(SQLiteFailure) {
        statements.clients.count.bind(1, workspace)
        let count = try statements.clients.count.first { $0.integer(0) } ?? 0
        let excess = Int(count) - ClientLedger.clientsPerWorkspace
        if excess > 0 {
            _ = try forgetClients(
                of: workspace, silentSince: Instant.writable.upperBound, limit: excess)
        }
    }

    /// Forgets clients that were silent for long.
    ///
    /// - Returns: How many.
    func expireClients(_ expiry: Expiry) throws(StoreError) -> Int {
        let horizon = expiry.now - max(expiry.trailRetention, Self.leastKept)
        return try transaction { () throws(SQLiteFailure) in
            var workspaces: [Int64] = []
            try statements.workspaces.each { (row) in workspaces.append(row.integer(0)) }
            var removed = 0
            for workspace in workspaces where removed < expiry.limit {
                removed += try forgetClients(
                    of: workspace, silentSince: horizon, limit: expiry.limit - removed)
            }
            return removed
        }
    }

    /// What they came to is kept.
    private func forgetClients(
        of workspace: Int64, silentSince horizon: Instant, limit: Int
    ) throws(SQLiteFailure) -> Int {
        for statement in [statements.clients.sumForgotten, statements.clients.remove] {
            statement.bind(1, workspace)
            statement.bind(2, horizon)
            statement.bind(3, Int64(limit))
            try statement.run()
        }
        return Int(sqlite3_changes(connection))
    }
}
