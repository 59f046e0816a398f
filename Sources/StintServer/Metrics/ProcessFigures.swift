import Foundation

/// What the operating system says of this process.
struct ProcessFigures: Sendable {
    /// Memory that is really there; `nil` where the system does not tell.
    var residentBytes: Int?
    /// Time of all its threads, in the program and in the kernel.
    var cpuSeconds: Double
    var openFiles: Int?

    static func now() -> ProcessFigures {
        var usage = rusage()
        #if canImport(Glibc)
            getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        #else
            getrusage(RUSAGE_SELF, &usage)
        #endif
        return ProcessFigures(
            residentBytes: residentBytes(),
            cpuSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime),
            openFiles: (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?
                .count)
    }

    private static func residentBytes() -> Int? {
        // Linux tells the sizes in pages: all, resident, …
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        else { return nil }
        let fields = text.split(separator: " ")
        return fields.count > 1
            ? Int(fields[1]).map { $0 * Int(sysconf(Int32(_SC_PAGESIZE))) } : nil
    }

    private static func seconds(_ time: timeval) -> Double {
        Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000
    }
}
