import GRDBSQLite
import StintMetrics
import StintModel
import StintStorage

// How long things are kept, and how they go.

extension SQLiteWriter {
    func expire(_ expiry: Expiry) throws(StoreError) -> Int {
        var expiry = expiry
        expiry.limit = expiryPortion(expiry.limit)
        let (now, limit) = (expiry.now, expiry.limit)
        // The trail first and by itself: removing it takes no room of its own, so that even a full
        // store gets room back, which removing executions then needs.
        let pieces = try transaction { () throws(SQLiteFailure) in
            statements.expireTrail.bind(1, now - expiry.trailRetention)
            statements.expireTrail.bind(2, Int64(limit))
            try statements.expireTrail.run()
            return Int(sqlite3_changes(connection))
        }
        crashPoint("expiry")
        let executions = try transaction { () throws(SQLiteFailure) in
            var keys: [Int64] = []
            statements.findExpired.bind(1, now - expiry.retention)
            statements.findExpired.bind(2, Int64(limit))
            try statements.findExpired.each { (row) in keys.append(row.integer(0)) }
            return try remove(keys) { state in
                state.expiresAt(retention: expiry.retention).map { $0 <= now } ?? false
            }
        }
        let traces = try expireUndecided(expiry)
        let cells = try expireCells(expiry) + expireLoad(expiry)
        let clients = try expireClients(expiry)
        let oldest = try expireOldest(expiry)
        try expireErasures(now)
        try giveRoomBack()
        checkpointIfDue()
        returnRoom()
        return pieces + executions + traces + cells + clients + oldest
    }

    // MARK: Executions

    /// Removes executions that ended long ago; what they count for stays, and is noted.
    ///
    /// - Returns: How many were removed.
    private func remove(
        _ keys: [Int64], where isDue: (ExecutionState) -> Bool
    ) throws(SQLiteFailure) -> Int {
        var ledger = DayLedger()
        var removed = 0
        for key in keys {
            guard let (workspace, state) = try remove(key, where: isDue) else { continue }
            removed += 1
            crashPoint("removal")
            if let contribution = Contribution(of: state, prices: prices) {
                ledger.add(contribution, in: workspace)
            }
        }
        try add(expired: ledger)
        return removed
    }

    /// - Returns: Whose it was and what it was, where it was removed.
    func remove(
        _ key: Int64, where isDue: (ExecutionState) -> Bool
    ) throws(SQLiteFailure) -> (Workspace, ExecutionState)? {
        statements.load.bind(1, key)
        let loaded = try statements.load.first { (row) throws(SQLiteFailure) in
            let state = try SQLiteRows.state(row, column: 2)
            return (
                workspace: row.integer(0), id: row.text(1), isApart: row.integer(3) != 0,
                name: row.text(4), isTraced: !row.isNull(5), state: state
            )
        }
        guard var loaded, let id = ExecutionID(rawValue: loaded.id),
            let workspace = Workspace(rawValue: loaded.name), isDue(loaded.state)
        else { return nil }
        if loaded.isApart {
            loaded.state = try SQLiteRows.adding(statements.stepsOf, of: key, to: loaded.state)
        }
        try removeSearch(
            key, SearchTerms.text(workspace: loaded.workspace, id, loaded.state))
        for statement in [statements.removeSteps, statements.removeExecution] {
            statement.bind(1, key)
            try statement.run()
        }
        statements.removeTrail.bind(1, SQLiteRows.trailKey(execution: key, piece: 0))
        statements.removeTrail.bind(2, SQLiteRows.trailKey(execution: key &+ 1, piece: 0))
        try statements.removeTrail.run()
        if loaded.isTraced { try removeTracing(of: key) }
        recent.forget(RecentExecutions.Identity(workspace: loaded.workspace, id: id))
        return (workspace, loaded.state)
    }

    /// Where the store takes more than it may: removes spans that wait, and executions that ended
    /// and began first.
    private func expireOldest(_ expiry: Expiry) throws(StoreError) -> Int {
        guard let maximum = expiry.maximumBytes, try usedBytes() > maximum else { return 0 }
        return try transaction { () throws(SQLiteFailure) in
            // Those that are the least likely to be missed, before what is known to be wanted.
            let waiting = try removeUndecided(0, before: expiry.now, limit: expiry.limit)
            if waiting > 0 { return waiting }
            var oldest: [(sortAt: Instant, key: Int64)] = []
            var workspaces: [Int64] = []
            try statements.workspaces.each { (row) in workspaces.append(row.integer(0)) }
            for workspace in workspaces {
                for status in ExecutionStatus.allCases where status.isFinal || status == .lost {
                    let list = statements.findOldest
                    list.bind(1, workspace)
                    list.bind(2, Int64(status.rawValue))
                    list.bind(3, Int64(expiry.limit))
                    try list.each { (row) in oldest.append((row.instant(1), row.integer(0))) }
                }
            }
            oldest.sort { $0.sortAt < $1.sortAt }
            let removed = try remove(oldest.prefix(expiry.limit).map(\.key)) { _ in true }
            if removed > 0 { return removed }
            return try removeUndecided(1, before: expiry.now, limit: expiry.limit)
        }
    }

    private func usedBytes() throws(StoreError) -> Int64 {
        (try pragma("page_count") - pragma("freelist_count")) * SQLiteRows.pageBytes
    }

    // MARK: Erasure

