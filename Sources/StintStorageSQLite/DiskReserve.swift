import Foundation

/// Room on the store's disk that is held back, in a file beside the store, so that what makes room
/// can still be written when there is no other.
///
/// It is given up when the disk is full. From then on recording waits, or it would take that room
/// too, until the disk has enough for the reserve and as much again. Used by the writer alone.
final class DiskReserve {
    enum State {
        case held
        /// Given up for a disk that was full.
        case spent
        /// There never was room for it; whoever writes just tries.
        case absent
    }

    private(set) var state = State.absent
    private let path: String

    static let bytes = 16 << 20
    /// What is free beside the reserve when it is taken: recording starts again with some room.
    private static let slack = 16 << 20
    /// What opening a store may need.
    private static let openingBytes = 2 << 20

    /// Takes the reserve where there is room; one that was given up stays so.
    init(of store: String) {
        path = StoreFile(path: store).reserve
        // An empty one tells that it was given up, also to the next server.
        if Self.size(path) == Self.bytes {
            state = .held
        } else if access(path, F_OK) == 0 {
            state = .spent
        }
        take()
    }

    /// Gives the reserve of a store up where the disk has no room to open the store.
    static func makeRoomToOpen(_ store: String) {
        let path = StoreFile(path: store).reserve
        if size(path) > 0, available(beside: path) < openingBytes { truncate(path, 0) }
    }

    /// - Returns: Whether it is held now.
    @discardableResult
    func take() -> Bool {
        if state == .held { return true }
        let bytes = Self.bytes + Self.slack
        guard Self.available(beside: path) >= bytes, allocate(bytes, keeping: Self.bytes) else {
            return false
        }
        state = .held
        return true
    }

    func giveUp() {
        guard state == .held else { return }
        truncate(path, 0)
        state = .spent
    }

    /// Whether more than a transaction or two would find room.
    var hasRoom: Bool {
        state == .held || Self.available(beside: path) >= Self.openingBytes
    }

    /// Whether there is so little that what removes must see to it that it finds room itself.
    var isRoomScarce: Bool {
        state == .spent || Self.available(beside: path) < 8 * Self.bytes
    }

    /// Whether the disk lacks room for what a writer usually needs.
    var isDiskFull: Bool { Self.available(beside: path) < Self.slack }

    /// Makes the file with real blocks, where there are so many, and gives back all but some.
    private func allocate(_ bytes: Int, keeping kept: Int) -> Bool {
        let file = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
        guard file >= 0 else { return false }
        defer { close(file) }
        guard posix_fallocate(file, 0, off_t(bytes)) == 0, ftruncate(file, off_t(kept)) == 0 else {
            ftruncate(file, 0)
            if state == .absent { unlink(path) }
            return false
        }
        return true
    }

    private static func size(_ path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    /// What this process may still write; the superuser may also use what others may not.
    private static func available(beside path: String) -> Int {
        var status = statvfs()
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        guard statvfs(folder, &status) == 0 else { return .max }
        let blocks = geteuid() == 0 ? status.f_bfree : status.f_bavail
        return Int(clamping: UInt64(blocks) * UInt64(status.f_frsize))
    }
}
