public import StintModel

/// What to list, and in which order. Filters are joined by *and*; several statuses by *or*.
public struct ExecutionQuery: Hashable, Sendable {
    /// By which instant executions are ordered, and taken from `from` to `to`.
    public enum Key: String, Hashable, Sendable, CaseIterable {
        /// The start; the queueing where it has not started; else the first event.
        case start
        /// The finish, or the last event where it is lost. What is open is not listed.
        case finish
    }

    public enum Order: String, Hashable, Sendable, CaseIterable {
        case ascending = "asc"
        case descending = "desc"
    }

    public var workspace: Workspace
    public var key = Key.start
    public var order = Order.descending
    /// Half-open: `from` ≤ x < `to`.
    public var from: Instant?
    public var to: Instant?
    public var agent: String?
    /// Empty for all.
    public var statuses: Set<ExecutionStatus> = []
    public var user: String?
    public var correlation: String?
    public var parent: String?
    public var errorType: String?
    public var environment: String?
    public var goalMet: Bool?
    /// Whether statistics count it: whatever does not run as `test` or `mock`.
    public var isCounted: Bool?
    /// Half-open, and only what has finished.
    public var minimumDuration: TimeSpan?
    public var maximumDuration: TimeSpan?
    /// The value as text: a number as JSON writes it, a boolean as `true` or `false`.
    public var attributes: [AttributeFilter] = []
    /// Each must begin a word of the id, name, agent or shown error. As ``SearchText/words(in:)``
    /// gives them.
    public var words: [String] = []

    public struct AttributeFilter: Hashable, Sendable {
        public var key: String
        public var value: String

        public init(key: String, value: String) {
            self.key = key
            self.value = value
        }
    }

    public init(workspace: Workspace) {
        self.workspace = workspace
    }

    /// Whether an execution belongs in the list: the meaning of the query, which every engine's
    /// indexes only hasten. The workspace is the caller's to see to.
    public func matches(_ id: ExecutionID, _ state: ExecutionState) -> Bool {
        if let agent, state.agent != agent { return false }
        if !statuses.isEmpty, !statuses.contains(state.status) { return false }
        guard let instant = key == .start ? state.sortAt : state.stopAt else { return false }
        if let from, instant < from { return false }
        if let to, instant >= to { return false }
        if let isCounted, state.isCounted != isCounted { return false }
        if let goalMet, state.fact(.goalMet)?.boolean != goalMet { return false }
        if minimumDuration != nil || maximumDuration != nil {
            guard let duration = state.duration?.span else { return false }
            if let minimumDuration, duration < minimumDuration { return false }
            if let maximumDuration, duration >= maximumDuration { return false }
        }
        return matchesFacets(state) && matchesWords(id, state)
    }

    private func matchesFacets(_ state: ExecutionState) -> Bool {
        func holds(_ name: FactName, _ wanted: String?) -> Bool {
            wanted == nil || state.fact(name)?.string == wanted
        }
        guard holds(.user, user), holds(.correlation, correlation), holds(.parent, parent),
            environment == nil || state.environment == environment,
            errorType == nil || state.failure?.type == errorType
        else { return false }
        return attributes.allSatisfy { filter in
            guard let value = state.attributes[filter.key]?.value else { return false }
            return filter.accepts(value)
        }
    }

    private func matchesWords(_ id: ExecutionID, _ state: ExecutionState) -> Bool {
        if words.isEmpty { return true }
        let held = SearchText.words(of: id, state)
        return words.allSatisfy { word in held.contains { $0.hasPrefix(word) } }
    }
}

extension ExecutionQuery.AttributeFilter {
    /// The texts that a stored value may have to be this one: the text itself, and where it is a
    /// number, the way JSON writes that number.
    public var texts: [String] {
        guard let number = Double(value), number.isFinite else { return [value] }
        let canonical = Scalar(number: number).text
        return canonical == value ? [value] : [value, canonical]
    }

    func accepts(_ scalar: Scalar) -> Bool {
        if case .string(let text) = scalar { return text == value }
        return texts.contains(scalar.text)
    }
}

extension Scalar {
    /// A string as it is, anything else as JSON writes it.
    public var text: String {
        if case .string(let text) = self { return text }
        return String(decoding: canonicalJSON, as: UTF8.self)
    }
}

/// A page of the history.
public struct ExecutionPage: Sendable {
    public var items: [StoredExecution]
    /// Where the next page begins; `nil` on the last.
    public var next: PagePosition?

    public init(items: [StoredExecution], next: PagePosition?) {
        self.items = items
        self.next = next
    }
}

/// A page of an execution's trail.
public struct TrailPage: Sendable {
    public var entries: [TrailEntry]
    public var next: PagePosition?

    public init(entries: [TrailEntry], next: PagePosition?) {
        self.entries = entries
        self.next = next
    }
}

/// A place in an order: an instant (or another number that orders), and what settles ties.
public struct PagePosition: Hashable, Sendable {
    public var key: Int64
    public var tie: Int64

    public init(key: Int64, tie: Int64) {
        self.key = key
        self.tie = tie
    }
}
