import Foundation

/// How many processes of this one's control group the system killed for want of memory.
enum MemoryKills {
    static var count: Int {
        guard let groups = try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8) else {
            return 0
        }
        for file in files(of: groups) {
            if let text = try? String(contentsOfFile: file, encoding: .utf8),
                let count = kills(in: text)
            {
                return count
            }
        }
        return 0
    }

    /// Where the kernel tells of it, of either version of control groups.
    static func files(of groups: String) -> [String] {
        groups.split(separator: "\n").flatMap { line -> [String] in
            let parts = line.split(
                separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { return [] }
            if parts[1].isEmpty {
                // In a container the path may be that of the host.
                return ["/sys/fs/cgroup\(parts[2])", "/sys/fs/cgroup"].map { "\($0)/memory.events" }
            }
            guard parts[1].split(separator: ",").contains("memory") else { return [] }
            return ["/sys/fs/cgroup/memory\(parts[2])", "/sys/fs/cgroup/memory"]
                .map { "\($0)/memory.oom_control" }
        }
    }

    static func kills(in text: String) -> Int? {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, words[0] == "oom_kill" { return Int(words[1]) }
        }
        return nil
    }
}
