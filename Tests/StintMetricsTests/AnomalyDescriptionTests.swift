import StintModel
import Testing

@testable import StintMetrics

@Suite struct AnomalyDescriptionTests {
    private func anomaly(
        _ kind: Anomaly.Kind, minutes: Int64, _ observed: Int64, of expected: Double,
        finished: Int64? = nil
    ) throws -> Anomaly {
        let start = try #require(Instant(rfc3339: "2026-11-20T13:05:00Z"))
        return Anomaly(
            kind: kind, start: start, end: start + .seconds(minutes * 60), severity: .high,
            observed: observed, expected: expected, finished: finished, logProbability: -20)
    }

    @Test func `arrivals are told in numbers and times the usual`() throws {
        #expect(
            try anomaly(.spike, minutes: 10, 148, of: 48.2).description(zone: .utc)
                == "Arrivals rose to 148 in 10 minutes, 3.1 times the usual 48.")
        #expect(
            try anomaly(.drop, minutes: 20, 3, of: 40).description(zone: .utc)
                == "Arrivals fell to 3 in 20 minutes, 7.5 % of the usual 40.")
        #expect(
            try anomaly(.drop, minutes: 150, 0, of: 22.4).description(zone: .utc)
                == "No arrivals for 2.5 hours, usually 22.")
    }

    @Test func `a surge is told in shares, by the clock of the zone, with its cause`() throws {
        let surge = try anomaly(.failureSurge, minutes: 30, 32, of: 2.1, finished: 210)
        let zone = try #require(ZoneRules(identifier: "Europe/Berlin"))
        let cause = Anomaly.Cause(errorType: "TimeoutError", agent: "planner", count: 22)
        #expect(
            surge.description(zone: zone, cause: cause)
                == "15.2 % of 210 failed between 14:05 and 14:35, usually 1.0 %; "
                + "most are TimeoutError of planner (22 of 32).")
        #expect(
            surge.description(zone: .utc)
                == "15.2 % of 210 failed between 13:05 and 13:35, usually 1.0 %.")
    }
}
