import Foundation
import Testing

/// A file system in memory over a store's folder, seen by nobody but the servers started with its
/// launcher. It is gone with the process that holds it.
final class SmallDisk: Sendable {
    /// Runs a program where the disk is seen.
    let launcher: [String]
    private let holder: Program
    /// The holder reads from this until it is closed, whatever becomes of this process.
    private let leash: Pipe
    /// The folder as it is seen from here.
    let folder: URL

    struct NotMounted: Error {}

    /// Whether this process may mount.
    static var isPermitted: Bool {
        get async {
            guard geteuid() == 0, let folder = try? TemporaryFolder() else { return false }
            defer { folder.remove() }
            return (try? await SmallDisk(megabytes: 1, over: folder.url)) != nil
        }
    }

    init(megabytes: Int, over folder: URL) async throws {
        leash = Pipe()
        let output = Pipe()
        holder = try Program(
            URL(filePath: "/usr/bin/unshare"),
            [
                "-m", "/bin/sh", "-c",
                "mount -t tmpfs -o size=\(megabytes)m,mode=700 tmpfs \"$0\" && echo here && exec cat",
                folder.path,
            ], input: leash.fileHandleForReading, output: output, errors: .nullDevice)
        guard await output.firstLine(within: .seconds(60)) == "here" else { throw NotMounted() }
        launcher = ["/usr/bin/nsenter", "-t", String(holder.id), "-m"]
        self.folder = URL(filePath: "/proc/\(holder.id)/root" + folder.path)
    }

    deinit {
        holder.send(SIGKILL)
    }

    private var filler: URL { folder.appending(path: "filler") }

    /// Takes all the room there is.
    func fill() throws {
        let file = open(filler.path, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0o600)
        try #require(file >= 0)
        defer { close(file) }
        for bytes in [1 << 20, 4_096] {
            let zeros = [UInt8](repeating: 0, count: bytes)
            while write(file, zeros, bytes) > 0 {}
        }
    }

    /// Gives it back.
    func free() throws {
        try FileManager.default.removeItem(at: filler)
    }

    func bytes(of name: String) -> Int? {
        let attributes = try? FileManager.default.attributesOfItem(
            atPath: folder.appending(path: name).path)
        return (attributes?[.size] as? NSNumber)?.intValue
    }
}

extension Trait where Self == ConditionTrait {
    static var needsToMount: Self {
        .enabled("This process may not mount.") { await SmallDisk.isPermitted }
    }
}
