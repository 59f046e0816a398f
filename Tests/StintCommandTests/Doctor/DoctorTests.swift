import Foundation
import StintModel
import StintServer
import StintStorageSQLite
import Testing

@testable import stint

@Suite struct DoctorTests {
    @Test(arguments: [
        (free: 10 << 30, total: 100 << 30, state: Finding.State.ok),
        (free: 4 << 30, total: 100 << 30, state: .warning),
        (free: 900 << 20, total: 2 << 30, state: .warning),
        (free: 31 << 20, total: 100 << 30, state: .problem),
    ])
    func `a disk that fills is told of in time`(_ free: Int, _ total: Int, _ state: Finding.State) {
        let found = MachineFindings.disk(free: free, total: total)
        #expect(found.first { $0.name == "free" }?.state == state)
        #expect(found.first { $0.name == "total" }?.state == .ok)
    }

    @Test(arguments: [
        (now: "2026-11-21T12:00:00Z", newest: "2026-11-21T11:59:59Z", state: Finding.State.ok),
        (now: "2026-11-21T12:00:00Z", newest: "", state: .ok),
        (now: "2026-11-21T12:00:00Z", newest: "2026-11-21T12:00:01Z", state: .problem),
        (now: "1970-01-01T00:03:00Z", newest: "", state: .problem),
        (now: "2106-02-07T06:28:15Z", newest: "", state: .problem),
    ])
    func `a clock that cannot be right is a problem`(
        _ now: String, _ newest: String, _ state: Finding.State
    ) {
        let found = MachineFindings.clock(
            now: Instant(now), newest: Instant(rfc3339: newest), isSynchronized: true)
        #expect(found.first { $0.name == "now" }?.state == state)
    }

    @Test func `a clock that nobody keeps is a warning, one that cannot be asked is none`() {
        func state(_ isSynchronized: Bool?) -> Finding.State? {
            MachineFindings.clock(now: .reading, newest: nil, isSynchronized: isSynchronized)
                .first { $0.name == "synchronized" }?.state
        }
        #expect(state(false) == .warning)
        #expect(state(true) == .ok)
        #expect(state(nil) == .ok)
    }

    @Test(arguments: [(4_096, Finding.State.ok), (4_095, .warning)])
    func `too few open files are told of`(_ limit: Int, _ state: Finding.State) {
        #expect(MachineFindings.openFiles(limit: limit).state == state)
    }

    @Test(arguments: [(0o600, Finding.State.ok), (0o640, .warning), (0o602, .warning)])
    func `a file that others may open is told of`(_ mode: Int, _ state: Finding.State) {
        let file = StoreInspection.File(path: "/x/stint.sqlite", bytes: 1, mode: mode)
        #expect(StoreFindings.files([file]).map(\.state) == [state])
    }

    @Test func `every setting stands there, with its default`() {
        var settings = ServerSettings()
        settings.retention = .days(30)
        settings.recorder.waitingBytes = 1 << 20
        let found = SettingFindings.findings(
            "settings", settings, standard: ServerSettings())
        let retention = found.first { $0.name == "retention" }
        #expect(retention?.value == .span(.days(30)))
        #expect(retention?.standard == .span(.days(90)))
        let waiting = found.first { $0.name == "recorder.waitingBytes" }
        #expect(waiting?.value == .bytes(1 << 20))
        #expect(waiting?.standard == .bytes(64 << 20))
        for label in Mirror(reflecting: settings).children.compactMap(\.label) {
            #expect(
                found.contains { $0.name == label || $0.name.hasPrefix(label + ".") }, "\(label)")
        }
    }

    @Test func `the worst finding is that of the whole, in every form`() throws {
        let examination = Examination(findings: [
            Finding("disk", "free", .bytes(3 << 30)),
            Finding("settings", "retention", .span(.days(30)), standard: .span(.days(90))),
            Finding("store", "path", .text("a,b"), .problem, "It says \"no\"."),
            Finding("clock", "synchronized", .text("no"), .warning),
        ])
        #expect(examination.state == .problem)
        #expect(
            String(decoding: examination.json, as: UTF8.self) == """
                {"status":"problem","findings":[\
                {"part":"disk","name":"free","value":3221225472,"unit":"bytes","state":"ok"},\
                {"part":"settings","name":"retention","value":2592000,"unit":"seconds",\
                "default":7776000,"state":"ok"},\
                {"part":"store","name":"path","value":"a,b","state":"problem",\
                "remark":"It says \\"no\\"."},\
                {"part":"clock","name":"synchronized","value":"no","state":"warning"}]}
                """)
        #expect(examination.csvLines[3] == "problem,store,path,\"a,b\",,\"It says \"\"no\"\".\"")
        #expect(examination.jsonLines.count == 4)
        #expect(
            examination.lines(.piped)[1] == "ok       disk      free          3.0 GiB")
    }
}
