import Foundation

/// The folder of one client's segments, held by one process at a time. The system lets go of it when
/// that process ends, however it ends; whoever takes it next sends what is left.
final class SpoolFolder {
    /// Whose: 32 hex digits, the folder's name.
    let client: String
    let url: URL
    private let lock: Int32

    /// Makes the folder of a client, held from before anybody can see it.
    ///
    /// - Throws: ``SpoolError``.
    init(making client: String, in root: URL) throws(SpoolError) {
        let hidden = root.appending(path: ".\(client)")
        do {
            try FileManager.default.createDirectory(
                at: hidden, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw SpoolError(reason: "cannot make \(hidden.path)")
        }
        let lock = Self.open(hidden)
        guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            throw SpoolError(reason: "cannot hold \(hidden.path)")
        }
        let url = root.appending(path: client)
        guard rename(hidden.path, url.path) == 0 else {
            close(lock)
            throw SpoolError(reason: "cannot make \(url.path)")
        }
        (self.client, self.url, self.lock) = (client, url, lock)
    }

    /// Takes over what another process left.
    ///
    /// - Returns: `nil` where that process lives.
    init?(adopting client: String, in root: URL) {
        let url = root.appending(path: client)
        let lock = Self.open(url)
        guard lock >= 0 else { return nil }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            close(lock)
            return nil
        }
        (self.client, self.url, self.lock) = (client, url, lock)
    }

    deinit { close(lock) }

    /// The segments in it, oldest first.
    var segments: [URL] {
        let files = try? FileManager.default.contentsOfDirectory(
            at: url, includingPropertiesForKeys: nil)
        return (files ?? []).filter { $0.pathExtension == "events" }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
    }

    /// Removes it, where nothing is left in it.
    func removeIfEmpty() {
        guard segments.isEmpty else { return }
        unlink(url.appending(path: "lock").path)
        rmdir(url.path)
    }

    private static func open(_ folder: URL) -> Int32 {
        Foundation.open(folder.appending(path: "lock").path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    }
}

/// Why the spool did not take what it was given: the disk is full, or may not be written.
struct SpoolError: Error, Hashable {
    var reason: String
}
