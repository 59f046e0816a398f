/// Why a store could not do what it was asked.
public enum StoreError: Error, Hashable, Sendable {
    /// There is no room left. Reading goes on, and writing succeeds again once there is room.
    case full
    /// It did not answer. The same request may succeed later.
    case unavailable(reason: String)
    /// This group cannot be written, though another may be. Nothing of it was.
    case refused(reason: String)
    /// What was read back is not what was written, or a newer version wrote it.
    case damaged(what: String)
    /// A write failed in a way after which nothing it holds in memory can be trusted: the process
    /// must end, and recovery at the next start decides what is there.
    case broken(reason: String)
}
