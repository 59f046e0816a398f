import CKernel
import Foundation
import StintModel
import StintStorageSQLite

/// What is to be said of the program and of the machine it stands on.
enum MachineFindings {
    static var versions: [Finding] {
        [
            Finding("versions", "stint", .text(Stint.version)),
            Finding("versions", "swift", .text(compiler)),
            Finding(
                "versions", "sqlite", .text(StoreInspection.engineVersion), .ok,
                StoreInspection.engineHasResetFault
                    ? "Two connections that reset the log at once can corrupt a file before 3.51.3; "
                        + "in Stint one alone commits and checkpoints." : nil),
            Finding("versions", "kernel", .text(kernel)),
        ]
    }

    /// Swift does not tell the version at run time.
    private static var compiler: String {
        #if compiler(>=6.4)
            "6.4 or newer"
        #elseif compiler(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }

    private static var kernel: String {
        var name = utsname()
        guard uname(&name) == 0 else { return "unknown" }
        func text<Characters>(_ characters: Characters) -> String {
            withUnsafeBytes(of: characters) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
        }
        return "\(text(name.sysname)) \(text(name.release)) \(text(name.machine))"
    }

    // MARK: Disk

    /// The file system on which a path lies, or would.
    static func disk(of path: String) -> [Finding] {
        var folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        while !FileManager.default.fileExists(atPath: folder.path), folder.path != "/" {
            folder.deleteLastPathComponent()
        }
        var status = statvfs()
        guard statvfs(folder.path, &status) == 0 else { return [] }
        let block = UInt64(status.f_frsize)
        return disk(
            free: Int(clamping: UInt64(status.f_bavail) * block),
            total: Int(clamping: UInt64(status.f_blocks) * block))
    }

    static func disk(free: Int, total: Int) -> [Finding] {
        let isFull = free < 32 << 20
        let isLow = free < 1 << 30 || free < total / 20
        return [
            Finding("disk", "total", .bytes(total)),
            Finding(
                "disk", "free", .bytes(free), isFull ? .problem : isLow ? .warning : .ok,
                isFull
                    ? "Recording stops on a full disk, and goes on by itself once 32 MiB are free."
                    : isLow ? "Less than 1 GiB or a twentieth is free." : nil),
        ]
    }

    // MARK: Clock

    /// - Parameters:
    ///   - newest: The clock of whoever served the store last.
    ///   - isSynchronized: Whether a time server keeps the clock; `nil` where that is not known.
    static func clock(now: Instant, newest: Instant?, isSynchronized: Bool?) -> [Finding] {
        var state = Finding.State.ok
        var remark: String?
        if let newest, now < newest {
            state = .problem
            remark =
                "It is behind the store, which was told of something at \(newest.rfc3339): "
                + "set the clock, or events are refused as of the future and nothing expires."
        } else if !plausible.contains(now) {
            state = .problem
            remark = "No plausible year: set the clock."
        }
        let keeper = isSynchronized.map { $0 ? "yes" : "no" } ?? "unknown"
        return [
            Finding("clock", "now", .text(now.rfc3339), state, remark),
            Finding(
                "clock", "synchronized", .text(keeper), isSynchronized == false ? .warning : .ok,
                isSynchronized == false
                    ? "No time server keeps this clock; times of receipt may drift." : nil),
        ]
    }

    /// The years 2025 through 2099.
    private static let plausible =
        Instant(microseconds: 1_735_689_600_000_000)..<Instant(microseconds: 4_102_444_800_000_000)

    static var isClockSynchronized: Bool? {
        switch stint_clock_is_synchronized() {
        case 0: false
        case 1: true
        default: nil
        }
    }

    // MARK: Open files

    static func openFiles(limit: Int) -> Finding {
        let isLow = limit < 4_096
        return Finding(
            "limits", "openFiles", .count(limit), isLow ? .warning : .ok,
            isLow
                ? "As many connections fit, less a hundred; `ulimit -n 65536` before `stint serve`."
                : "Of this shell; a server started elsewhere has its own.")
    }

    static var openFileLimit: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        return Int(clamping: UInt64(limit.rlim_cur))
    }
}
