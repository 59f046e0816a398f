import GRDBSQLite
import StintMetrics
import StintModel
import StintStorage

/// The figures of one workspace in the snapshot that a reader reads.
struct SQLiteFigures: FiguresSnapshot {
    let reader: SQLiteReader
    /// `nil` where nothing was ever recorded in it.
    let workspace: Int64?
    /// What is not yet brought into the cells.
    private let pending: [RollUpSeries: [(start: Instant, cell: RollUpCell)]]
    /// By what the cells hold costs.
    let prices: PriceBook
    /// What other snapshots showed to be open.
    let opened: OpenExecutions
    let memory = SnapshotMemory()

    init(
        _ reader: SQLiteReader, of workspace: Workspace, pending: PendingRollUps,
        opened: OpenExecutions, prices: PriceBook
    ) throws(SQLiteFailure) {
        self.reader = reader
        self.opened = opened
        self.prices = prices
        self.workspace = try reader.key(of: workspace)
        self.pending = try pending.cells(for: reader)[workspace] ?? [:]
    }

    /// A failure to read says nothing of what was written: it may succeed later.
    func mapped<Value>(
        _ body: () throws(SQLiteFailure) -> Value
    ) throws(StoreError) -> Value {
        do throws(SQLiteFailure) {
            return try body()
        } catch {
            switch StoreError(error) {
            case .broken(let reason), .refused(let reason): throw .unavailable(reason: reason)
            case let other: throw other
            }
        }
    }

    // MARK: Names

    func agents() throws(StoreError) -> [KnownAgent] {
        try mapped { () throws(SQLiteFailure) in
            var agents: [KnownAgent] = []
            try eachAgent { agents.append($0) }
            return agents
        }
    }

    /// By the bytes of their names; the number is the key.
    func eachAgent(
        _ visit: (KnownAgent) throws(SQLiteFailure) -> Void
    ) throws(SQLiteFailure) {
        guard let workspace else { return }
        let list = try reader.statement(
            "SELECT key, name, seen_at FROM agent WHERE workspace = ?1 ORDER BY name")
        list.bind(1, workspace)
        try list.each { (row) throws(SQLiteFailure) in
            let seenAt = row.optionalInteger(2).map(Instant.init(microseconds:))
            try visit(KnownAgent(number: row.integer(0), name: row.text(1), seenAt: seenAt))
        }
    }

    func models(of agent: String?) throws(StoreError) -> [String] {
        try mapped { () throws(SQLiteFailure) in
            guard let workspace else { return [] }
            // The executions' own cells come last.
            var models = Set<Spelling>()
            let next = try reader.statement(SQLiteRows.nextModel)
            var last: String?
            while true {
                next.bind(1, workspace)
                next.bind(2, name: agent)
                if let last { next.bind(3, last) } else { next.bind(3, Int64.min) }
                guard let model = try next.first({ SQLiteRows.name($0, column: 0) }) ?? nil
                else { break }
                models.insert(Spelling(model))
                last = model
            }
            let all = RollUpSeries(agent: agent)
            for series in pending.keys {
                guard let model = series.model, RollUpSeries(agent: series.agent) == all
                else { continue }
                models.insert(Spelling(model))
            }
            return models.map(\.text).sorted { $0.isSpelledBefore($1) }
        }
    }

    func firstDay() throws(StoreError) -> Instant? {
        try mapped { () throws(SQLiteFailure) in
            guard let workspace else { return nil }
            let find = try reader.statement(
                """
                SELECT start FROM roll_up
                WHERE workspace = ?1 AND level = 2 AND agent = x'' AND model = x''
                ORDER BY start LIMIT 1
                """)
            find.bind(1, workspace)
            let stored = try find.first { $0.instant(0) }
            let waiting = pending[RollUpSeries()]?.map { RollUpLevel.day.start(of: $0.start) }.min()
            guard let stored else { return waiting }
            return waiting.map { min($0, stored) } ?? stored
        }
    }

    // MARK: Cells

    static func cellsText(_ columns: String) -> String {
        """
        SELECT \(columns) FROM roll_up
        WHERE workspace = ?1 AND level = ?2 AND agent = ?3 AND model = ?4 AND start >= ?5
            AND start < ?6
        """
    }

