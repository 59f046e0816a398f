import GRDBSQLite
public import StintModel
public import StintStorage

extension SQLiteExecutionStore {
    public func clients(
        in workspace: Workspace, after position: PagePosition?, limit: Int
    ) async throws(StoreError) -> ClientPage {
        try await read { reader throws(SQLiteFailure) in
            try reader.clients(in: workspace, after: position, limit: limit)
        }
    }

    public func clientTotals(in workspace: Workspace) async throws(StoreError) -> ClientTotals {
        try await read { reader throws(SQLiteFailure) in
            try reader.clientTotals(in: workspace)
        }
    }
}

extension SQLiteReader {
    func clients(
        in workspace: Workspace, after position: PagePosition?, limit: Int
    ) throws(SQLiteFailure) -> ClientPage {
        guard let workspace = try key(of: workspace) else {
            return ClientPage(items: [], next: nil)
        }
        let list = try statement(SQLiteRows.clientPage)
        list.bind(1, workspace)
        list.bind(2, position?.key ?? .max)
        list.bind(3, position?.tie ?? .max)
        // One more says whether there is a next page.
        list.bind(4, Int64(limit) + 1)
        var rows = 0
        var found: [StoredClient] = []
        var last: PagePosition?
        var next: PagePosition?
        try list.each { (row) in
            if rows == limit {
                next = last
                return
            }
            rows += 1
            last = PagePosition(key: row.integer(3), tie: row.integer(0))
            // Of damaged books the audit tells.
            if let client = try? SQLiteRows.client(row) { found.append(client) }
        }
        return ClientPage(items: found, next: next)
    }

    func clientTotals(in workspace: Workspace) throws(SQLiteFailure) -> ClientTotals {
        var totals = ClientTotals()
        guard let workspace = try key(of: workspace) else { return totals }
        let forgotten = try statement(SQLiteRows.forgottenClients)
        forgotten.bind(1, workspace)
        try forgotten.each { (row) in
            (totals.received, totals.stored) = (row.integer(0), row.integer(1))
            (totals.rejected, totals.dropped) = (row.integer(2), row.integer(3))
        }
        let sums = try statement(SQLiteRows.clientSums)
        sums.bind(1, workspace)
        // What a damaged file holds must not trap.
        try sums.each { (row) in
            totals.clients = row.integer(0)
            totals.received &+= row.integer(1)
            totals.stored &+= row.integer(2)
            totals.rejected &+= row.integer(3)
            totals.dropped &+= row.integer(4)
            totals.missing = row.integer(5)
        }
        return totals
    }
}
