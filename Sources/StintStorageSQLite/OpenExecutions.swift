import StintStorage
import Synchronization

/// The open executions that were read last, decoded: what runs now is asked for again and again, and
/// of hundreds a few have changed.
///
/// One is told by its key, which a store gives no other while it is open, and its revision. Two
/// generations as ``RecentRows``, bounded by the size of the states.
final class OpenExecutions: Sendable {
    private struct Held {
        var young: [Int64: StoredExecution] = [:]
        var old: [Int64: StoredExecution] = [:]
        var youngBytes = 0
    }

    private let held = Mutex(Held())

    /// Of stored states, in each generation; decoded they take some times as much.
    private static let generationBytes = 4 << 20

    /// - Parameters:
    ///   - revision: That which the caller's snapshot shows.
    ///   - read: Reads it from that snapshot, with the bytes of its stored state.
    func execution(
        key: Int64, revision: Int64,
        _ read: () throws(SQLiteFailure) -> (StoredExecution, bytes: Int)?
    ) throws(SQLiteFailure) -> StoredExecution? {
        let known = held.withLock { $0.young[key] ?? $0.old[key] }
        if let known, known.revision == revision {
            return known
        }
        guard let (found, bytes) = try read() else { return nil }
        held.withLock { held in
            held.young[key] = found
            held.youngBytes += bytes
            if held.youngBytes > Self.generationBytes {
                held = Held(old: held.young)
            }
        }
        return found
    }
}
