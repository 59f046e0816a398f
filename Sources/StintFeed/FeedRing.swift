import StintModel

/// What a listener has to be told.
public enum FeedNews: Hashable, Sendable {
    /// These executions, each as it is now and in the order in which they last changed; the
    /// listener stands at the position once it was told all of them.
    case changes([[UInt8]], FeedPosition)
    /// More than can be told: let it load anew, and follow from the position.
    case reset(FeedPosition)
}

/// The newest changes of one workspace, in the order in which they were recorded.
///
/// A listener is a position here and a filter; it has no queue of its own. Between its position and
/// the newest entry it is told of each execution once, as it is now, so who falls behind is told
/// less, not later. An append costs the same whoever listens.
public struct FeedRing: Sendable {
    /// How much is kept.
    public struct Bounds: Sendable {
        /// The most entries.
        public var entries = 4_096
        /// The most bytes of what is told.
        public var bytes = 8 << 20
        /// The most executions that may wait for one listener.
        public var waiting = 256

        public init() {}
    }

    private struct Entry: Sendable {
        let id: ExecutionID
        let before: FeedStanding?
        let after: FeedStanding?
        /// Whether no later entry of the execution is taken.
        let staysAway: Bool
        /// The entry of the same execution before this one.
        let previous: Int?
        /// What is told; `nil` once a later entry says it newer.
        var data: [UInt8]?
    }

    private let bounds: Bounds
    private let life: UInt64
    /// The entry of sequence n stands at n modulo the bound.
    private var entries: [Entry] = []
    /// The newest entry of each execution that has one.
    private var newest: [ExecutionID: Int] = [:]
    /// The sequence of the newest entry, and that before the oldest.
    private var head = 0
    private var tail = 0
    private var bytes = 0

    /// - Parameter life: Another one for every ring there ever is.
    public init(life: UInt64, bounds: Bounds = Bounds()) {
        self.life = life
        self.bounds = bounds
    }

    /// Where one stands who has been told everything.
    public var position: FeedPosition { FeedPosition(life: life, sequence: head) }

    /// - Parameter data: What listeners are told of it.
    public mutating func append(_ change: FeedChange, data: [UInt8]) {
        let previous = newest[change.id]
        if let previous {
            // A change that was under way when its execution was erased.
            if self[previous].staysAway { return }
            bytes -= self[previous].data?.count ?? 0
            self[previous].data = nil
        }
        let entry = Entry(
            id: change.id, before: change.before, after: change.after,
            staysAway: change.staysAway, previous: previous, data: data)
        if head - tail == bounds.entries { dropOldest() }
        head += 1
        if entries.count < bounds.entries { entries.append(entry) } else { self[head] = entry }
        newest[change.id] = head
        bytes += data.count
        while bytes > bounds.bytes, tail + 1 < head { dropOldest() }
    }

    private mutating func dropOldest() {
        tail += 1
        let oldest = self[tail]
        bytes -= oldest.data?.count ?? 0
        self[tail].data = nil
        if newest[oldest.id] == tail { newest[oldest.id] = nil }
    }

    private subscript(sequence: Int) -> Entry {
        get { entries[(sequence - 1) % bounds.entries] }
        set { entries[(sequence - 1) % bounds.entries] = newValue }
    }

    /// What is new since a position.
    ///
    /// It costs by the entries since then.
    public func news(since position: FeedPosition, for filter: FeedFilter) -> FeedNews {
        guard position.life == life, (tail...head).contains(position.sequence) else {
            return .reset(self.position)
        }
        var told: [[UInt8]] = []
        for sequence in (position.sequence..<head).lazy.map({ $0 + 1 }) {
            let entry = self[sequence]
            guard let data = entry.data,
                filter.admits(
                    entry.id, from: standing(before: sequence, since: position.sequence),
                    to: entry.after)
            else { continue }
            guard told.count < bounds.waiting else { return .reset(self.position) }
            told.append(data)
        }
        return .changes(told, self.position)
    }

    /// How the execution of an entry stood when the listener was last told of it: before its first
    /// entry since then.
    private func standing(before sequence: Int, since position: Int) -> FeedStanding? {
        var first = sequence
        while let previous = self[first].previous, previous > position { first = previous }
        return self[first].before
    }
}
