import Foundation
import StintModel
import StintWire
import Testing

@Suite struct MetricsBodyTests {
    @Test func `an answer is written as it was read`() throws {
        let text = try Self.fixture("answer")
        let body = try JSONDecoder().decode(MetricsBody.self, from: text)
        var json = JSONWriter()
        body.writeJSON(to: &json)
        #expect(try Self.tree(Data(json.bytes)) == Self.tree(text))
    }

    @Test func `a page of agents is written as it was read`() throws {
        let text = try Self.fixture("agents")
        let page = try JSONDecoder().decode(AgentPageBody.self, from: text)
        var json = JSONWriter()
        page.writeJSON(to: &json)
        #expect(try Self.tree(Data(json.bytes)) == Self.tree(text))
    }

    @Test func `a block that was not asked for is absent, and what is not known is null`() {
        let noon = Instant(rfc3339: "2026-11-20T12:00:00Z")!
        let body = MetricsBody(
            workspace: "default", timeframe: nil, from: noon, to: noon + .seconds(600), tz: "UTC",
            agent: nil, stepSeconds: 60,
            throughput: ThroughputBody(
                n: 0, executionsPerMinute: 0, executionsPerHour: 0, executionsPerDay: 0,
                throughputTrend: [PointBody(timestamp: noon, value: nil)], peakThroughput: nil,
                capacityUtilization: nil, maxCapacity: nil))
        var json = JSONWriter()
        body.writeJSON(to: &json)
        #expect(
            String(decoding: json.bytes, as: UTF8.self)
                == #"{"workspace":"default","timeframe":null,"#
                + #""from":"2026-11-20T12:00:00.000000Z","to":"2026-11-20T12:10:00.000000Z","#
                + #""tz":"UTC","agent":null,"stepSeconds":60,"throughput":{"n":0,"#
                + #""executionsPerMinute":0,"executionsPerHour":0,"executionsPerDay":0,"#
                + #""throughputTrend":[{"timestamp":"2026-11-20T12:00:00.000000Z","#
                + #""value":null}],"peakThroughput":null,"capacityUtilization":null,"#
                + #""maxCapacity":null}}"#)
    }

    @Test(
        "a rate has two decimals at most",
        arguments: [
            (98.036, "98.04"), (33.333_333, "33.33"), (-1.9, "-1.9"), (-0.001, "0"), (100, "100"),
            (0.005, "0.01"), (-0.05, "-0.05"), (1e300, "1e+300"), (.nan, "null"),
            (.infinity, "null"),
        ])
    func rate(_ value: Double, _ text: String) {
        var json = JSONWriter()
        json.rate(value)
        #expect(String(decoding: json.bytes, as: UTF8.self) == text)
    }

    @Test(
        "another number has as many digits as it takes",
        arguments: [(26.2, "26.2"), (0.000_001, "0.000001"), (189.129_2, "189.1292"), (12, "12")])
    func number(_ value: Double, _ text: String) {
        var json = JSONWriter()
        json.number(value)
        #expect(String(decoding: json.bytes, as: UTF8.self) == text)
    }

    private static func tree(_ json: Data) throws -> NSObject {
        try #require(try JSONSerialization.jsonObject(with: json) as? NSObject)
    }

    /// A document of `Tests/Fixtures/metrics`.
    private static func fixture(_ name: String) throws -> Data {
        let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Fixtures/metrics")
        return try Data(contentsOf: fixtures.appending(path: "\(name).json"))
    }
}