    /// Binds what every read of cells begins with.
    private func cells(
        _ columns: String, _ level: RollUpLevel, of series: RollUpSeries, in range: Range<Instant>
    ) throws(SQLiteFailure) -> Statement? {
        guard let workspace else { return nil }
        let list = try reader.statement(Self.cellsText(columns))
        // Of minutes that had their time, half a cell would be worse than none.
        let from = max(range.lowerBound, try reader.horizon(of: level) ?? range.lowerBound)
        list.bind(workspace, level, series, from)
        list.bind(6, range.upperBound)
        return list
    }

    func add(
        _ level: RollUpLevel, of series: RollUpSeries, in range: Range<Instant>,
        to sum: inout RollUpSum
    ) throws(StoreError) {
        try mapped { () throws(SQLiteFailure) in
            for (start, cell) in pending[series] ?? [] where range.contains(start) {
                sum.add(cell)
            }
            let withSketches = sum.hasDistributions
            let columns = withSketches ? "counters, sketches" : "counters"
            try cells(columns, level, of: series, in: range)?.each { (row) throws(SQLiteFailure) in
                for column in 0...(withSketches ? 1 : 0) {
                    guard row.bytes(Int32(column), { sum.add(encoded: $0) }) else {
                        throw Self.damagedCell
                    }
                }
            }
        }
    }

    func distributions(
        _ distribution: RollUpCell.Distribution, _ level: RollUpLevel, of agent: String?,
        in range: Range<Instant>
    ) throws(StoreError) -> [(start: Instant, sketch: Sketch)] {
        try mapped { () throws(SQLiteFailure) in
            var found: [Instant: Sketch] = [:]
            let series = RollUpSeries(agent: agent)
            try cells("start, sketches", level, of: series, in: range)?.each {
                (row) throws(SQLiteFailure) in
                found[row.instant(0)] = try SQLiteRows.cell(row, column: 1)[distribution]
            }
            for (start, cell) in pending[series] ?? [] where range.contains(start) {
                found[level.start(of: start), default: Sketch()].add(cell[distribution])
            }
            return found.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }
                .map { ($0.key, $0.value) }
        }
    }

    func slots(of agent: String?, in range: Range<Instant>) throws(StoreError) -> [SlotCounts] {
        if let slots = memory.slots(of: agent, in: range) { return slots }
        return try mapped { () throws(SQLiteFailure) in
            let series = RollUpSeries(agent: agent)
            let length = range.upperBound.since(range.lowerBound).microseconds
            var slots = [SlotCounts](
                repeating: SlotCounts(), count: Int(length / SlotCounts.span.microseconds))
            func place(_ start: Instant) -> Int {
                Int(start.since(range.lowerBound).microseconds / SlotCounts.span.microseconds)
            }
            try cells("start, slots", .hour, of: series, in: range)?.each {
                (row) throws(SQLiteFailure) in
                let hour = place(row.instant(0))
                let isRead = row.bytes(1) { bytes in
                    StoredSlots.read(bytes) { slots[hour + $0].add($1) }
                }
                guard isRead else { throw Self.damagedCell }
            }
            for (start, cell) in pending[series] ?? [] where range.contains(start) {
                slots[place(start)].add(SlotCounts(cell))
            }
            memory.remember(slots, of: agent, in: range)
            return slots
        }
    }

    func minutes(of agent: String?, in range: Range<Instant>) throws(StoreError) -> [SlotCounts] {
        try mapped { () throws(SQLiteFailure) in
            let series = RollUpSeries(agent: agent)
            let minute = RollUpLevel.minute.span.microseconds
            let length = range.upperBound.since(range.lowerBound).microseconds
            var minutes = [SlotCounts](repeating: SlotCounts(), count: Int(length / minute))
            func place(_ start: Instant) -> Int {
                Int(start.since(range.lowerBound).microseconds / minute)
            }
            try cells("start, counters", .minute, of: series, in: range)?.each {
                (row) throws(SQLiteFailure) in
                var sum = RollUpSum()
                guard row.bytes(1, { sum.add(encoded: $0) }) else { throw Self.damagedCell }
                minutes[place(row.instant(0))].add(SlotCounts(sum))
            }
            for (start, cell) in pending[series] ?? [] where range.contains(start) {
                minutes[place(start)].add(SlotCounts(cell))
            }
            return minutes
        }
    }

    private static let damagedCell = SQLiteFailure(
        code: SQLITE_CORRUPT, message: "a roll-up cell is damaged")
}

extension SQLiteRows {
    /// The model after one among those of an agent; x'' where there is none any more.
    static let nextModel = """
        SELECT model FROM roll_up
        WHERE workspace = ?1 AND level = 2 AND agent = ?2 AND model > ?3 ORDER BY model LIMIT 1
        """
}
