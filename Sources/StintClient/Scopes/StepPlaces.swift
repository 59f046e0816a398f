import StintModel

/// Gives each step of an execution the key and the try under which it is told.
///
/// A name that comes again is another step, `reporter#2`, unless the one before failed: then it is
/// that one's next try.
struct StepPlaces: Sendable {
    struct Place: Hashable, Sendable {
        var key: String
        var `try`: UInt16
    }

    /// For how many names there is room from the first on.
    private static let usual = 20

    private var uses: [String: Int] = [:]
    private var failed: [String: Place] = [:]

    mutating func place(for name: String) -> Place {
        if !failed.isEmpty, let before = failed.removeValue(forKey: name) {
            return Place(key: before.key, try: before.try == .max ? .max : before.try + 1)
        }
        if uses.isEmpty { uses.reserveCapacity(Self.usual) }
        // A server keeps so many steps of an execution; what comes after need not be told apart.
        guard uses.count < Limits.stepsPerExecution || uses[name] != nil else {
            return Place(key: name, try: 1)
        }
        let count = Self.increment(&uses[name, default: 0])
        let key = count == 1 ? name : name.cut(toBytes: 240) + "#" + String(count)
        return Place(key: key, try: 1)
    }

    /// In its place in the table, which is looked for but once.
    private static func increment(_ count: inout Int) -> Int {
        count += 1
        return count
    }

    mutating func noteFailure(of name: String, at place: Place) {
        guard failed.count < Limits.stepsPerExecution else { return }
        failed[name] = place
    }
}
