import Crypto
import Synchronization

/// What was looked up by the digest of a secret, to be good for a minute; so that a request costs one
/// digest, not one look-up.
final class LookUpMemory<Found: Sendable>: Sendable {
    struct Entry: Sendable {
        var found: Found
        /// When it was looked up, on the clock that only goes on.
        fileprivate var at: Duration

        func isFresh(at uptime: Duration) -> Bool { uptime - at < LookUpMemory.span }
    }

    private struct State {
        var entries: [SHA256.Digest: Entry] = [:]
        /// How often something was forgotten.
        var losses = 0
    }

    private let state = Mutex(State())

    private static var span: Duration { .seconds(60) }
    private static var mostEntries: Int { 10_000 }

    /// - Returns: What was kept, fresh or not; and a number for ``keep(_:_:at:since:)``.
    func recall(_ digest: SHA256.Digest) -> (entry: Entry?, losses: Int) {
        state.withLock { ($0.entries[digest], $0.losses) }
    }

    /// - Parameter losses: As they were before the look-up: if anything was forgotten since, what was
    ///   found may be that, and is not kept.
    func keep(_ found: Found, _ digest: SHA256.Digest, at uptime: Duration, since losses: Int) {
        state.withLock { state in
            guard state.losses == losses else { return }
            if state.entries.count >= Self.mostEntries { state.entries = [:] }
            state.entries[digest] = Entry(found: found, at: uptime)
        }
    }

    func forget(_ digest: SHA256.Digest) {
        state.withLock { state in
            state.losses += 1
            state.entries[digest] = nil
        }
    }

    func forget(where isGone: (Found) -> Bool) {
        state.withLock { state in
            state.losses += 1
            state.entries = state.entries.filter { !isGone($0.value.found) }
        }
    }
}
