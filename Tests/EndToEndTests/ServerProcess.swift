import Foundation

/// What the kernel says of a server's process.
struct ServerProcess: Sendable {
    var residentBytes: Int
    /// The most that was resident since the start, or since it was last forgotten.
    var peakBytes: Int
    var cpuSeconds: Double
    var openFiles: Int
}

extension RunningServer {
    /// As it is now; zeros where it has ended.
    var process: ServerProcess {
        let folder = "/proc/\(processID)"
        let status = (try? String(contentsOfFile: "\(folder)/status", encoding: .utf8)) ?? ""
        func kibibytes(_ name: String) -> Int {
            status.split(separator: "\n").first { $0.hasPrefix(name) }?
                .split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0
        }
        // After the name in parentheses, the 12th and 13th: ticks in the program and in the kernel.
        let fields =
            (try? String(contentsOfFile: "\(folder)/stat", encoding: .utf8))?
            .split(separator: ")").last?.split(separator: " ") ?? []
        let ticks = fields.dropFirst(11).prefix(2).compactMap { Double($0) }.reduce(0, +)
        let files = try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/fd").count
        return ServerProcess(
            residentBytes: kibibytes("VmRSS:") << 10, peakBytes: kibibytes("VmHWM:") << 10,
            cpuSeconds: ticks / Double(sysconf(Int32(_SC_CLK_TCK))), openFiles: files ?? 0)
    }

    /// Measures the peak of its memory from now on.
    func forgetPeak() throws {
        try "5".write(toFile: "/proc/\(processID)/clear_refs", atomically: false, encoding: .utf8)
    }

    /// The figures of `/metrics`, by name and labels as they are written there.
    func figures() async throws -> [String: Double] {
        let reply = try await get("/metrics")
        let lines = String(decoding: reply.data, as: UTF8.self).split(separator: "\n")
        return Dictionary(
            lines.filter { !$0.hasPrefix("#") }.compactMap { line in
                guard let space = line.lastIndex(of: " ") else { return nil }
                return Double(line[space...].dropFirst()).map { (String(line[..<space]), $0) }
            }, uniquingKeysWith: { first, _ in first })
    }

    /// Asks for the figures until they are as expected.
    func until(
        within limit: Duration = .seconds(60), _ condition: ([String: Double]) -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + limit
        while try await !condition(figures()) {
            if ContinuousClock.now > deadline { throw NeverCame() }
        }
    }

    struct NeverCame: Error {}
}

extension Duration {
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
