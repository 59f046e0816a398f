import Foundation
import StintStorage

/// Holds a file beside the database for as long as it lives, so that a second process that would
/// write the same database is refused. The system lets go when the process ends, however it ends.
final class FileLock: Sendable {
    private let file: Int32

    init(path: String) throws(StoreError) {
        file = Foundation.open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw .unavailable(reason: String(cString: strerror(errno)))
        }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            close(file)
            throw .unavailable(reason: "another process is serving it")
        }
    }

    /// Lets go, so that the file may be opened again.
    func release() { flock(file, LOCK_UN) }

    // Let go first: closing alone does not, while a process that is being started holds a copy.
    deinit {
        release()
        close(file)
    }
}
