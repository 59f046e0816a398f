/// A small map kept as an array in order of its keys' bytes: what a state holds is usually a handful, and
/// an array folds, compares and stores faster than a hash table.
///
/// Looking up costs O(log n), inserting a key that is not the last O(n).
public struct SortedMap<Key: SpelledKey, Value: Hashable & Sendable>: Hashable, Sendable {
    public struct Entry: Hashable, Sendable {
        public let key: Key
        public var value: Value

        public init(key: Key, value: Value) {
            self.key = key
            self.value = value
        }
    }

    public private(set) var entries: [Entry] = []

    public init() {}

    /// - Precondition: The keys ascend, each once.
    public init(ascending entries: [Entry]) {
        self.entries = entries
    }

    /// - Returns: `nil` unless the keys ascend, each once: of entries that were damaged, they may not.
    public init?(ifAscending entries: [Entry]) {
        for index in entries.indices.dropFirst() {
            guard entries[index - 1].key.isBefore(entries[index].key) else { return nil }
        }
        self.entries = entries
    }

    public var count: Int { entries.count }
    public var isEmpty: Bool { entries.isEmpty }

    public subscript(key: Key) -> Value? {
        let index = position(of: key)
        return index < entries.count && entries[index].key.isSame(as: key)
            ? entries[index].value : nil
    }

    /// How many keys may be kept, and which. Either extreme makes cutting commute with joining: what
    /// is cut from a part is cut from the whole.
    enum Bound {
        case none
        case smallest(Int)
        case largest(Int)
    }

    /// Joins into the value of a key; a key that is new begins as `fresh`.
    ///
    /// - Parameter cut: Raised where the bound leaves a key out.
    /// - Returns: Whether anything changed: the key is new, or `join` says so.
    mutating func join(
        _ key: Key, _ bound: Bound = .none, cut: inout Bool, fresh: @autoclosure () -> Value,
        _ join: (inout Value) -> Bool
    ) -> Bool {
        let index = position(of: key)
        if index < entries.count, entries[index].key.isSame(as: key) {
            return join(&entries[index].value)
        }
        // A key that would be cut at once is not let in.
        switch bound {
        case .smallest(let limit) where index >= limit,
            .largest(let limit) where index == 0 && entries.count >= limit:
            cut = true
            return false
        default:
            break
        }
        var value = fresh()
        _ = join(&value)
        entries.insert(Entry(key: key, value: value), at: index)
        switch bound {
        case .smallest(let limit) where entries.count > limit:
            entries.removeLast()
            cut = true
        case .largest(let limit) where entries.count > limit:
            entries.removeFirst()
            cut = true
        default:
            break
        }
        return true
    }

    /// Joins another map into this one, key by key.
    ///
    /// - Parameter cut: Raised where the bound leaves a key out.
    /// - Returns: Whether anything changed.
    mutating func join(
        _ other: SortedMap, _ bound: Bound = .none, cut: inout Bool,
        _ combine: (inout Value, Value) -> Bool
    ) -> Bool {
        if other.entries.isEmpty { return false }
        if entries.isEmpty {
            // The other keeps to the same bound.
            entries = other.entries
            return true
        }
        var changed = false
        for entry in other.entries {
            let isChanged = join(entry.key, bound, cut: &cut, fresh: entry.value) {
                combine(&$0, entry.value)
            }
            changed = isChanged || changed
        }
        return changed
    }

    /// The index of the key, or where it would stand.
    private func position(of key: Key) -> Int {
        // Most often a key is the newest, or nearly.
        guard let last = entries.last else { return 0 }
        if last.key.isBefore(key) { return entries.count }
        var low = 0
        var high = entries.count - 1
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].key.isBefore(key) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
