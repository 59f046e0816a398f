import Foundation
import Logging
import ServiceLifecycle
import StintMetrics
import StintModel
import StintStorage
import StintStorageSQLite
import StintStorageTesting
import Synchronization
import Testing

@testable import StintServer

@Suite struct HostSamplerTests {
    static func figures(_ files: [String: String]) -> HostFigures { HostFigures { files[$0] } }

    @Test func `the share of the CPU is that of all cores since the last look`() throws {
        func time(_ line: String) throws -> HostFigures.ProcessorTime {
            try #require(Self.figures(["/proc/stat": "\(line)\ncpu0 1 2 3 4\n"]).processorTime)
        }
        let first = try time("cpu  100 10 50 800 40 0 0 0 7 0")
        #expect(first == .init(busy: 160, total: 1_000))
        #expect(try time("cpu  160 10 60 890 70 5 5 0 9 0").share(since: first) == 40)
        #expect(first.share(since: first) == nil)
        #expect(Self.figures([:]).processorTime == nil)
        #expect(Self.figures(["/proc/stat": "intr 1 2 3"]).processorTime == nil)
    }

    @Test func `memory is the machine's, or the group's where that has a bound`() {
        var files = [
            "/proc/meminfo": "MemTotal:       1000 kB\nMemFree: 1 kB\nMemAvailable:    250 kB\n",
            "/proc/self/cgroup": "1:cpu:/a\n0::/service\n",
            "/sys/fs/cgroup/service/memory.max": "max\n",
            "/sys/fs/cgroup/service/memory.current": "600\n",
        ]
        #expect(Self.figures(files).memoryShare == 75)
        files["/sys/fs/cgroup/service/memory.max"] = "800\n"
        #expect(Self.figures(files).memoryShare == 75)
        files["/sys/fs/cgroup/service/memory.stat"] = "anon 1\ninactive_file 200\n"
        #expect(Self.figures(files).memoryShare == 50)
        #expect(Self.figures([:]).memoryShare == nil)
    }

    @Test(
        .enabled(if: FileManager.default.fileExists(atPath: "/proc/stat")),
        arguments: [HostFigures.ofThisMachine])
    func `this machine tells its own`(_ figures: HostFigures) throws {
        #expect(try #require(figures.processorTime).total > 0)
        #expect(try (1...100).contains(#require(figures.memoryShare)))
    }

    @Test(arguments: [
        ("30\n50\n", 40.0), ("7", 7), ("[N/A]\n20\n", 20), ("", nil), ("No devices", nil),
        ("-1\n101", nil),
    ])
    func `of several GPUs the mean counts`(_ output: String, _ share: Double?) {
        #expect(GraphicsProbe.share(in: output) == share)
    }

    @Test(arguments: [
        ("echo 42; echo 44", 43.0), ("echo 42; exit 1", nil), ("exec sleep 600", nil),
    ])
    func `a program is asked about GPUs, and ended where it takes too long`(
        _ script: String, _ share: Double?
    ) async throws {
        let folder = NSTemporaryDirectory() + "stint-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(GraphicsProbe(path: folder) == nil)
        try FileManager.default.createFile(
            atPath: folder + "/nvidia-smi", contents: Data("#!/bin/sh\n\(script)\n".utf8),
            attributes: [.posixPermissions: 0o700]
        ).onlyIfTrue()
        let patience = Duration.milliseconds(script.contains("sleep") ? 100 : 30_000)
        let probe = try #require(GraphicsProbe(path: "/nonexistent:" + folder, patience: patience))
        #expect(await probe.share() == share)
    }

    @Test func `samples show in every workspace, and in none as a worker`() async throws {
        try await ServerUnderTest.use { server in
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let now = SampleFleet.noon
            let recorder = Recorder(
                store: server.store, now: { now }, logger: logger, onCommit: { _ in })
            let ticks = Mutex<Int64>(0)
            let figures = HostFigures { path in
                guard path == "/proc/stat" else { return nil }
                let tick = ticks.withLock {
                    $0 += 1
                    return $0
                }
                return "cpu \(tick * 30) 0 0 \(tick * 70)"
            }
            let sampler = HostSampler(
                recorder: recorder, figures: figures, graphics: nil, name: "here",
                interval: .milliseconds(5), clock: .continuous, now: { now }, logger: logger)
            let group = ServiceGroup(
                configuration: .init(
                    services: [.init(service: recorder), .init(service: sampler)], logger: logger))
            try await withThrowingTaskGroup { tasks in
                tasks.addTask { try await group.run() }
                var found: WorkerReport?
                while found == nil {
                    // The server under test may have told of this machine as well.
                    found = try await server.store.workersNow(in: .other, at: now).hosts
                        .first { $0.worker == "here" }
                }
                #expect(found == WorkerReport(worker: "here", cpu: 30))
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
            let all = try await server.store.workersNow(in: .default, at: now)
            #expect(all.workers.isEmpty && all.hosts.contains { $0.worker == "here" })
        }
    }
}

extension Bool {
    fileprivate func onlyIfTrue() throws { try #require(self) }
}
