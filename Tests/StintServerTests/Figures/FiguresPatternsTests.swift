import StintModel
import StintStorageTesting
import StintWire
import Testing

@testable import StintServer

/// When work comes, and what was out of the ordinary, by way of the interface.
@Suite(.serialized) struct FiguresPatternsTests {
    /// An execution that begins and ends at one instant.
    private static func brief(
        _ id: String, at: Instant, error: String? = nil
    ) -> [String] {
        let end =
            error.map { #""failed","error":{"type":"\#($0)","message":"No answer"}"# }
            ?? #""succeeded""#
        return [
            #"{"type":"execution.started","execution":"\#(id)","agent":"alpha","at":"\#(at.rfc3339)"}"#,
            #"{"type":"execution.finished","execution":"\#(id)","at":"\#(at.rfc3339)","status":\#(end)}"#,
        ]
    }

    @Test func `habits are those of the last two weeks, though less was asked for`() async throws {
        try await ServerUnderTest.withoutHost { server in
            // At 10:30 of each day, two from Monday through Friday and one on other days.
            let today = Instant.at("10:30:00")
            for age in 0..<20 {
                let at = today - .days(Int64(age))
                let isWeekend = [5, 6].contains(age % 7)
                try await server.tell(Self.brief("first of \(age)", at: at))
                if isWeekend { continue }
                try await server.tell(Self.brief("second of \(age)", at: at))
            }
            let patterns = try #require(
                try await server.figures("timeframe=24h", block: "patterns").patterns)
            #expect(patterns.patterns.peakHours.first == 10)
            #expect(patterns.patterns.days == 14)
            #expect(patterns.patterns.averageDaily == 1.71)
            #expect(patterns.patterns.weekdayAverage == 2)
            #expect(patterns.patterns.weekendAverage == 1)
            // 10:30 in UTC is 02:30 in Los Angeles.
            let west = try await server.figures(
                "timeframe=24h&tz=America/Los_Angeles", block: "patterns")
            #expect(west.patterns?.patterns.peakHours.first == 2)
        }
    }

    @Test func `a surge of failures, a spike and silence are told with their times and cause`()
        async throws
    {
        try await ServerUnderTest.withoutHost { server in
            // One every other minute for eight days, until 13:00. On the last, those from 10:00 to
            // 10:30 fail, and forty come at a time from 12:00 to 12:10.
            var events: [String] = []
            let start = Instant.at("13:00:10") - .days(8)
            for number in 0..<5_760 {
                let at = start + .seconds(120 * Int64(number))
                let fails = (Instant.at("10:00:00")..<Instant.at("10:30:00")).contains(at)
                events += Self.brief("\(number)", at: at, error: fails ? "GatewayTimeout" : nil)
                guard (Instant.at("12:00:00")..<Instant.at("12:10:00")).contains(at) else {
                    continue
                }
                for more in 1..<40 { events += Self.brief("\(number)/\(more)", at: at) }
            }
            try await server.tell(Array(events.prefix(8_000)))
            try await server.tell(Array(events.dropFirst(8_000)))
            let patterns = try #require(
                try await server.figures(
                    "timeframe=24h", block: "patterns"
                ).patterns)
            #expect(patterns.anomalies.map(\.type) == ["failure_surge", "spike", "drop"])
            let two = TimeSpan.seconds(600)
            let times = [
                ("10:00:00", "10:30:00"), ("12:00:00", "12:10:00"), ("13:00:00", "14:00:00"),
            ]
            for (anomaly, time) in zip(patterns.anomalies, times) {
                let (start, end) = (Instant.at(time.0), Instant.at(time.1))
                #expect((start - two...start + two).contains(anomaly.timestamp), "\(anomaly)")
                #expect((end - two...end + two).contains(anomaly.endTime), "\(anomaly)")
            }
            let surge = try #require(patterns.anomalies.first)
            #expect(surge.description.contains("GatewayTimeout"))
            #expect(surge.description.contains("alpha"))
            #expect(surge.observed == 15)
            let burst = try #require(patterns.bursts.first)
            #expect(patterns.bursts.count == 1)
            #expect((burst.totalExecutions, burst.peakExecutions) == (200, 120))
            #expect((burst.startTime, burst.endTime) == (.at("12:00:00"), .at("12:10:00")))
        }
    }

    @Test func `an execution without an agent counts, under an empty name`() async throws {
        try await ServerUnderTest.withoutHost { server in
            try await server.tell(
                Told(id: "a", agent: nil, started: "12:00:00", finished: "12:00:01").events
                    + Told(id: "b", started: "12:00:00", finished: "12:00:03").events)
            let all = try await server.figures(FiguresTests.hour, block: "performance")
            #expect(all.performance?.totalExecutions == 2)
            #expect(all.performance?.byAgent.map(\.agentName) == ["", "alpha"])
            let unnamed = try await server.figures("\(FiguresTests.hour)&agent=")
            #expect(unnamed.performance?.totalExecutions == 1)
            #expect(unnamed.latency?.executionLatency.p50 == 1)
        }
    }
}
