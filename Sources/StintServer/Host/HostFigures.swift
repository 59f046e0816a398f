import Foundation

/// What Linux tells of the machine's load in files. Where it tells nothing, there is none: other
/// systems have no such files.
struct HostFigures: Sendable {
    /// The text of a file; `nil` where there is none.
    var read: @Sendable (_ path: String) -> String?

    static let ofThisMachine = HostFigures { try? String(contentsOfFile: $0, encoding: .utf8) }

    // MARK: CPU

    /// How long all cores together were at work, and how long they were there, in ticks since the
    /// start of the machine.
    struct ProcessorTime: Hashable, Sendable {
        var busy: Int64
        var total: Int64

        /// In percent, all cores being 100; `nil` where no time has passed.
        func share(since earlier: ProcessorTime) -> Double? {
            guard total > earlier.total, busy >= earlier.busy else { return nil }
            return min(Double(busy - earlier.busy) / Double(total - earlier.total) * 100, 100)
        }
    }

    /// From the first line of `/proc/stat`: user, nice, system, idle, iowait, irq, softirq, steal.
    /// Waiting for a disk is idle.
    var processorTime: ProcessorTime? {
        guard let line = read("/proc/stat")?.split(separator: "\n").first else { return nil }
        let fields = line.split(separator: " ")
        guard fields.first == "cpu" else { return nil }
        let times = fields.dropFirst().prefix(8).compactMap { Int64($0) }
        guard times.count >= 4 else { return nil }
        let total = times.reduce(0, +)
        let idle = times[3] + (times.count > 4 ? times[4] : 0)
        return ProcessorTime(busy: total - idle, total: total)
    }

    // MARK: Memory

    /// In percent: of what this process's group may take where that is bounded (cgroup v2), else of
    /// the machine's. What could be had back at once, as the cache of files, is not in use.
    var memoryShare: Double? { groupMemoryShare ?? machineMemoryShare }

    private var groupMemoryShare: Double? {
        let group = read("/proc/self/cgroup")?.split(separator: "\n")
            .first { $0.hasPrefix("0::") }?.dropFirst(3)
        guard let group else { return nil }
        let folder = "/sys/fs/cgroup" + (group == "/" ? "" : group)
        func number(_ name: String) -> Double? {
            read("\(folder)/\(name)").flatMap {
                Double($0.trimmingCharacters(in: .whitespacesAndNewlines))
            }
        }
        // Without a bound the file says "max".
        guard let limit = number("memory.max"), limit > 0, let current = number("memory.current")
        else { return nil }
        let cache = Self.value(of: "inactive_file", in: read("\(folder)/memory.stat") ?? "") ?? 0
        return Self.percent(of: limit, current - cache)
    }

    private var machineMemoryShare: Double? {
        guard let text = read("/proc/meminfo"), let total = Self.value(of: "MemTotal:", in: text),
            let available = Self.value(of: "MemAvailable:", in: text), total > 0
        else { return nil }
        return Self.percent(of: total, total - available)
    }

    /// The number after a name, which begins a line.
    private static func value(of name: String, in text: String) -> Double? {
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ", maxSplits: 2)
            if fields.count > 1, fields[0] == name { return Double(fields[1]) }
        }
        return nil
    }

    private static func percent(of whole: Double, _ part: Double) -> Double {
        min(max(part / whole * 100, 0), 100)
    }
}
