/// What is given up first where there is no room: the least important, and of these the oldest.
enum Importance: UInt8, CaseIterable, Comparable, Sendable {
    case heartbeat = 0
    /// What a later event says again: activities, running totals, a result before the end.
    case update = 1
    /// Of a step or a model call.
    case step = 2
    /// The start, the end and the waits of an execution.
    case execution = 3

    static func < (left: Importance, right: Importance) -> Bool {
        left.rawValue < right.rawValue
    }
}
