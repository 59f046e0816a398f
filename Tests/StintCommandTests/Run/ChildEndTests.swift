import Foundation
import StintClient
import StintModel
import Testing

@testable import stint

/// How the end of a command is told.
@Suite struct ChildEndTests {
    @Test(
        arguments: [
            (0, ChildEnd.Way.exited(0), 0), (3 << 8, .exited(3), 3), (255 << 8, .exited(255), 255),
            (11, .killed(signal: 11), 139), (9, .killed(signal: 9), 137),
            // With a core dump.
            (11 | 0x80, .killed(signal: 11), 139),
        ] as [(Int32, ChildEnd.Way, Int32)])
    func `a status says how, and the exit code is a shell's`(
        status: Int32, way: ChildEnd.Way, code: Int32
    ) {
        let end = ChildEnd(way: ChildEnd.Way(waitStatus: status))
        #expect(end.way == way)
        #expect(end.exitCode == code)
    }

    @Test func `what ended by itself succeeded or failed`() {
        #expect(ChildEnd(way: .exited(0)).ending(lastLines: nil) == .succeeded)
        #expect(
            ChildEnd(way: .exited(3)).ending(lastLines: "oh")
                == .failed(type: "ExitCode.3", message: "Exited with code 3.", cause: "oh"))
        #expect(
            ChildEnd(way: .killed(signal: SIGSEGV)).ending(lastLines: nil)
                == .failed(type: "SIGSEGV", message: "Killed by SIGSEGV."))
    }

    @Test func `what was asked to stop was aborted, unless it did its work`() {
        #expect(ChildEnd(way: .exited(0), asked: SIGTERM).ending(lastLines: nil) == .succeeded)
        #expect(
            ChildEnd(way: .killed(signal: SIGTERM), asked: SIGTERM).ending(lastLines: nil)
                == .aborted(type: "SIGTERM", message: "Killed by SIGTERM."))
        #expect(
            ChildEnd(way: .exited(1), asked: SIGINT).ending(lastLines: nil)
                == .aborted(type: "SIGINT", message: "Asked to stop. Exited with code 1."))
    }

    @Test func `SIGKILL is the system's where it killed for want of memory`() {
        #expect(
            ChildEnd(way: .killed(signal: SIGKILL), memoryKills: 1).ending(lastLines: nil)
                == .failed(
                    type: "OutOfMemory", message: "Killed by the system for want of memory."))
        #expect(
            ChildEnd(way: .killed(signal: SIGKILL)).ending(lastLines: nil)
                == .failed(type: "SIGKILL", message: "Killed by SIGKILL."))
        // Another process was; this one left by itself.
        #expect(
            ChildEnd(way: .exited(1), memoryKills: 1).ending(lastLines: nil)
                == .failed(type: "ExitCode.1", message: "Exited with code 1."))
    }

    @Test func `what its deadline ended timed out, however it left`() {
        let minute = SpanArgument(argument: "1m")
        for way in [ChildEnd.Way.exited(0), .exited(1)] {
            let ending = ChildEnd(way: way, asked: SIGTERM, passed: minute).ending(lastLines: nil)
            guard case .exited(let code) = way else { continue }
            #expect(
                ending
                    == .timedOut(
                        type: "Deadline",
                        message: "Ended for running longer than 1m. Exited with code \(code)."))
        }
    }

    @Test func `control groups of both versions tell of kills`() {
        let both = "9:name=systemd:/\n5:memory,hugetlb:/a/b\n0::/user.slice\n"
        #expect(
            MemoryKills.files(of: both) == [
                "/sys/fs/cgroup/memory/a/b/memory.oom_control",
                "/sys/fs/cgroup/memory/memory.oom_control",
                "/sys/fs/cgroup/user.slice/memory.events", "/sys/fs/cgroup/memory.events",
            ])
        #expect(MemoryKills.kills(in: "low 0\noom 4\noom_kill 3\noom_group_kill 0\n") == 3)
        #expect(MemoryKills.kills(in: "under_oom 0\n") == nil)
    }

    @Test func `the last lines are kept, a long one by its beginning`() {
        var lines = LastLines(limit: 2)
        #expect(lines.text == nil)
        lines.take("one\ntwo\nthr".utf8)
        #expect(lines.text == "two\nthr")
        lines.take("ee\n".utf8)
        #expect(lines.text == "two\nthree")
        lines.take(Array(repeating: 0x61, count: 9_000))
        #expect(lines.text?.utf8.count == 6 + LastLines.bytesPerLine)
    }

    @Test func `an attribute is a number where it reads as one`() {
        #expect(AttributeArgument(argument: "n=3")?.value == 3)
        #expect(AttributeArgument(argument: "n=0.5")?.value == 0.5)
        #expect(AttributeArgument(argument: "n=true")?.value == true)
        #expect(AttributeArgument(argument: "n=a=b")?.value == "a=b")
        #expect(AttributeArgument(argument: "n") == nil)
        #expect(AttributeArgument(argument: "=1") == nil)
    }

    @Test func `a child is in the trace that its parent is in, else in its execution's own`() {
        let trace = String(repeating: "ab", count: 16)
        var settings = TrackerSettings(environment: ["STINT_DISABLED": "1"])
        let own = Tracker(settings: settings).begin("job", id: trace).childTrace
        #expect(own?.traceID == trace)
        #expect(own?.isSampled == true)
        settings.traceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
        let inside = Tracker(settings: settings).begin("job", id: trace).childTrace
        #expect(inside?.traceID == "0af7651916cd43dd8448eb211c80319c")
        #expect(inside?.parentID != "b7ad6b7169203331")
        #expect(inside?.isSampled == false)
        #expect(TraceParent("00-\(String(repeating: "0", count: 32))-b7ad6b7169203331-01") == nil)
    }
}
