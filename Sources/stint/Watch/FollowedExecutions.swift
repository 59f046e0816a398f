import StintModel
import StintWire

/// The executions that are followed: those open, and those that ended a moment ago, in an order
/// that does not change under the reader.
struct FollowedExecutions: Sendable {
    /// How many are held; beyond, those heard of last are left out.
    static let capacity = 2_000
    /// How long one that ended keeps its place.
    static let stay = TimeSpan.seconds(10)
    /// How many of those that ended are remembered, so that none counts twice.
    private static let memory = 10_000

    struct Row: Hashable, Sendable {
        var execution: ExecutionBody
        /// When its end became known here; `nil` while it is open.
        var endedAt: Instant?
    }

    let filter: ExecutionFilter
    /// From when on those that end are counted.
    let since: Instant
    /// How many ended, by how.
    private(set) var ended: [ExecutionStatus: Int] = [:]
    /// Whether there are more open ones than are held.
    private(set) var isCut = false

    private var hasLoaded = false
    private var rows: [String: Row] = [:]
    /// All rows, those queued among them in the order in which they came.
    private var order: [String] = []
    private var verdicts: [String: ExecutionStatus] = [:]
    private var verdictOrder: [String] = []
    private var isLoading = false
    /// Those told of while a load is on its way: newer than what it brings.
    private var toldMeanwhile: Set<String> = []
    /// Of which it has to be asked what became of them, and those of which it was.
    private var missing: [String] = []
    private var asked: Set<String> = []

    init(filter: ExecutionFilter = ExecutionFilter(parameters: []), since: Instant) {
        self.filter = filter
        self.since = since
    }

    subscript(_ id: String) -> Row? { rows[id] }

    /// What has started: open, lost, or just ended.
    var started: [Row] {
        order.compactMap { rows[$0] }.filter { !$0.execution.isQueued }
    }

    /// In the order in which they are due: by priority, then the oldest first.
    var queued: [Row] {
        order.compactMap { rows[$0] }.filter(\.execution.isQueued).sorted { one, other in
            let (left, right) = (one.execution, other.execution)
            if left.priority ?? 0 != right.priority ?? 0 {
                return left.priority ?? 0 > right.priority ?? 0
            }
            return (left.queuedAt?.microseconds ?? .max, left.id)
                < (right.queuedAt?.microseconds ?? .max, right.id)
        }
    }

    // MARK: From the server

    /// The open ones are asked for: from now on what the feed tells is newer than the answer.
    mutating func willLoad() { isLoading = true }

    /// Whether a load that is on its way tells the newest of it.
    func isDueToLoad(_ id: String) -> Bool { !toldMeanwhile.contains(id) }

    /// Takes the open ones there are. Those known keep their place; the first ones stand by how
    /// unusual they are, lost ones above all. Those held that are not among them are missing.
    ///
    /// - Parameter isWhole: Whether these are all; otherwise those missing are let go.
    mutating func load(
        _ executions: [ExecutionBody], isWhole: Bool, usual: [String: UsualTime], at now: Instant
    ) {
        isLoading = false
        isCut = !isWhole
        let told = toldMeanwhile
        toldMeanwhile.removeAll()
        let loaded = Set(executions.map(\.id))
        missing = order.filter {
            !loaded.contains($0) && !told.contains($0) && rows[$0]?.endedAt == nil
        }
        if !isWhole {
            for id in missing { forget(id) }
            missing.removeAll()
        }
        let strangeness = executions.map { (-$0.strangeness(usual, now), $0) }
            .sorted { ($0.0, $0.1.id) < ($1.0, $1.1.id) }
        for (_, execution) in strangeness where !told.contains(execution.id) {
            receive(execution, at: now)
        }
        guard !hasLoaded else { return }
        hasLoaded = true
        // What the feed told of while the first load was on its way stands among the others.
        let ranks = rows.mapValues { -$0.execution.strangeness(usual, now) }
        order.sort { (ranks[$0] ?? 0, $0) < (ranks[$1] ?? 0, $1) }
    }

    /// One that is missing; it counts as asked for from then on.
    mutating func nextMissing() -> String? {
        guard let id = missing.popLast() else { return nil }
        asked.insert(id)
        return id
    }

    /// Whether it was asked for, and the feed has not told of it since; from then on it was not.
    mutating func wasAsked(_ id: String) -> Bool { asked.remove(id) != nil }

    /// Takes an execution as it is now.
    mutating func receive(_ execution: ExecutionBody, at now: Instant) {
        hear(of: execution.id)
        let isFinal = execution.standing?.isFinal ?? false
        let old = rows[execution.id]
        guard old != nil || filter.matches(execution) else { return }
        if isFinal { count(execution) }
        guard old != nil || !isFinal || isRecent(execution, now) else { return }
        if old == nil, rows.count >= Self.capacity {
            isCut = true
            return
        }
        rows[execution.id] = Row(
            execution: execution, endedAt: isFinal ? old?.endedAt ?? now : nil)
        // What starts goes to the end of those that started.
        if old == nil || (old?.execution.isQueued == true && !execution.isQueued) {
            order.removeAll { $0 == execution.id }
            order.append(execution.id)
        }
    }

    mutating func erase(_ id: String) {
        hear(of: id)
        forget(id)
    }

    private mutating func hear(of id: String) {
        if isLoading { toldMeanwhile.insert(id) }
        asked.remove(id)
    }

    private mutating func forget(_ id: String) {
        rows[id] = nil
        order.removeAll { $0 == id }
    }

    /// Lets go of those that ended long enough ago.
    mutating func settle(at now: Instant) {
        let gone = rows.values.filter { row in row.endedAt.map { now >= $0 + Self.stay } ?? false }
        guard !gone.isEmpty else { return }
        for row in gone { rows[row.execution.id] = nil }
        order.removeAll { rows[$0] == nil }
    }

    /// Whether it ended just now, so that its end is news.
    private func isRecent(_ execution: ExecutionBody, _ now: Instant) -> Bool {
        guard let end = execution.finishedAt else { return false }
        return end >= since && now < end + Self.stay
    }

    /// Counts an end, once; another end told of the same execution takes its place.
    private mutating func count(_ execution: ExecutionBody) {
        guard let status = execution.standing, let end = execution.finishedAt, end >= since
        else { return }
        if let former = verdicts.updateValue(status, forKey: execution.id) {
            ended[former, default: 0] -= 1
        } else {
            verdictOrder.append(execution.id)
            if verdictOrder.count > 2 * Self.memory {
                for id in verdictOrder.prefix(Self.memory) { verdicts[id] = nil }
                verdictOrder.removeFirst(Self.memory)
            }
        }
        ended[status, default: 0] += 1
    }
}

extension ExecutionBody {
    var isQueued: Bool { standing == .queued || standing == .pending }

    /// How long the current attempt has been running; until the last sign of life where it is lost.
    func elapsed(now: Instant) -> TimeSpan? {
        guard let start = attemptStartedAt else { return nil }
        switch standing {
        case .running, .waiting: return max(.zero, now.since(start))
        case .lost: return lastEventAt.map { $0.since(start) }
        default: return duration
        }
    }

    /// By what the worth of a look at it is judged: lost ones above all, then the time it took of
    /// what is usual, then those of which nothing is known.
    fileprivate func strangeness(_ usual: [String: UsualTime], _ now: Instant) -> Double {
        if standing == .lost { return 1e9 }
        guard let elapsed = elapsed(now: now), let agent, let usual = usual[agent] else {
            return -1
        }
        return usual.share(elapsed)
    }
}
