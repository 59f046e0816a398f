import StintModel
import StintWire
import Testing

@testable import stint

@Suite struct FollowedExecutionsTests {
    private let now = Instant.reading

    private func execution(
        _ id: String, _ status: String, agent: String = "a", started: Int64 = 0,
        more: String = ""
    ) throws -> ExecutionBody {
        let at = (now - .seconds(started)).rfc3339
        return try Samples.execution(
            """
            {"id":"\(id)","agent":"\(agent)","status":"\(status)","startedAt":"\(at)",
            "queuedAt":"\(at)","lastEventAt":"\(at)"\(more)}
            """)
    }

    private func ended(_ id: String, _ status: String, at end: Instant) throws -> ExecutionBody {
        try execution(
            id, status, started: 60, more: #","finishedAt":"\#(end.rfc3339)","durationSeconds":1"#)
    }

    private func started(_ followed: FollowedExecutions) -> [String] {
        followed.started.map(\.execution.id)
    }

    @Test func `first the lost stand, then those that took the most of what is usual`() throws {
        var followed = FollowedExecutions(since: now)
        followed.willLoad()
        followed.receive(try execution("told-meanwhile", "running", started: 40), at: now)
        followed.load(
            [
                try execution("fresh", "running", started: 1),
                try execution("unknown", "running", agent: "b", started: 900),
                try execution("slow", "running", started: 90),
                try execution("dead", "lost", started: 10),
                try execution("told-meanwhile", "queued"),
            ], isWhole: true, usual: ["a": .init(median: .seconds(10), p95: .seconds(60))], at: now)
        #expect(started(followed) == ["dead", "slow", "told-meanwhile", "fresh", "unknown"])
    }

    @Test func `rows keep their place, and what comes or starts goes to the end`() throws {
        var followed = FollowedExecutions(since: now)
        followed.willLoad()
        followed.load(
            [
                try execution("a", "running"), try execution("b", "queued"),
                try execution("c", "running"),
            ], isWhole: true, usual: [:], at: now)
        followed.receive(try execution("d", "running"), at: now)
        followed.receive(try execution("b", "running"), at: now)
        followed.receive(try execution("a", "waiting"), at: now)
        #expect(started(followed) == ["a", "c", "d", "b"])
        #expect(followed.queued.isEmpty)
        followed.willLoad()
        followed.load(
            ["b", "d", "c", "e", "a"].map { try! execution($0, "running") }, isWhole: true,
            usual: [:], at: now)
        #expect(started(followed) == ["a", "c", "d", "b", "e"])
    }

    @Test func `what ended keeps its place for ten seconds`() throws {
        var followed = FollowedExecutions(since: now)
        followed.receive(try execution("a", "running"), at: now)
        followed.receive(try ended("a", "failed", at: now), at: now)
        followed.settle(at: now + .seconds(9))
        #expect(started(followed) == ["a"])
        followed.settle(at: now + .seconds(10))
        #expect(started(followed).isEmpty)
    }

    @Test func `an end counts once, and another end of the same in its place`() throws {
        var followed = FollowedExecutions(since: now)
        for status in ["succeeded", "succeeded", "failed"] {
            followed.receive(try ended("a", status, at: now), at: now)
        }
        followed.receive(try ended("b", "succeeded", at: now), at: now)
        followed.receive(try ended("old", "failed", at: now - .seconds(1)), at: now)
        #expect(followed.ended.filter { $0.value > 0 } == [.failed: 1, .succeeded: 1])
    }

    @Test func `of what the load does not hold it has to be asked, unless it was told of since`()
        throws
    {
        var followed = FollowedExecutions(since: now)
        for id in ["a", "b", "c"] { followed.receive(try execution(id, "running"), at: now) }
        followed.willLoad()
        followed.receive(try execution("new", "running"), at: now)
        followed.receive(try ended("b", "succeeded", at: now), at: now)
        followed.erase("c")
        followed.load(
            [try execution("b", "running"), try execution("c", "running")], isWhole: true,
            usual: [:], at: now)
        #expect(followed.nextMissing() == "a")
        #expect(followed.nextMissing() == nil)
        #expect(followed["a"] != nil, "nobody knows yet what became of it")
        #expect(followed["b"]?.execution.standing == .succeeded)
        #expect(followed["c"] == nil)
        #expect(followed["new"] != nil)
        followed.receive(try execution("a", "running"), at: now)
        let wasAsked = followed.wasAsked("a")
        #expect(!wasAsked, "the feed knows better than an answer on its way")
    }

    @Test func `a row stays though it matches no longer, and another never comes`() throws {
        let filter = ExecutionFilter(parameters: [QueryItem("status", "running")])
        var followed = FollowedExecutions(filter: filter, since: now)
        followed.receive(try execution("a", "running"), at: now)
        followed.receive(try execution("a", "lost"), at: now)
        followed.receive(try execution("b", "lost"), at: now)
        #expect(started(followed) == ["a"])
    }

    @Test func `the queue is in the order in which it is due`() throws {
        var followed = FollowedExecutions(since: now)
        followed.receive(try execution("late", "queued", started: 1), at: now)
        followed.receive(try execution("early", "queued", started: 9), at: now)
        followed.receive(
            try execution("first", "queued", started: 0, more: #","priority":5"#), at: now)
        #expect(followed.queued.map(\.execution.id) == ["first", "early", "late"])
    }

    @Test func `no more are held than there is memory for`() throws {
        var followed = FollowedExecutions(since: now)
        for number in 0...FollowedExecutions.capacity {
            followed.receive(try execution("e\(number)", "running"), at: now)
        }
        #expect(followed.started.count == FollowedExecutions.capacity)
        #expect(followed.isCut)
    }

    @Test func `an execution that begins anew is open again`() throws {
        var followed = FollowedExecutions(since: now)
        followed.receive(try ended("a", "failed", at: now), at: now)
        followed.receive(try execution("a", "running", more: #","attempt":2"#), at: now)
        followed.settle(at: now + .seconds(60))
        #expect(started(followed) == ["a"])
    }
}
