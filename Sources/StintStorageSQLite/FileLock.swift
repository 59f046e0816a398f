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
        // Whoever asks whether it is held has it for an instant.
        for _ in 0..<Self.tries {
            if flock(file, LOCK_EX | LOCK_NB) == 0 { return }
            usleep(Self.pause)
        }
        close(file)
        throw .unavailable(reason: "another process is serving it")
    }

    private static let tries = 5
    /// In microseconds.
    private static let pause: useconds_t = 20_000

    /// Whether a process holds the file of that path; false where there is none.
    static func isHeld(path: String) -> Bool {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { close(file) }
        return flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }

    /// Lets go, so that the file may be opened again.
    func release() { flock(file, LOCK_UN) }

    // Let go first: closing alone does not, while a process that is being started holds a copy.
    deinit {
        release()
        close(file)
    }
}