    func erase(
        _ id: ExecutionID, in workspace: Workspace, until horizon: Instant
    ) throws(StoreError) -> Bool {
        var hashes = [erasures.hash(id, in: workspace)]
        let isThere = try transaction { () throws(SQLiteFailure) in
            let number = try key(ofWorkspace: workspace)
            statements.find.bind(1, number)
            statements.find.bind(2, id.rawValue)
            guard let key = try statements.find.first({ $0.integer(0) }) else { return false }
            for trace in try releaseTraces(of: key, in: workspace) {
                hashes.append(erasures.hash(trace, in: workspace))
            }
            guard let (_, state) = try remove(key, where: { _ in true }) else { return false }
            var delta = RollUpDelta()
            delta.replace(state, with: nil, in: workspace, prices: prices)
            try add(delta)
            for hash in hashes {
                statements.putErasure.bind(1, hash)
                statements.putErasure.bind(2, horizon)
                try statements.putErasure.run()
            }
            return true
        }
        if isThere { for hash in hashes { erasures.insert(hash) } }
        checkpointIfDue()
        return isThere
    }

    private func expireErasures(_ now: Instant) throws(StoreError) {
        if erasures.isEmpty { return }
        let kept = try transaction { () throws(SQLiteFailure) in
            statements.expireErasures.bind(1, now)
            try statements.expireErasures.run()
            return try statements.keptErasures()
        }
        erasures.replace(kept)
    }

    // MARK: Roll-ups

    /// Notes what expired executions count for: their cells keep it.
    private func add(expired ledger: DayLedger) throws(SQLiteFailure) {
        for (key, entry) in ledger.entries {
            let workspace = try self.key(ofWorkspace: key.workspace)
            bind(expired: key, workspace, to: statements.findExpiredCell)
            var sum = entry
            let held = try statements.findExpiredCell.first { (row) throws(SQLiteFailure) in
                try SQLiteRows.entry(row, cell: 0, minutes: 1)
            }
            if let held { sum.add(held) }
            bind(expired: key, workspace, to: statements.putExpiredCell)
            statements.putExpiredCell.bind(5, sum.day.encoded)
            statements.putExpiredCell.bind(6, Int64(bitPattern: sum.minutes))
            try statements.putExpiredCell.run()
        }
    }

    private func bind(expired key: RollUpKey, _ workspace: Int64, to statement: Statement) {
        statement.bind(1, workspace)
        statement.bind(2, key.start)
        statement.bind(3, key.agent ?? "")
        statement.bind(4, name: key.model)
    }

    /// Removes cells whose level does not keep them any longer, from whole days on.
    private func expireCells(_ expiry: Expiry) throws(StoreError) -> Int {
        var removed = 0
        for (level, kept) in [
            (RollUpLevel.minute, expiry.minutes), (.hour, expiry.hours), (.day, expiry.days),
        ] {
            let horizon = RollUpLevel.day.start(of: expiry.now - kept)
            let before = horizons[level]
            removed += try transaction { () throws(SQLiteFailure) in
                if before.map({ $0 < horizon }) ?? true {
                    statements.putSetting.bind(1, WriterStatements.horizonName(level))
                    statements.putSetting.bind(2, horizon)
                    try statements.putSetting.run()
                }
                return try removeCells(level, before: horizon, limit: expiry.limit)
            }
            horizons[level] = max(horizon, before ?? horizon)
        }
        return removed
    }

    private func removeCells(
        _ level: RollUpLevel, before horizon: Instant, limit: Int
    ) throws(SQLiteFailure) -> Int {
        var workspaces: [Int64] = []
        try statements.workspaces.each { (row) in workspaces.append(row.integer(0)) }
        var removed = 0
        for workspace in workspaces {
            try SQLiteRows.eachSeries(
                statements.nextSeries, workspace: workspace, level: level
            ) { (series) throws(SQLiteFailure) in
                statements.removeCells.bind(workspace, level, series, horizon)
                statements.removeCells.bind(6, Int64(limit - removed))
                try statements.removeCells.run()
                removed += Int(sqlite3_changes(connection))
                return removed < limit
            }
        }
        return removed
    }

    // MARK: Room

    /// Gives free pages back to the disk, a portion at a time, once they are many: a file that
    /// grows again at once would pay for each twice.
    private func giveRoomBack() throws(StoreError) {
        let free = try pragma("freelist_count")
        guard free > 1_024, try free > pragma("page_count") / 8 else { return }
        _ = try pragma("incremental_vacuum(2048)")
    }

    /// Runs a pragma that answers a number, or nothing, which is 0.
    private func pragma(_ text: String) throws(StoreError) -> Int64 {
        do {
            return try onConnection {
                let statement = try Statement("PRAGMA \(text)", on: connection)
                defer { statement.finalize() }
                var number: Int64 = 0
                while try statement.step() { number = statement.integer(0) }
                return number
            }
        } catch {
            throw StoreError(error)
        }
    }
}

extension WriterStatements {
    static func horizonName(_ level: RollUpLevel) -> String { "horizon.\(level.rawValue)" }

    func storedHorizons() throws(SQLiteFailure) -> [RollUpLevel: Instant] {
        var horizons: [RollUpLevel: Instant] = [:]
        for level in RollUpLevel.allCases {
            horizon.bind(1, Self.horizonName(level))
            horizons[level] = try horizon.first { $0.instant(0) }
        }
        return horizons
    }

    func keptErasures() throws(SQLiteFailure) -> Set<[UInt8]> {
        var hashes: Set<[UInt8]> = []
        try erasures.each { (row) in hashes.insert(row.bytes(0) { Array($0) }) }
        return hashes
    }
}
