/// What is counted by names that callers choose, of which there may be any number.
struct LabelSet<Value: Sendable>: Sendable {
    /// By the name as it is shown.
    private(set) var values: [String: Value] = [:]
    /// The most names told apart.
    private let limit: Int
    private let initial: Value

    /// Under which everything counts whose name came when there were as many as may be.
    static var other: String { "other" }
    /// Under which counts what has no name.
    static var unknown: String { "unknown" }

    init(limit: Int, initial: Value) {
        self.limit = limit
        self.initial = initial
    }

    mutating func update(_ name: String, _ change: (inout Value) -> Void) {
        let name = name.isEmpty ? Self.unknown : name
        let isFull = values.count - (values[Self.other] == nil ? 0 : 1) >= limit
        let label = values[name] == nil && isFull ? Self.other : name
        let initial = initial
        change(&values[label, default: initial])
    }

    mutating func updateAll(_ change: (inout Value) -> Void) {
        values = values.mapValues { value in
            var value = value
            change(&value)
            return value
        }
    }

    /// In the order of the names.
    var sorted: [(label: String, value: Value)] {
        values.sorted { $0.key < $1.key }.map { (label: $0.key, value: $0.value) }
    }
}
