import GRDBSQLite
import StintMetrics
public import StintModel
public import StintStorage
import Synchronization

// What calls cost is not in a state: cells hold it by the book that is noted beside them.

extension SQLiteWriter {
    /// Changes the cells, and the note, from one book to another in one transaction.
    ///
    /// - Returns: Of how many executions the cost is another now.
    func reprice(by book: PriceBook) throws(StoreError) -> Int {
        guard book != prices else { return 0 }
        try admit()
        let changed = try transaction { () throws(SQLiteFailure) in
            let changed = try replaceCosts(by: book)
            statements.putSetting.bind(1, SQLiteRows.pricesName)
            statements.putSetting.bind(2, book.encoded)
            try statements.putSetting.run()
            crashPoint("repriced")
            return changed
        }
        prices = book
        checkpointIfDue()
        return changed
    }

    /// Executions whose costs change are added to the roll-up so many at a time, as a group of
    /// recordings is.
    private static let portion = 100

    private func replaceCosts(by book: PriceBook) throws(SQLiteFailure) -> Int {
        // Only what ended counts for a cost.
        let list = try Statement(
            """
            SELECT execution.key, apart, state, name
            FROM execution CROSS JOIN workspace ON workspace.key = execution.workspace
            WHERE stop_at IS NOT NULL
            ORDER BY execution.key
            """, on: connection)
        defer { list.finalize() }
        var changed = 0
        var delta = RollUpDelta()
        while try list.step() {
            // One that is damaged can neither be taken out of a cell nor be put into one.
            let state = try SQLiteRows.readableState(
                list, column: 2, isApart: list.integer(1) != 0, key: list.integer(0),
                steps: statements.stepsOf)
            guard let state, let workspace = Workspace(rawValue: list.text(3)),
                let old = Contribution(of: state, prices: prices), old.hasCalls,
                let new = Contribution(of: state, prices: book), new != old
            else { continue }
            delta.replace(old, with: new, in: workspace)
            changed += 1
            if changed % Self.portion == 0 {
                try add(delta)
                delta = RollUpDelta()
                crashPoint("repricing")
            }
        }
        try add(delta)
        return changed
    }
}

extension SQLiteExecutionStore {
    public var prices: PriceBook { book.withLock(\.self) }

    public func reprice(by prices: PriceBook) async throws(StoreError) -> Int {
        let changed = try await writer.reprice(by: prices)
        book.withLock { $0 = prices }
        return changed
    }
}

extension SQLiteRows {
    static let pricesName = "prices"
    static let prices = "SELECT value FROM setting WHERE name = '\(pricesName)'"

    /// The book by which the cells hold costs; without a price where none was ever noted.
    static func prices(on connection: OpaquePointer) throws(SQLiteFailure) -> PriceBook {
        let find = try Statement(prices, on: connection)
        defer { find.finalize() }
        let book = try find.first { (row) throws(SQLiteFailure) in
            do throws(DamagedBytes) {
                return try row.bytes(0) { (bytes) throws(DamagedBytes) in
                    try PriceBook(encoded: bytes)
                }
            } catch {
                throw SQLiteFailure(code: SQLITE_CORRUPT, message: "the prices are damaged")
            }
        }
        return book ?? PriceBook()
    }
}

extension Contribution {
    fileprivate var hasCalls: Bool { finish?.calls.isEmpty == false }
}
