import StintMetrics
import StintModel
import StintStorage
import StintStorageTesting
import StintWire
import Testing

@testable import StintServer

/// Figures follow what is known of executions, whenever it becomes known.
@Suite(.serialized) struct FiguresChangeTests {
    private static func performance(
        _ server: ServerUnderTest, _ query: String = FiguresTests.hour
    ) async throws -> PerformanceBody {
        try #require(try await server.figures(query, block: "performance").performance)
    }

    @Test func `tests and mocks count nowhere`() async throws {
        try await ServerUnderTest.withoutHost { server in
            let empty = try await server.figures(FiguresTests.hour)
            for (index, environment) in ["test", "mock"].enumerated() {
                let members = #","environment":"\#(environment)","user":"ada""#
                try await server.tell(
                    Told(
                        id: "done\(index)", queued: "12:00:00", started: "12:00:01",
                        finished: "12:00:02", members: members
                    ).events
                        + Told(id: "runs\(index)", started: "12:00:00", members: members).events
                        + Told(id: "waits\(index)", queued: "12:00:00", members: members).events
                        + [
                            """
                            {"type":"model.called","execution":"done\(index)","call":"c",
                             "model":"m","costUsd":1,"at":"2026-11-20T12:00:01Z"}
                            """
                        ])
            }
            var all = try await server.figures(FiguresTests.hour)
            all.resources?.databaseLoad = try #require(empty.resources?.databaseLoad)
            all.realtime?.ingest = empty.realtime?.ingest
            #expect(all == empty)
            for agent in try await server.agents().items {
                #expect(agent.figures.executions == 0)
                #expect((agent.currentlyRunning, agent.queueDepth) == (0, 0))
            }
        }
    }

