import StintMetrics
import StintModel

/// Keeps states and cells as a store does, and finds where the cells stop being the sum over the
/// states. How events are folded and how a change is accounted for are parameters, so that the
/// check itself can be shown to find what is broken.
struct RollUpLedger {
    typealias Fold = (_ held: ExecutionState?, _ event: Event) -> ExecutionState
    typealias Account = (
        _ delta: inout RollUpDelta, _ old: ExecutionState?, _ new: ExecutionState?
    ) -> Void

    private let fold: Fold
    private let account: Account
    private var states: [ExecutionID: ExecutionState] = [:]
    private var cells: [RollUpKey: (cell: [UInt8], slots: [UInt8])] = [:]
    private var delivered: [Event] = []

    init(
        fold: @escaping Fold = RollUpLedger.fold, account: @escaping Account = RollUpLedger.account
    ) {
        self.fold = fold
        self.account = account
    }

    static func fold(_ held: ExecutionState?, _ event: Event) -> ExecutionState {
        guard var state = held else { return ExecutionState(event) }
        state.apply(event)
        return state
    }

    static func account(
        _ delta: inout RollUpDelta, _ old: ExecutionState?, _ new: ExecutionState?
    ) {
        delta.replace(old, with: new, in: .default)
    }

    /// Delivers in groups and compares after each.
    ///
    /// - Returns: What is wrong; empty where nothing is.
    mutating func deliver(_ groups: [[Event]]) -> [String] {
        for (number, group) in groups.enumerated() {
            record(group)
            let failures = differences()
            if !failures.isEmpty { return ["after group \(number)"] + failures }
        }
        return []
    }

    private mutating func record(_ group: [Event]) {
        var before: [ExecutionID: ExecutionState?] = [:]
        for event in group {
            guard let id = event.execution else { continue }
            if before[id] == nil { before[id] = .some(states[id]) }
            states[id] = fold(states[id], event)
            delivered.append(event)
        }
        var delta = RollUpDelta()
        for (id, old) in before { account(&delta, old, states[id]) }
        add(delta)
    }

    /// Removes every execution, one group each.
    ///
    /// - Returns: What is left of the roll-up.
    mutating func eraseAll() -> [RollUpKey: RollUpCell] {
        for (id, state) in states {
            states[id] = nil
            var delta = RollUpDelta()
            account(&delta, state, nil)
            add(delta)
        }
        return decoded
    }

    private mutating func add(_ delta: RollUpDelta) {
        for (key, change) in delta.cells() {
            var cell = cells[key].flatMap(Self.decoded) ?? RollUpCell()
            cell.add(change)
            cells[key] = cell.isEmpty ? nil : (cell.encoded, StoredSlots.encoded(cell.slots))
        }
    }

    private var decoded: [RollUpKey: RollUpCell] { cells.compactMapValues(Self.decoded) }

    private static func decoded(_ stored: (cell: [UInt8], slots: [UInt8])) -> RollUpCell? {
        guard var cell = RollUpCell(encoded: stored.cell) else { return nil }
        let isRead = stored.slots.withUnsafeBytes { bytes in
            StoredSlots.read(bytes) { cell.add($1, at: $0) }
        }
        return isRead ? cell : nil
    }

    private func differences() -> [String] {
        // The states are folded anew, in another order: a fold that depends on it shows here.
        var fresh: [ExecutionID: ExecutionState] = [:]
        for event in delivered.reversed() {
            guard let id = event.execution else { continue }
            fresh[id] = Self.fold(fresh[id], event)
        }
        let expected = ReferenceRollUp.cells(of: fresh, in: .default)
        let held = decoded
        return Set(expected.keys).union(held.keys).filter { expected[$0] != held[$0] }
            .map { "\($0.level) \($0.start.rfc3339) \($0.agent ?? "all") \($0.model ?? "-")" }
    }
}
