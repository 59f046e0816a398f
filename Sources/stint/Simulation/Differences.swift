/// Where a server shows otherwise than is true.
struct Differences: Sendable {
    /// How many are told one by one.
    static let told = 50

    private(set) var count = 0
    /// The first of them, as lines.
    private(set) var lines: [String] = []

    mutating func add(_ id: String, _ what: String) {
        count += 1
        if lines.count < Self.told { lines.append("\(id)  \(what)") }
    }

    static func += (sum: inout Differences, part: Differences) {
        sum.count += part.count
        sum.lines = Array((sum.lines + part.lines).prefix(told))
    }
}
