import StintMetrics
import StintModel
import StintStorage
import StintStorageSQLite
import StintStorageTesting
import Testing

/// What a store acknowledged, kept beside it, so that after a fault the one is held against the
/// other.
struct StoreLedger {
    private(set) var states: [ExecutionID: ExecutionState] = [:]
    private var events: [ExecutionID: Int] = [:]
    private var order: [ExecutionID] = []
    private var rollUp = RollUpDelta()
    /// The group whose outcome nobody was told: all of it is there, or nothing.
    private var unanswered: [Event] = []
    /// How many events were acknowledged, as the client counts that made them.
    private var numbered: Int64 = 0
    private static let client = ClientID(rawValue: String(repeating: "c", count: 32))!

    private var fleet: SampleFleet
    private var random: SeededGenerator
    /// Executions under way, what is still to be told of each.
    private var untold: [ArraySlice<Event>] = []

    init(seed: UInt64) {
        fleet = SampleFleet(seed: seed)
        random = SeededGenerator(seed: seed)
    }

    /// The next few events of some executions, as one request would bring them.
    mutating func nextEvents() -> [Event] {
        while untold.count < 4 { untold.append(fleet.next()[...]) }
        var events: [Event] = []
        for _ in 0..<(1 + random.below(3)) {
            let index = random.below(untold.count)
            let portion = untold[index].prefix(1 + random.below(12))
            events += portion
            untold[index].removeFirst(portion.count)
            if untold[index].isEmpty { untold[index] = fleet.next()[...] }
        }
        return events
    }

    /// Records events, and notes whether that was answered.
    ///
    /// - Throws: What the store threw.
    mutating func record(_ events: [Event], in store: SQLiteExecutionStore) async throws(StoreError)
    {
        unanswered = events
        var group = RecordingGroup(events)
        let count = Int64(events.count)
        group.batches = [
            ClientBatch(
                workspace: .default, client: Self.client,
                numbers: (numbered + 1)...(numbered + count), stored: count, rejected: 0,
                dropped: 0)
        ].compactMap(\.self)
        _ = try await store.record(group)
        settle()
    }

    /// The answer came, or the group was found to be there.
    private mutating func settle() {
        for event in unanswered {
            guard let id = event.execution else { continue }
            let old = states[id]
            if old == nil { order.append(id) }
            var new = old ?? ExecutionState(event)
            new.apply(event)
            states[id] = new
            events[id, default: 0] += 1
            rollUp.replace(old, with: new, in: .default)
        }
        numbered += Int64(unanswered.count)
        unanswered = []
    }

    /// Holds the store against what it acknowledged: the executions told last, some of the others,
    /// their trails and the roll-up.
    mutating func check(_ store: SQLiteExecutionStore, _ comment: Comment) async throws {
        try await findUnanswered(in: store, comment)
        let recent = order.suffix(12)
        let others = order.isEmpty ? [] : (0..<12).map { _ in random.pick(order) }
        for id in recent + others {
            let found = try await store.execution(id, in: .default)
            #expect(found?.state == states[id], "\(id.rawValue), \(comment)")
            let trail = try await store.trail(of: id, in: .default, after: nil, limit: 1_000)
            #expect(trail.entries.count == events[id], "the trail of \(id.rawValue), \(comment)")
        }
        var expected: [RollUpKey: RollUpCell] = [:]
        for (key, cell) in rollUp.cells() where key.level == .day { expected[key] = cell }
        var stored: [RollUpKey: RollUpCell] = [:]
        for cell in try await store.rollUps(
            .day, in: .default, from: Instant.writable.lowerBound, to: Instant.writable.upperBound)
        {
            let key = RollUpKey(
                workspace: .default, level: .day, start: cell.start, agent: cell.agent,
                model: cell.model)
            stored[key] = cell.cell
        }
        #expect(stored == expected, "the roll-up, \(comment)")
    }

    /// Of a group whose answer nobody got, either all is there or nothing.
    private mutating func findUnanswered(
        in store: SQLiteExecutionStore, _ comment: Comment
    ) async throws {
        var after: [ExecutionID: ExecutionState] = [:]
        for event in unanswered {
            guard let id = event.execution else { continue }
            var state = after[id] ?? states[id] ?? ExecutionState(event)
            state.apply(event)
            after[id] = state
        }
        let books = try await store.clients(in: .default, after: nil, limit: 1).items.first
        let stored = books?.ledger.stored ?? 0
        let isCounted = stored == numbered + Int64(unanswered.count)
        #expect(isCounted || stored == numbered, "the client's books, \(comment)")
        var isThere: Set<Bool> = [isCounted]
        for (id, state) in after where state != states[id] {
            let found = try await store.execution(id, in: .default)
            if found?.state == state {
                isThere.insert(true)
            } else if found?.state == states[id] {
                isThere.insert(false)
            } else {
                Issue.record("\(id.rawValue) is neither as before nor as after, \(comment)")
            }
        }
        #expect(isThere.count <= 1, "half of a group is there, \(comment)")
        if isThere.contains(true) { settle() } else { unanswered = [] }
    }
}

extension SQLiteSettings {
    /// Small enough that a few groups pass through everything: memory that forgets, roll-ups that
    /// are brought into cells, checkpoints of both kinds.
    static var tight: SQLiteSettings {
        var settings = SQLiteSettings()
        settings.recentStateBytes = 16 << 10
        settings.recentTraceBytes = 16 << 10
        settings.heldCells = 4
        settings.groupsPending = 3
        settings.checkpointBytes = 96 << 10
        settings.readers = 2
        return settings
    }
}
