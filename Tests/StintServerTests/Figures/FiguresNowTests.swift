import StintModel
import StintStorage
import StintStorageSQLite
import StintStorageTesting
import StintWire
import Testing

@testable import StintServer

/// What runs and waits, when it should end and start, and who works on it.
@Suite(.serialized) struct FiguresNowTests {
    private static func realtime(
        _ server: ServerUnderTest, _ query: String = ""
    ) async throws -> RealtimeBody {
        try #require(try await server.figures(query, block: "realtime").realtime)
    }

    /// So many of an agent that took 60 s each and ended well, one a minute from 12:00 on.
    private static func finished(_ count: Int) -> [String] {
        (0..<count).flatMap { number in
            let minute = 10 + number
            return Told(
                id: "done\(number)", started: "12:\(minute):00", finished: "12:\(minute + 1):00"
            ).events
        }
    }

    @Test func `the end of what runs is expected once ten of its agent have succeeded`()
        async throws
    {
        let clock = SetClock()
        try await ServerUnderTest.withoutHost(clock: clock) { server in
            try await server.tell(
                Self.finished(9) + Told(id: "runs", started: "13:59:40").events
                    + Told(
                        id: "failed", started: "12:00:00", finished: "12:00:01", status: "failed"
                    ).events)
            var entry = try #require(try await Self.realtime(server).executionsInProgress.first)
            #expect((entry.runId, entry.basis, entry.overdue) == ("runs", 9, nil))
            #expect((entry.estimatedCompletion, entry.estimatedRange) == (nil, nil))

            // What was found is good for a minute.
            try await server.tell(Self.finished(10))
            clock.set(SampleFleet.noon + .seconds(60))
            entry = try #require(try await Self.realtime(server).executionsInProgress.first)
            #expect((entry.basis, entry.elapsedTime) == (10, 80))
            #expect(entry.overdue == true)
            clock.set(SampleFleet.noon + .seconds(10))
            try await server.tell(Told(id: "fresh", started: "14:00:00").events)
            entry = try #require(try await Self.realtime(server).executionsInProgress.first)
            #expect((entry.runId, entry.basis, entry.overdue) == ("fresh", 10, false))
            let expected = try #require(entry.estimatedDuration)
            #expect(abs(expected - 60) <= 60.0 / 128)
            #expect(
                entry.estimatedCompletion
                    == SampleFleet.noon + (TimeSpan(seconds: expected) ?? .zero))
            #expect(try #require(entry.estimatedRange).p10 <= expected)
            #expect(try #require(entry.estimatedRange).p90 >= expected)
            // The same is said of the execution itself.
            let one = try await server.send("GET", "/v1/executions/fresh").body
            #expect(one.contains(#""etaAt":"\#(entry.estimatedCompletion!.rfc3339)""#))
            #expect(one.contains(#""overdue":false"#))
        }
    }

    @Test func `agents whose names a store tells apart have estimates of their own`() async throws {
        try await ServerUnderTest.withoutHost { server in
            let done = (0..<10).flatMap { number in
                Told(
                    id: "done\(number)", agent: "caf\u{E9}", started: "12:\(10 + number):00",
                    finished: "12:\(11 + number):00"
                ).events
            }
            try await server.tell(
                done + Told(id: "known", agent: "caf\u{E9}", started: "13:59:50").events
                    + Told(id: "new", agent: "cafe\u{301}", started: "13:59:40").events)
            let items = try await server.send("GET", "/v1/executions?status=running").body
                .split(separator: #"{"id":"#)
            #expect(items.filter { $0.contains(#""overdue":false"#) }.count == 1)
            #expect(items.first { $0.hasPrefix(#""new""#) }?.contains(#""etaAt":null"#) == true)
        }
    }

    @Test func `what waits for something runs, what is only known of does neither`() async throws {
        try await ServerUnderTest.withoutHost { server in
            try await server.tell(
                Told(id: "waits", started: "13:00:00").events
                    + Told(id: "runs", started: "12:00:00").events
                    + Told(id: "ended", started: "13:00:00", finished: "13:01:00").events
                    + [
                        """
                        {"type":"execution.waiting","execution":"waits","waitingFor":"a word",
                         "at":"2026-11-20T13:10:00Z"}
                        """,
                        """
                        {"type":"execution.heartbeat","execution":"pending",
                         "at":"2026-11-20T13:10:00Z"}
                        """,
                    ])
            let realtime = try await Self.realtime(server)
            #expect((realtime.currentlyRunning, realtime.queueDepth) == (2, 0))
            #expect(realtime.executionsInProgress.map(\.runId) == ["waits", "runs"])
            #expect(realtime.executionsInProgress.map(\.elapsedTime) == [3_600, 7_200])
            #expect(realtime.executionsInProgress.map(\.status) == ["waiting", "running"])
            #expect(realtime.executionsInProgress.map(\.activity) == ["a word", nil])
        }
    }

    @Test func `what runs names the step that began last, and what it does`() async throws {
        try await ServerUnderTest.withoutHost { server in
            func step(_ type: String, _ key: String, _ at: String, _ more: String = "") -> String {
                """
                {"type":"step.\(type)","execution":"runs","step":"\(key)",
                 "at":"2026-11-20T13:\(at)Z"\(more)}
                """
            }
            func current() async throws -> [String?] {
                let entry = try await Self.realtime(server).executionsInProgress[0]
                return [entry.step, entry.activity]
            }
            try await server.tell(Told(id: "runs", started: "13:00:00").events)
            #expect(try await current() == [nil, nil])
            try await server.tell([
                step("started", "whole", "01:00", #","activity":"All of it""#),
                step("started", "a part", "02:00", #","name":"Part one","activity":"Reading""#),
                step("started", "other part", "03:00"),
            ])
            #expect(try await current() == ["other part", nil])
            try await server.tell([step("finished", "other part", "04:00", #","status":"failed""#)])
            #expect(try await current() == ["Part one", "Reading"])
            try await server.tell([
                step("updated", "a part", "05:00", #","activity":"Writing""#),
                #"{"type":"execution.waiting","execution":"runs","waitingFor":"a word","at":"2026-11-20T13:06:00Z"}"#,
            ])
            #expect(try await current() == ["Part one", "a word"])
            // A new attempt begins with no step.
            try await server.tell([
                #"{"type":"execution.started","execution":"runs","attempt":2,"at":"2026-11-20T13:07:00Z"}"#
            ])
            #expect(try await current() == [nil, nil])
        }
    }

    @Test func `lists hold 500, counts hold all`() async throws {
        try await ServerUnderTest.withoutHost { server in
            try await server.tell(
                (0..<502).flatMap { number in
                    let second = "\(10 + number / 60):\(10 + number % 50)"
                    return Told(id: "runs\(number)", started: "12:\(second)").events
                        + Told(id: "waits\(number)", queued: "12:\(second)").events
                } + Told(id: "newest", started: "13:00:00").events
                    + Told(id: "oldest", queued: "11:00:00").events)
            for query in ["", "agent=alpha"] {
                let realtime = try await Self.realtime(server, query)
                #expect((realtime.currentlyRunning, realtime.queueDepth) == (503, 503))
                #expect(realtime.executionsInProgress.count == 500)
                #expect(realtime.executionsInProgress.first?.runId == "newest")
                #expect(realtime.queuedExecutions.count == 500)
                #expect(realtime.queuedExecutions.first?.queueId == "oldest")
            }
        }
    }

    @Test func `the queue is told in its order, with the start of each where there is basis`()
        async throws
    {
        try await ServerUnderTest.withoutHost { server in
            try await server.tell(
                Told(id: "plain", queued: "13:00:00").events
                    + Told(id: "low", queued: "12:00:00", members: #","priority":-1"#).events
                    + Told(id: "urgent", queued: "13:59:00", members: #","priority":2.5"#).events
                    + Told(id: "older", queued: "12:59:00").events)
            var realtime = try await Self.realtime(server)
            #expect(
                realtime.queuedExecutions.map(\.queueId) == ["urgent", "older", "plain", "low"])
            #expect(realtime.queuedExecutions.map(\.priority) == [2.5, nil, nil, -1])
            #expect(realtime.queuedExecutions.allSatisfy { $0.estimatedStartTime == nil })
            #expect(realtime.queueDepth == 4)
            #expect(realtime.avgQueueWaitTime == Double(7_200 + 3_660 + 3_600 + 60) / 4)

            // Nine leave the queue in a quarter of an hour: one every 100 seconds.
            try await server.tell(
                (0..<9).flatMap { number in
                    Told(
                        id: "left\(number)", queued: "13:40:00", started: "13:5\(number):00",
                        finished: "13:5\(number):30"
                    ).events
                })
            realtime = try await Self.realtime(server)
            #expect(
                realtime.queuedExecutions.map(\.estimatedStartTime)
                    == [100, 200, 300, 400].map { SampleFleet.noon + .seconds($0) })
            // Two slots are free: the first two start now.
            try await server.tell([
                #"{"type":"worker.reported","worker":"w","capacity":4,"busy":2,"at":"2026-11-20T14:00:00Z"}"#
            ])
            realtime = try await Self.realtime(server)
            #expect(
                realtime.queuedExecutions.map(\.estimatedStartTime)
                    == [0, 0, 100, 200].map { SampleFleet.noon + .seconds($0) })
        }
    }

    @Test func `a slot whose execution fell silent is told apart, while its worker goes on`()
        async throws
    {
        let clock = SetClock()
        try await ServerUnderTest.withoutHost(clock: clock) { server in
            clock.set(.at("13:57:00"))
            func promise(_ worker: String) -> String {
                #","heartbeatSeconds":30,"attributes":{"worker":"\#(worker)"}"#
            }
            try await server.tell(
                Told(id: "silent", started: "13:50:00", members: promise("w1")).events
                    + Told(id: "alive", started: "13:56:50", members: promise("w1")).events
                    + Told(id: "gone", started: "13:50:00", members: promise("w2")).events
                    + [
                        """
                        {"type":"worker.reported","worker":"w1","capacity":8,"busy":2,
                         "at":"2026-11-20T13:57:00Z"}
                        """
                    ])
            for id in ["silent", "gone"] {
                var lost = Event(
                    .executionLost, execution: ExecutionID(rawValue: id), at: clock.now,
                    authority: .inferred)
                lost.lost = LostVerdict(
                    seen: .at("13:50:00"), rule: .heartbeat, limit: .seconds(30))
                _ = try await server.store.record(RecordingGroup([lost]))
            }
            var workers = try await Self.realtime(server).systemLoad.workers
            #expect((workers.busy, workers.silent, workers.reporting) == (2, 1, 1))
            // Slots are everybody's.
            workers = try await Self.realtime(server, "agent=beta").systemLoad.workers
            #expect((workers.busy, workers.silent) == (2, 1))
            clock.set(.at("13:58:01"))
            workers = try await Self.realtime(server).systemLoad.workers
            #expect(workers.busy == nil && workers.silent == nil)
        }
    }

    @Test func `what came in is told with how late it was, of each workspace alone`() async throws {
        let clock = SetClock()
        try await ServerUnderTest.withoutHost(clock: clock) { server in
            clock.set(.at("12:00:10"))
            let own = try await server.store.key(.admin)
            let other = try await server.store.key(.admin, in: .other)
            try await server.tell(Told(id: "a", started: "12:00:07").events, key: own)
            func ingest(_ key: String) async throws -> RealtimeBody.Ingest? {
                try await server.figures("", block: "realtime", key: key).realtime?.ingest
            }
            let told = try #require(try await ingest(own))
            #expect(told.eventsPerSecond > 0)
            #expect(abs(try #require(told.lag) - 3) < 0.03)
            let untold = try #require(try await ingest(other))
            #expect((untold.eventsPerSecond, untold.lag) == (0, nil))
        } preparing: {
            _ = try await $0.key(.admin)
        }
    }

    @Test func `what workers report is capacity and load, for 60 seconds and in the series`()
        async throws
    {
        let clock = SetClock()
        try await ServerUnderTest.withoutHost(clock: clock) { server in
            try await server.tell([
                """
                {"type":"worker.reported","worker":"w1","capacity":8,"busy":6,"cpu":50,
                 "memory":40,"gpu":90,"at":"2026-11-20T13:57:00Z"}
                """,
                """
                {"type":"worker.reported","worker":"w2","capacity":4,"busy":0,"cpu":100,
                 "memory":20,"at":"2026-11-20T13:57:00Z"}
                """,
            ])
            clock.set(.at("13:57:30"))
            let now = try await Self.realtime(server).systemLoad
            #expect(
                now
                    == .init(
                        cpu: 75, memory: 30,
                        workers: .init(total: 12, busy: 6, idle: 6, silent: 0, reporting: 2)))
            clock.set(.at("13:58:01"))
            #expect(try await Self.realtime(server).systemLoad.workers.total == nil)

            clock.set(SampleFleet.noon)
            let all = try await server.figures(
                "from=2026-11-20T13:50:00Z&to=2026-11-20T14:00:00Z")
            #expect((all.throughput?.maxCapacity, all.throughput?.capacityUtilization) == (12, 50))
            let compute = try #require(all.resources?.compute)
            for (series, value) in [
                (compute.cpuUsage, 75.0), (compute.memoryUsage, 30), (compute.gpuUsage, 90),
            ] {
                let values = try #require(series).map(\.value)
                // Load is known by five minutes, which each minute of them shows.
                #expect(
                    values == Array(repeating: nil, count: 5) + Array(repeating: value, count: 5))
            }
            // Before a report, and after its time, nothing is known.
            let before = try await server.figures(
                "from=2026-11-20T13:30:00Z&to=2026-11-20T13:40:00Z")
            #expect(before.throughput?.maxCapacity == nil)
            #expect(before.resources?.compute.cpuUsage == nil)
        }
    }
}