    @Test func `a redrive takes the end back, and brings its own`() async throws {
        try await ServerUnderTest.withoutHost { server in
            try await server.tell(
                Told(
                    id: "a", queued: "12:00:00", started: "12:00:10", finished: "12:00:20",
                    status: "failed"
                ).events)
            #expect(try await Self.performance(server).failedExecutions == 1)
            try await server.tell([
                """
                {"type":"execution.started","execution":"a","attempt":2,
                 "at":"2026-11-20T12:30:00Z"}
                """
            ])
            let reopened = try await Self.performance(server)
            #expect((reopened.totalExecutions, reopened.failedExecutions) == (0, 0))
            try await server.tell([
                """
                {"type":"execution.finished","execution":"a","attempt":2,"status":"succeeded",
                 "at":"2026-11-20T12:31:00Z"}
                """
            ])
            let latency = try #require(
                try await server.figures(FiguresTests.hour, block: "latency").latency)
            #expect((latency.executionLatency.n, latency.executionLatency.p50) == (1, 60))
            #expect(latency.endToEndLatency.p50 == 1_860)
            // The first attempt waited, which is not the one that counts.
            #expect(latency.queueLatency.n == 0)
            let redone = try await Self.performance(server)
            #expect((redone.totalExecutions, redone.successRate) == (1, 100))
        }
    }

    @Test func `a correction of an end replaces it, also at another time`() async throws {
        try await ServerUnderTest.withoutHost { server in
            try await server.tell(
                Told(id: "a", started: "12:00:00", finished: "12:00:20").events)
            try await server.tell([
                """
                {"type":"execution.finished","execution":"a","revision":1,"status":"failed",
                 "at":"2026-11-20T13:30:00Z"}
                """
            ])
            #expect(try await Self.performance(server).totalExecutions == 0)
            let later = try await Self.performance(
                server, "from=2026-11-20T13:30:00Z&to=2026-11-20T13:30:01Z")
            #expect((later.totalExecutions, later.failedExecutions) == (1, 1))
            #expect(later.byAgent.first?.p50 == 5_400)
        }
    }

    @Test func `a lost one stands beside the total until it is overruled`() async throws {
        var settings = ServerSettings()
        settings.sweepInterval = .milliseconds(20)
        try await ServerUnderTest.withoutHost(settings) { server in
            try await server.tell(
                FiguresTests.handful[0].events
                    + Told(
                        id: "lost", started: "12:40:00", members: #","timeoutSeconds":60"#
                    ).events)
            var performance = try await Self.performance(server)
            while performance.lostExecutions == 0 {
                performance = try await Self.performance(server)
            }
            #expect((performance.totalExecutions, performance.lostExecutions) == (1, 1))
            #expect((performance.failureRate, performance.failureRateWithLost) == (0, 50))
            // It was last heard of at its start, to the microsecond.
            for (from, to, lost) in [
                ("12:39:59", "12:40:00", 0), ("12:40:00", "12:40:00.000001", 1),
                ("12:40:00.000001", "12:41:00", 0), ("12:40:00", "12:41:00", 1),
            ] {
                let query = "from=2026-11-20T\(from)Z&to=2026-11-20T\(to)Z"
                #expect(
                    try await Self.performance(server, query).lostExecutions == Int64(lost),
                    "\(from)")
            }
            let realtime = try await server.figures("", block: "realtime").realtime
            #expect(realtime?.currentlyRunning == 0)
            #expect(realtime?.executionsInProgress == [])

            try await server.tell([
                """
                {"type":"execution.finished","execution":"lost","status":"succeeded",
                 "at":"2026-11-20T12:50:00Z"}
                """
            ])
            let overruled = try await Self.performance(server)
            #expect((overruled.totalExecutions, overruled.lostExecutions) == (2, 0))
            #expect((overruled.successRate, overruled.failureRateWithLost) == (100, 0))
        }
    }

    @Test func `what is erased counts no more`() async throws {
        try await ServerUnderTest.withoutHost { server in
            let empty = try await server.figures(FiguresTests.hour)
            try await server.tell(FiguresTests.handful.flatMap(\.events) + [FiguresTests.call])
            for told in FiguresTests.handful {
                #expect(try await server.send("DELETE", "/v1/executions/\(told.id)").status == 204)
            }
            var all = try await server.figures(FiguresTests.hour)
            all.resources?.databaseLoad = try #require(empty.resources?.databaseLoad)
            all.realtime?.ingest = empty.realtime?.ingest
            #expect(all == empty)
        }
    }

    @Test func `more than 10,000 are told from a sketch, within its bound`() async throws {
        try await ServerUnderTest.withoutHost { server in
            // Of n executions the k-th took k milliseconds; each waited as long before.
            func tell(_ range: ClosedRange<Int64>) async throws {
                let end = Instant.at("12:30:00")
                try await server.tell(
                    range.flatMap { number in
                        let span = TimeSpan(microseconds: number * 1_000)
                        let head = #""execution":"\#(number)","agent":"alpha""#
                        return [
                            ("queued", end - span - span, ""), ("started", end - span, ""),
                            ("finished", end, #","status":"succeeded""#),
                        ].map { type, at, more in
                            #"{"type":"execution.\#(type)",\#(head),"at":"\#(at.rfc3339)"\#(more)}"#
                        }
                    })
            }
            for first in stride(from: 1, through: 10_000, by: 2_500) {
                try await tell(Int64(first)...Int64(first + 2_499))
            }
            let few = try await server.figures(FiguresTests.hour)
            #expect(few.latency?.method == .exact)
            #expect(few.performance?.method == .exact)
            #expect(few.latency?.executionLatency.p99 == 9.9)
            #expect(few.latency?.queueLatency.p50 == 5)
            #expect(few.latency?.endToEndLatency.p95 == 19)
            #expect(few.performance?.byAgent.first?.p95 == 9.5)
            #expect(try await server.agents().method == .exact)

            try await tell(10_001...10_001)
            let many = try await server.figures(FiguresTests.hour)
            let latency = try #require(many.latency)
            #expect(latency.method == .sketch)
            #expect(many.performance?.method == .sketch)
            let scales = [
                (latency.executionLatency, 1.0), (latency.queueLatency, 1),
                (latency.endToEndLatency, 2),
            ]
            for (figures, scale) in scales {
                #expect(figures.n == 10_001)
                // From exact sums: the mean of 1 through 10,001 milliseconds.
                #expect(abs((figures.avg ?? 0) - 5.001 * scale) < 1e-9)
                for (value, rank) in [
                    (figures.p50, 5_001.0), (figures.p75, 7_501), (figures.p90, 9_001),
                    (figures.p95, 9_501), (figures.p99, 9_901),
                ] {
                    let exact = rank / 1_000 * scale
                    #expect(abs(try #require(value) - exact) <= exact * latency.method.bound)
                }
            }
            // Also where all are read one by one, for the range ends within their minute.
            for (end, n) in [("12:30:00", 0), ("12:30:00.000001", 10_001)] {
                let part = try await server.figures(
                    "from=2026-11-20T12:29:30Z&to=2026-11-20T\(end)Z", block: "latency")
                #expect(part.latency?.executionLatency.n == Int64(n))
            }
            #expect(latency.latencyDistribution.map(\.count) == [999, 4_000, 5_000, 2, 0, 0])
            #expect(try await server.agents().method == .sketch)
        }
    }
}
