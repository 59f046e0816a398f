import Foundation
import NIOHTTP1
import StintModel
import StintStorageTesting
import StintWire
import Testing

@testable import StintServer

/// What a range of time holds, to the microsecond, and how one may be asked for.
@Suite(.serialized) struct FiguresRangeTests {
    /// The counts of a range: started (with a queue wait), finished.
    private static func counts(
        _ server: ServerUnderTest, _ from: String, _ to: String, zone: String = "UTC"
    ) async throws -> [Int64] {
        let all = try await server.figures(
            "from=2026-11-20T\(from)Z&to=2026-11-20T\(to)Z&tz=\(zone)")
        let performance = try #require(all.performance)
        let latency = try #require(all.latency)
        let finished: [[Int64]] = [
            [performance.totalExecutions], performance.byHour.map(\.executions),
            performance.byAgent.map(\.executions), [latency.executionLatency.n],
            latency.latencyDistribution.map(\.count), [try #require(all.throughput).n],
            try #require(all.patterns).timeline.map(\.executions),
            try #require(all.resources).modelUsage.map(\.calls),
        ]
        let sums = finished.map { $0.reduce(0, +) }
        #expect(Set(sums).count == 1, "\(from) to \(to): \(sums)")
        return [latency.queueLatency.n, sums[0]]
    }

    @Test func `a range begins with its first microsecond and ends before its last`() async throws {
        try await ServerUnderTest.withoutHost { server in
            // Started at 12:00:30.000001, finished at 12:07:30.000001.
            try await server.tell(
                Told(
                    id: "a", queued: "12:00:00", started: "12:00:30.000001",
                    finished: "12:07:30.000001"
                ).events + [
                    """
                    {"type":"model.called","execution":"a","call":"c","model":"m",
                     "at":"2026-11-20T12:01:00Z"}
                    """
                ])
            func counts(_ from: String, _ to: String) async throws -> [Int64] {
                try await Self.counts(server, from, to)
            }
            #expect(try await counts("12:00:30.000001", "12:00:30.000002") == [1, 0])
            #expect(try await counts("12:00:30", "12:00:30.000001") == [0, 0])
            #expect(try await counts("12:00:30.000002", "12:07:30.000001") == [0, 0])
            #expect(try await counts("12:00:30.000002", "12:07:30.000002") == [0, 1])
            #expect(try await counts("12:00:30.000001", "12:07:30.000001") == [1, 0])
            #expect(try await counts("12:07:30.000002", "12:08:00") == [0, 0])
            // From within one minute to within the next, and over whole minutes and hours.
            #expect(try await counts("12:06:59.999999", "12:07:31") == [0, 1])
            #expect(try await counts("12:00:00", "12:08:00") == [1, 1])
            #expect(try await counts("10:59:59", "13:00:01") == [1, 1])
            #expect(try await counts("00:00:00", "23:59:59") == [1, 1])
        }
    }

    @Test func `rates count the part of a step that lies in the range and has passed`() async throws
    {
        try await ServerUnderTest.withoutHost { server in
            try await server.tell(
                Told(id: "a", started: "13:58:00", finished: "13:58:45").events
                    + Told(id: "b", started: "13:58:00", finished: "13:59:45").events)
            // Half a minute, one whole, and five to come: a minute and a half has passed.
            let throughput = try await server.figures(
                "from=2026-11-20T13:58:30Z&to=2026-11-20T14:05:00Z", block: "throughput"
            ).throughput
            #expect(throughput?.executionsPerMinute == 1.33)
            #expect(throughput?.executionsPerHour == 80)
            #expect(
                throughput?.throughputTrend.map(\.value) == [2, 1, nil, nil, nil, nil, nil])
            #expect(throughput?.throughputTrend.first?.timestamp == .at("13:58:00"))
            #expect(
                throughput?.peakThroughput == PointBody(timestamp: .at("13:58:00"), value: 2))

            let ahead = try await server.figures(
                "from=2026-11-21T14:00:00Z&to=2026-11-21T14:10:00Z")
            #expect(ahead.throughput?.executionsPerMinute == nil)
            #expect(ahead.throughput?.throughputTrend.count == 10)
            #expect(ahead.throughput?.throughputTrend.allSatisfy { $0.value == nil } == true)
            #expect(ahead.performance?.totalExecutions == 0)
            #expect(ahead.patterns?.anomalies == [])
            // What this period lacks, the one before may have.
            #expect(ahead.performance?.vsLastPeriod.reason != nil)
        }
    }

    @Test(arguments: [
        (Timeframe.hour, 60.0, 60), (.sixHours, 60, 360), (.day, 300, 288), (.week, 3_600, 168),
        (.month, 21_600, 120), (.quarter, 21_600, 360),
    ])
    func `a timeframe ends now, in steps of which there are no more than 400`(
        _ timeframe: Timeframe, _ step: Double, _ count: Int
    ) async throws {
        // Half a minute past, so that steps at both ends are cut.
        let now = SampleFleet.noon + .seconds(30)
        try await ServerUnderTest.withoutHost(clock: SetClock(now)) { server in
            try await server.tell(
                Told(id: "a", started: "13:59:00", finished: "13:59:59.999999").events)
            let all = try await server.figures("timeframe=\(timeframe.rawValue)")
            #expect(all.timeframe == timeframe.rawValue)
            #expect((all.from, all.to) == (now - timeframe.span, now))
            #expect(all.stepSeconds == step)
            let timeline = try #require(all.patterns?.timeline)
            #expect([count, count + 1].contains(timeline.count))
            #expect(timeline.count <= 400)
            #expect(timeline.map(\.executions).reduce(0, +) == 1)
            let latency = try #require(all.latency)
            #expect(
                latency.latencyTrendStepSeconds
                    == [.hour: 60, .sixHours: 900, .quarter: 86_400, .month: 86_400][
                        timeframe, default: 3_600])
            #expect(latency.latencyTrend.map(\.n).reduce(0, +) == 1)
            #expect(timeline[0].timestamp <= all.from)
            #expect(timeline.map(\.timestamp) == all.throughput?.throughputTrend.map(\.timestamp))
            #expect(all.throughput?.n == 1)
        }
    }

    private static let refused = [
        ("timeframe=2h", "timeframe"), ("timeframe=1h&timeframe=1h", "timeframe"),
        ("timeframe=1h&from=2026-11-20T12:00:00Z&to=2026-11-20T13:00:00Z", "timeframe"),
        ("timeframe=1h&to=2026-11-20T13:00:00Z", "timeframe"),
        ("from=2026-11-20T12:00:00Z", "to"), ("to=2026-11-20T12:00:00Z", "from"),
        ("from=2026-11-20T12:00:00Z&to=2026-11-20T12:00:00Z", "to"),
        ("from=2026-11-20T12:00:00Z&to=2026-11-20T11:00:00Z", "to"),
        ("from=2026-11-20T12:00:00&to=2026-11-20T13:00:00Z", "from"),
        ("from=yesterday&to=2026-11-20T13:00:00Z", "from"),
        ("from=2024-11-20T12:00:00Z&to=2026-11-20T12:00:00Z", "to"),
        ("tz=Mars/Olympus", "tz"), ("tz=", "tz"), ("tz=UTC&tz=UTC", "tz"),
        ("tz=../../etc/passwd", "tz"), ("agent=a&agent=b", "agent"), ("colour=red", "colour"),
    ]

    @Test func `what cannot be asked is refused, and its parameter named`() async throws {
        try await ServerUnderTest.withoutHost { server in
            for (query, name) in Self.refused {
                let reply = try await server.send("GET", "/v1/metrics?\(query)")
                #expect(reply.status == 400, "\(query)")
                #expect(reply.body.contains(#""pointer":"\#(name)""#), "\(reply.body)")
                let alone = try await server.send("GET", "/v1/metrics/latency?\(query)")
                #expect(alone.status == 400, "\(query)")
            }
        }
    }

    @Test func `a block that there is not is not found`() async throws {
        try await ServerUnderTest.withoutHost { server in
            for block in ["weather", "Latency", "latency%2F", "a%20b"] {
                let reply = try await server.send("GET", "/v1/metrics/\(block)")
                #expect(reply.status == 404)
            }
        }
    }

    private static let answered = [
        "from=0001-01-02T00:00:00Z&to=0001-01-03T00:00:00Z",
        "from=9999-12-30T00:00:00Z&to=9999-12-31T00:00:00Z",
        "from=2026-11-20T12:00:00Z&to=2026-11-20T12:00:00.000001Z",
        "from=2025-11-01T00:00:00Z&to=2026-11-20T12:00:00Z",
        "from=1795000000000&to=1795183200000&tz=Pacific/Apia",
        "timeframe=90d&tz=Asia/Kathmandu", "timeframe=7d&tz=America/St_Johns",
        "timeframe=30d&tz=Antarctica/Troll", "timeframe=90d&tz=Africa/Casablanca",
    ]

    @Test func `each range that can be asked for is answered`() async throws {
        try await ServerUnderTest.withoutHost { server in
            try await server.tell(FiguresTests.handful.flatMap(\.events))
            for query in Self.answered {
                let all = try await server.figures(query)
                let timeline = try #require(all.patterns?.timeline)
                #expect((1...400).contains(timeline.count), "\(query)")
                #expect(
                    timeline.map(\.executions).reduce(0, +) == all.performance?.totalExecutions,
                    "\(query)")
            }
        }
    }

    @Test func `days and hours are those of the zone, also where its clock changes`() async throws {
        var settings = ServerSettings()
        settings.retention = .days(3_650)
        try await ServerUnderTest.withoutHost(settings) { server in
            // 01:30, 02:30 (summer), 02:30 (winter) and 03:30 of the night in which clocks go back.
            let night = [
                "2026-10-24T23:30:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z",
                "2026-10-25T02:30:00Z",
            ]
            try await server.tell(
                night.enumerated().flatMap { index, time in
                    [
                        #"{"type":"execution.started","execution":"\#(index)","at":"\#(time)"}"#,
                        """
                        {"type":"execution.finished","execution":"\(index)","status":"succeeded",
                         "at":"\(time)"}
                        """,
                    ]
                })
            let range = "from=2026-10-24T22:00:00Z&to=2026-10-25T23:00:00Z"
            let berlin = try await server.figures("\(range)&tz=Europe/Berlin")
            let hours = try #require(berlin.performance?.byHour.map(\.executions))
            #expect(hours[1] == 1)
            #expect(hours[2] == 2)
            #expect(hours[3] == 1)
            #expect(hours.reduce(0, +) == 4)
            let utc = try #require(
                try await server.figures(range).performance?.byHour.map(\.executions))
            #expect([utc[23], utc[0], utc[1], utc[2]] == [1, 1, 1, 1])
            // A quarter of an hour off: 01:30 UTC is 07:15 in Kathmandu.
            let kathmandu = try #require(
                try await server.figures("\(range)&tz=Asia/Kathmandu").performance?.byHour)
            #expect(kathmandu[7].executions == 1)

            // In steps of days, that day has 25 hours: four in it, none on either side.
            let days = try await server.figures(
                "from=2026-01-01T00:00:00%2B01:00&to=2026-12-31T00:00:00%2B01:00&tz=Europe/Berlin",
                block: "patterns")
            #expect(days.stepSeconds == 86_400)
            let busy = try #require(days.patterns?.timeline.filter { $0.executions > 0 })
            #expect(
                busy.map(\.timestamp) == [Instant(rfc3339: "2026-10-25T00:00:00+02:00")!])
            #expect(busy.first?.executions == 4)
        }
    }

    @Test func `who has an answer already is not sent it again, until something changes`()
        async throws
    {
        try await ServerUnderTest.withoutHost { server in
            let path = "/v1/metrics/performance?\(FiguresTests.hour)"
            let first = try await server.send("GET", path)
            let tag = try #require(first.headers.first(name: "ETag"))
            func again() async throws -> Int {
                try await server.send("GET", path, headers: [("If-None-Match", tag)]).status
            }
            #expect(try await again() == 304)
            try await server.tell(FiguresTests.handful.flatMap(\.events))
            #expect(try await again() == 200)
        }
    }
}
