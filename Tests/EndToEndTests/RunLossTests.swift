import Foundation
import Testing

extension EndToEnd {
    /// What `stint run` and the server together make of a machine that fails the command.
    @Suite struct RunLossTests {
        @Test func `a machine that froze is lost until it goes on`() async throws {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            try await RunningServer.serving("--sweep-interval", "1s") { server in
                let output = Pipe()
                let program = try Program(
                    Program.stint,
                    [
                        "run", "--agent", "job", "--id", "frozen", "--heartbeat", "1s", "--",
                        "/bin/sh", "-c", "echo ready; exec sleep 300",
                    ], output: output, errors: .nullDevice,
                    environment: ["STINT_URL": server.url, "STINT_SPOOL": folder.url.path])
                #expect(await output.firstLine(within: .seconds(60)) == "ready")
                program.send(SIGSTOP)
                #expect(try await LostTests.isLost("frozen", on: server))
                let lost = try await server.execution("frozen").json
                #expect(lost["lostBecause"]["rule"] == "heartbeat")

                program.send(SIGCONT)
                let isBack = try await holds(within: .seconds(60)) {
                    let shown = try await server.execution("frozen").json
                    return shown["status"] == "running" && shown["lostBecause"] == .null
                }
                #expect(isBack)
                program.send(SIGTERM)
                #expect(await program.exitCode() == 143)
                #expect(try await server.execution("frozen").json["status"] == "aborted")
            }
        }

        @Test func `a command that bears the limit on its memory ends as it says itself`()
            async throws
        {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            try await RunningServer.serving { server in
                // The limit is on the address space: what asks for more is refused it.
                let ended = try await Program.run(
                    arguments: [
                        "run", "--agent", "job", "--id", "bounded", "--stderr-lines", "1", "--",
                        "/bin/sh", "-c", "ulimit -v 200000; exec tail /dev/zero",
                    ], environment: ["STINT_URL": server.url, "STINT_SPOOL": folder.url.path])
                #expect(ended.exitCode == 1)
                let shown = try await server.execution("bounded").json
                #expect(shown["error"]["type"] == "ExitCode.1")
                #expect(shown["error"]["cause"].string?.hasPrefix("tail: ") == true)
            }
        }

        @Test(.enabled(if: MemoryGroup.isPossible, "No control group can be made here."))
        func
            `a command that the system killed for want of memory is told from one that was killed`()
            async throws
        {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let group = try #require(MemoryGroup(bytes: 256 << 20))
            defer { group.remove() }
            try await RunningServer.serving { server in
                let ended = try await Program.run(
                    URL(filePath: "/bin/sh"),
                    [
                        "-c", #"echo $$ > "$0" && exec "$@""#, group.processes.path,
                        Program.stint.path, "run", "--agent", "job", "--id", "large", "--",
                        "tail", "/dev/zero",
                    ], environment: ["STINT_URL": server.url, "STINT_SPOOL": folder.url.path])
                #expect(ended.exitCode == 137, "\(ended.errors)")
                let shown = try await server.execution("large").json
                #expect(shown["status"] == "failed")
                #expect(shown["error"]["type"] == "OutOfMemory")
            }
        }
    }
}

/// A control group of a test's own, of either version, whose processes share so much memory.
private struct MemoryGroup {
    private var url = URL(filePath: "/")

    var processes: URL { url.appending(path: "cgroup.procs") }

    static var isPossible: Bool {
        guard let group = MemoryGroup(bytes: 1 << 30) else { return false }
        group.remove()
        return true
    }

    /// - Returns: `nil` where the system, or a lack of rights, does not allow it.
    init?(bytes: Int) {
        for root in ["/sys/fs/cgroup/memory", "/sys/fs/cgroup"] {
            url = URL(filePath: root).appending(path: "stint-\(UUID().uuidString)")
            guard mkdir(url.path, 0o755) == 0 else { continue }
            // The second counts swapped memory too.
            let files = ["memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "memory.max"]
            let limits = files.map { url.appending(path: $0) }.filter {
                FileManager.default.fileExists(atPath: $0.path)
                    && (try? "\(bytes)".write(to: $0, atomically: false, encoding: .utf8)) != nil
            }
            if !limits.isEmpty { return }
            remove()
        }
        return nil
    }

    func remove() { rmdir(url.path) }
}
