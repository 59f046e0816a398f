import StintModel
import StintWire
import Testing

@testable import stint

@Suite struct ExecutionChangesTests {
    private func lines(_ sample: String, since old: String? = nil) throws -> [String] {
        ExecutionChanges(
            of: try Samples.execution(sample), since: try old.map(Samples.execution), now: .reading
        ).lines
    }

    @Test func `of a first look everything is new, in the order in which it happened`() throws {
        #expect(
            try lines(Samples.succeeded) == [
                "2025-11-28T14:00:00Z ex_7f3a9c21 created portfolio-planner",
                "2025-11-28T14:00:02Z ex_7f3a9c21 started waited=2.00s worker=w-02",
                "2025-11-28T14:00:03Z ex_7f3a9c21 step reporter started try=1",
                "2025-11-28T14:00:31Z ex_7f3a9c21 step reporter succeeded ran=28.5s tokens=6200",
                "2025-11-28T14:00:33Z ex_7f3a9c21 step charter started try=1",
                "2025-11-28T14:00:48Z ex_7f3a9c21 step charter succeeded ran=15.3s tokens=3100",
                "2025-11-28T14:00:50Z ex_7f3a9c21 step retirement started try=1",
                "2025-11-28T14:01:12Z ex_7f3a9c21 step retirement succeeded ran=22.1s tokens=4900",
                "2025-11-28T14:01:15Z ex_7f3a9c21 succeeded ran=73.3s tokens=14210 "
                    + "cost_usd=0.1276 goal=met",
            ])
    }

    @Test func `nothing is said twice`() throws {
        for sample in [
            Samples.succeeded, Samples.failed, Samples.running, Samples.waiting, Samples.queued,
            Samples.lost, Samples.redriven, Samples.nothingKnown,
        ] {
            #expect(try lines(sample, since: sample) == [])
        }
    }

    @Test func `each try of a step has its lines`() throws {
        let steps = try lines(Samples.failed).filter { $0.contains("step trade-extraction") }
            .map { $0.dropFirst("2025-11-28T14:18:14Z ex_b81e04d7 step trade-extraction ".count) }
        #expect(
            steps == [
                "started try=1", "failed ran=5.21s error=RateLimitError",
                "started try=2", "failed try=2 ran=6.14s error=RateLimitError",
                "started try=3", "failed try=3 ran=7.80s tokens=2460 error=RateLimitError",
            ])
        #expect(
            try lines(Samples.failed).last
                == "2025-11-28T14:18:53Z ex_b81e04d7 failed ran=44.9s tokens=4460 cost_usd=0.0107 "
                + "error=RateLimitError message=\"Too many requests: limit 60 per minute reached\"")
    }

    @Test func `only what changed is told`() throws {
        let step = Samples.running.replacing(
            "\"status\":\"running\",\n\"activity\"",
            with: #""status":"succeeded","finishedAt":"2025-11-28T14:24:30Z","durationSeconds":19,"#
                + #""activity""#)
        #expect(step != Samples.running)
        #expect(
            try lines(step, since: Samples.running)
                == ["2025-11-28T14:24:30Z ex_c40d9e5a step charter succeeded ran=19.0s"])
    }

    @Test func `waiting, silence and what follows are told`() throws {
        let running = #"{"id":"w","status":"running","lastEventAt":"2025-11-28T14:20:09Z"}"#
        let waiting = """
            {"id":"w","status":"waiting","waitingFor":"Ann \\"B\\"",
            "lastEventAt":"2025-11-28T14:20:05Z"}
            """
        let lost = """
            {"id":"w","status":"lost","lostBecause":{"rule":"heartbeat","limitSeconds":30},
            "lastEventAt":"2025-11-28T14:20:05Z"}
            """
        #expect(
            try lines(waiting, since: running)
                == [#"2025-11-28T14:20:05Z w waiting for="Ann \"B\"""#])
        #expect(try lines(running, since: waiting) == ["2025-11-28T14:20:09Z w resumed"])
        #expect(
            try lines(lost, since: running) == [
                "2025-11-28T14:24:31Z w lost rule=heartbeat limit=30.0s "
                    + "last_event=2025-11-28T14:20:05Z"
            ])
        #expect(try lines(running, since: lost) == ["2025-11-28T14:20:09Z w heard of again"])
    }

    @Test func `a stranger's text stays in its place`() throws {
        let hostile = """
            {"id":"x\\ny z","agent":"a\\u001b[2J b=c","status":"queued",
            "queuedAt":"2025-11-28T14:20:05Z"}
            """
        #expect(
            try lines(hostile)
                == [#"2025-11-28T14:20:05Z "x y z" created "a[2J b=c""#])
    }
}
