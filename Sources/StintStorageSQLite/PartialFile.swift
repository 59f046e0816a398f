import Foundation

/// A file that appears under its name when it is whole and synced, and until then lies beside it
/// under another; its owner's alone. Removed where it never became whole.
final class PartialFile {
    let path: String
    private let target: String
    private let file: Int32
    private var isPublished = false

    /// How much may be written before it is synced: a file of gigabytes that is synced at once
    /// keeps everybody else's syncs waiting.
    static let bytesBetweenSyncs = 32 << 20

    init(for target: String) throws(StoreFileError) {
        self.target = target
        var template = Array("\(target).partial-XXXXXX".utf8CString)
        file = mkstemp(&template)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard file >= 0 else { throw .system(target) }
        _ = fcntl(file, F_SETFD, FD_CLOEXEC)
    }

    deinit {
        close(file)
        if !isPublished { unlink(path) }
    }

    func sync() throws(StoreFileError) {
        guard fsync(file) == 0 else { throw .system(path) }
    }

    /// Copies another file into this one.
    ///
    /// - Parameter progress: Told the share that is done; what it throws ends the copying.
    func copy(from source: String, progress: (Double) throws -> Void) throws {
        let input = open(source, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw StoreFileError.system(source) }
        defer { close(input) }
        var status = stat()
        guard fstat(input, &status) == 0 else { throw StoreFileError.system(source) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4_096)
        defer { buffer.deallocate() }
        var copied = 0
        var unsynced = 0
        while true {
            let count = read(input, buffer.baseAddress, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw StoreFileError.system(source)
            }
            if count == 0 { break }
            try write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            copied += count
            unsynced += count
            if unsynced >= Self.bytesBetweenSyncs {
                try sync()
                unsynced = 0
            }
            try progress(Double(copied) / Double(max(1, status.st_size)))
        }
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws(StoreFileError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = Foundation.write(file, rest.baseAddress, rest.count)
            if count > 0 {
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            } else if errno != EINTR {
                throw .system(path)
            }
        }
    }

    /// Gives it its name, in place of whatever had it. When this returns it stays, come what may.
    func publish() throws(StoreFileError) {
        try sync()
        guard rename(path, target) == 0 else { throw .system(target) }
        isPublished = true
        try Self.syncFolder(of: target)
    }

    /// Makes what was renamed and removed in a folder stay so.
    static func syncFolder(of path: String) throws(StoreFileError) {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .system(folder) }
    }
}

extension StoreFileError {
    /// What the system last complained of.
    static func system(_ path: String) -> StoreFileError {
        .failed(path: path, reason: String(cString: strerror(errno)))
    }
}
