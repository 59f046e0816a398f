public import StintModel

/// What a group of changed executions adds to the roll-up: of each, what its new state counts for
/// less what its old one did.
///
/// Deltas telescope: cells to which every delta was added in the transaction that stored the states
/// equal the sum over the stored states, whatever the order, repetitions, corrections, redrives and
/// moves to another minute or agent.
public struct RollUpDelta: Sendable {
    /// A cell of the level of minutes; numbers stand for the texts, which are hashed but once.
    private struct Place: Hashable {
        var minute: Instant
        var agent: Int32
        /// Negative for none.
        var model: Int32
    }

    private struct Agent: Hashable {
        var workspace: Workspace
        /// `nil` for all of them.
        var name: String?

        static func == (left: Agent, right: Agent) -> Bool {
            guard left.workspace == right.workspace else { return false }
            guard let name = left.name, let other = right.name else {
                return left.name == nil && right.name == nil
            }
            return name.isSpelled(like: other)
        }

        func hash(into hasher: inout Hasher) {
            name?.hashSpelling(into: &hasher)
            hasher.combine(workspace)
        }
    }

    private struct Model: Hashable {
        var name: String

        static func == (left: Model, right: Model) -> Bool {
            left.name.isSpelled(like: right.name)
        }

        func hash(into hasher: inout Hasher) {
            name.hashSpelling(into: &hasher)
        }
    }

    /// The longer levels are summed up from these.
    private var minutes: [Place: RollUpCell] = [:]
    private var agents = Numbering<Agent>()
    private var models = Numbering<Model>()

    public init() {}

    /// Accounts for an execution whose state was replaced.
    ///
    /// Where both count for the same, as after a step or a heartbeat, nothing is added up.
    ///
    /// - Parameters:
    ///   - old: The state stored before, `nil` where there was none.
    ///   - new: The state stored now, `nil` where it was erased.
    ///   - prices: What calls cost that do not report it, as the cells hold it.
    public mutating func replace(
        _ old: ExecutionState?, with new: ExecutionState?, in workspace: Workspace,
        prices: PriceBook = PriceBook()
    ) {
        replace(
            old.flatMap { Contribution(of: $0, prices: prices) },
            with: new.flatMap { Contribution(of: $0, prices: prices) }, in: workspace)
    }

    /// As for states, of what each counts for.
    public mutating func replace(
        _ old: Contribution?, with new: Contribution?, in workspace: Workspace
    ) {
        guard let old, let new, old.agent.isSpelled(like: new.agent) else {
            if let old { count(old, .all, in: workspace, sign: -1) }
            if let new { count(new, .all, in: workspace, sign: 1) }
            return
        }
        // Most changes that count for something touch one part alone.
        var parts: Parts = []
        if old.start != new.start { parts.insert(.start) }
        if old.lostMinute != new.lostMinute { parts.insert(.lost) }
        if old.finish != new.finish { parts.insert(.finish) }
        if parts.isEmpty { return }
        count(old, parts, in: workspace, sign: -1)
        count(new, parts, in: workspace, sign: 1)
    }

    private struct Parts: OptionSet {
        let rawValue: UInt8

        static let start = Parts(rawValue: 1)
        static let lost = Parts(rawValue: 2)
        static let finish = Parts(rawValue: 4)
        static let all: Parts = [.start, .lost, .finish]
    }

    private mutating func count(
        _ contribution: Contribution, _ parts: Parts, in workspace: Workspace, sign: Int64
    ) {
        let agent = agents.number(of: Agent(workspace: workspace, name: contribution.agent))
        if parts.contains(.start), let start = contribution.start {
            let place = Place(minute: start.minute, agent: agent, model: -1)
            minutes[place, default: RollUpCell()].count(start, sign: sign)
        }
        if parts.contains(.lost), let minute = contribution.lostMinute {
            let place = Place(minute: minute, agent: agent, model: -1)
            minutes[place, default: RollUpCell()].countLost(sign: sign)
        }
        if parts.contains(.finish), let finish = contribution.finish {
            var place = Place(minute: finish.minute, agent: agent, model: -1)
            minutes[place, default: RollUpCell()].count(finish, sign: sign)
            for call in finish.calls {
                place.model = models.number(of: Model(name: call.model))
                minutes[place, default: RollUpCell()].count(call, sign: sign)
            }
        }
    }

    /// Whether nothing is to be added.
    public var isEmpty: Bool { minutes.allSatisfy { $0.value.isEmpty } }

    /// What to add to the cells of minutes alone; what cancelled is left out.
    public func minuteCells() -> [RollUpKey: RollUpCell] {
        var cells: [RollUpKey: RollUpCell] = [:]
        cells.reserveCapacity(minutes.count)
        for (place, cell) in minutes where !cell.isEmpty {
            cells[key(of: place, .minute, among: agents)] = cell
        }
        return cells
    }

    /// Adds to one cell of minutes.
    ///
    /// - Precondition: The key is of the level of minutes, and of one agent.
    public mutating func add(_ cell: RollUpCell, to key: RollUpKey) {
        precondition(
            key.level == .minute && key.agent != nil,
            "Longer levels, and all agents together, are summed up from the minutes of each.")
        let agent = Agent(workspace: key.workspace, name: key.agent)
        let place = Place(
            minute: key.start, agent: agents.number(of: agent),
            model: key.model.map { models.number(of: Model(name: $0)) } ?? -1)
        minutes[place, default: RollUpCell()].add(cell)
    }

    private func key(
        of place: Place, _ level: RollUpLevel, among agents: Numbering<Agent>
    ) -> RollUpKey {
        let agent = agents.values[Int(place.agent)]
        return RollUpKey(
            workspace: agent.workspace, level: level, start: place.minute, agent: agent.name,
            model: place.model < 0 ? nil : models.values[Int(place.model)].name)
    }

    /// What to add to the stored cells of all three levels, or of one, of each agent and of all
    /// together; what cancelled is left out.
    public func cells(_ only: RollUpLevel? = nil) -> [RollUpKey: RollUpCell] {
        var agents = agents
        // By the number of an agent, that of all in its workspace.
        let all = agents.values.map { agents.number(of: Agent(workspace: $0.workspace, name: nil)) }
        var minutes = minutes
        for (place, cell) in self.minutes {
            var place = place
            place.agent = all[Int(place.agent)]
            minutes[place, default: RollUpCell()].add(cell)
        }
        var cells: [RollUpKey: RollUpCell] = [:]
        cells.reserveCapacity(minutes.count)
        var longer: [Place: RollUpCell] = [:]
        for level in RollUpLevel.allCases where only == nil || only == level {
            longer.removeAll(keepingCapacity: true)
            if level != .minute {
                for (place, cell) in minutes {
                    var longerPlace = place
                    longerPlace.minute = level.start(of: place.minute)
                    if level == .hour, place.model < 0 {
                        longer[longerPlace, default: RollUpCell()].add(cell, of: place.minute)
                    } else {
                        longer[longerPlace, default: RollUpCell()].add(cell)
                    }
                }
            }
            for (place, cell) in level == .minute ? minutes : longer where !cell.isEmpty {
                cells[key(of: place, level, among: agents)] = cell
            }
        }
        return cells
    }
}

/// Gives each value a number, from 0 in order of their coming.
private struct Numbering<Value: Hashable & Sendable>: Sendable {
    private(set) var values: [Value] = []
    private var numbers: [Value: Int32] = [:]

    mutating func number(of value: Value) -> Int32 {
        if let number = numbers[value] { return number }
        let number = Int32(values.count)
        values.append(value)
        numbers[value] = number
        return number
    }
}
