import ArgumentParser
import Foundation
import StintModel
import Testing

@testable import StintSimulation
@testable import stint

@Suite struct FigureCheckTests {
    private static let until = Instant("2025-11-28T00:00:00Z")
    private static let fleet = Fleet(.init(executions: 40, days: 1, seed: 3, until: until))

    private static func check(
        _ metrics: TestServer.Answer, holding ids: [String]
    ) async throws -> (FigureCheck.Report?, [TestServer.Request]) {
        var result: (FigureCheck.Report?, [TestServer.Request]) = (nil, [])
        let list = ids.map { #"{"id":"\#($0)"}"# }.joined(separator: ",")
        try await TestServer.serving { _, request in
            if request.target.contains("status=lost") { return .init(body: #"{"items":[]}"#) }
            if request.target.hasPrefix("/v1/executions") {
                return .init(body: #"{"items":[\#(list)]}"#)
            }
            return request.target.hasPrefix("/v1/metrics") ? metrics : .init(body: #"{"items":[]}"#)
        } _: { server in
            let console = TestConsole()
            let options = try ServerOptions.parse(["--url", server.url])
            let check = FigureCheck(
                truth: fleet, incidents: fleet.incidents,
                client: try options.client(console.console), console: console.console)
            result = (try await check.run(), server.requests)
        }
        return result
    }

    private static var ids: [String] { (0..<fleet.count).map { fleet.execution($0).id.rawValue } }

    @Test func `figures of a workspace that holds others too are not compared`() async throws {
        let (report, requests) = try await Self.check(
            .init(body: "{}"), holding: Self.ids + ["another"])
        #expect(report == nil)
        #expect(requests.count == 1)
    }

    @Test func `a server without figures is told once`() async throws {
        let (report, _) = try await Self.check(.init(status: 404), holding: Self.ids)
        #expect(report?.differences.lines == ["metrics  are not there"])
    }

    @Test func `every answer that is wrong is told with its question`() async throws {
        let body = #"{"from":"2025-11-27T23:00:00Z","to":"2025-11-28T00:00:00Z","tz":"UTC"}"#
        let (report, requests) = try await Self.check(.init(body: body), holding: Self.ids)
        let asked = requests.filter { $0.target.hasPrefix("/v1/metrics") }
        let agents = Set((0..<Self.fleet.count).map { Self.fleet.execution($0).agent }).count
        #expect(asked.count == 8 + 2 * agents)
        #expect(asked.contains { $0.target.contains("tz=Europe%2FBerlin") })
        #expect(asked.contains { $0.target.contains("agent=support-triage") })
        // What is null for all of an hour is right by chance; that there was something is not.
        #expect((report?.compared ?? 0) > 2_000)
        #expect((report?.differences.count ?? 0) > 1_000)
        #expect(
            report?.differences.lines.contains {
                $0.contains("latency.queueLatency.n is null, true is ")
            }
                == true)
    }

    // MARK: Incidents

    private static let rush = Incident(kind: .rush, from: until, to: until + .seconds(3_600))

    private static func anomaly(_ type: String, _ minutes: Int64) -> ShownFigure {
        let at = until + .seconds(60 * minutes)
        return .members([
            "type": .text(type), "timestamp": .text(at.rfc3339), "severity": .text("high"),
            "description": .text("Much."),
        ])
    }

    private static func executions(_ count: Int) -> [KnownExecution] {
        (0..<count).map { number in
            var execution = KnownExecution(id: "\(number)", status: .running)
            execution.startedAt = until + .seconds(Int64(number % 3_600))
            return execution
        }
    }

    @Test(arguments: [
        ("spike", -10, true), ("spike", 0, true), ("spike", 10, true), ("spike", 11, false),
        ("spike", -11, false), ("drop", 0, false),
    ])
    func `an incident is found by its kind, within two slots of its beginning`(
        _ type: String, _ minutes: Int64, _ isFound: Bool
    ) {
        let findings = IncidentFindings(
            [Self.rush], Self.executions(900), [Self.anomaly(type, minutes)])
        #expect(findings.overlooked.isEmpty == isFound)
        #expect(findings.lines.count == (isFound ? 1 : 2))
        #expect(findings.lines.last?.contains("high \(type)") == true)
        #expect(findings.lines.last?.hasPrefix("found besides") == !isFound)
    }

    @Test func `what is too small to see is only told, and a slow-down is no anomaly`() {
        let slow = Incident(kind: .slowDown, from: Self.until, to: Self.until + .days(1))
        let findings = IncidentFindings([Self.rush, slow], Self.executions(100), [])
        #expect(findings.overlooked.isEmpty)
        #expect(findings.lines.count == 1)
        #expect(findings.lines[0].contains("not found, 8 in five minutes"))
    }
}
