import Foundation
import StintModel
import StintWire
import Testing

@testable import stint

@Suite struct WatchLogTests {
    private let now = Instant.reading

    private func log(
        _ filter: [QueryItem] = [], form: WatchLog.Form = .lines
    ) -> WatchLog {
        var log = WatchLog(
            .all(FollowedExecutions(filter: .init(parameters: filter), since: now)), form: form,
            now: now)
        log.receive(.connected(isResumed: false), at: now)
        return log
    }

    private func told(_ document: String) throws -> LiveFeed.Report {
        .message(.execution(try Samples.execution(document), document: document))
    }

    private func lines(_ log: inout WatchLog, at now: Instant = .reading) -> [String] {
        log.output(at: now, size: nil).text.split(separator: "\n").map(String.init)
    }

    private let queued = """
        {"id":"a","agent":"x","status":"queued","queuedAt":"2025-11-28T14:24:30Z"}
        """
    private let running = """
        {"id":"a","agent":"x","status":"running","queuedAt":"2025-11-28T14:24:30Z",
        "startedAt":"2025-11-28T14:24:31Z","steps":[{"name":"map","status":"running",
        "startedAt":"2025-11-28T14:24:31Z"}]}
        """

    @Test func `of what is open at the start only changes are told`() throws {
        var log = log()
        #expect(log.nextQuestion(at: now) == .open(.init(parameters: [])))
        #expect(log.nextQuestion(at: now) == nil)
        log.receive(.open([try Samples.execution(queued)], isWhole: true), at: now)
        #expect(lines(&log).isEmpty)
        log.receive(try told(running), at: now)
        #expect(
            lines(&log) == [
                "2025-11-28T14:24:31Z a started", "2025-11-28T14:24:31Z a step map started",
            ])
        log.receive(try told(running), at: now)
        #expect(lines(&log).isEmpty)
        log.receive(.message(.erased(id: "a")), at: now)
        #expect(lines(&log) == ["2025-11-28T14:24:31Z a erased"])
    }

    @Test func `what does not match is not told`() throws {
        var log = log([QueryItem("agent", "y")])
        log.receive(try told(running), at: now)
        #expect(lines(&log).isEmpty)
    }

    @Test func `after a minute of silence there is a sign of life, and one a minute`() throws {
        var log = log()
        log.receive(try told(queued), at: now)
        #expect(lines(&log).count == 1)
        #expect(lines(&log, at: now + .seconds(59)).isEmpty)
        #expect(
            lines(&log, at: now + .seconds(60))
                == ["2025-11-28T14:25:31Z 0 running, 1 queued, 0 lost"])
        #expect(lines(&log, at: now + .seconds(119)).isEmpty)
        #expect(lines(&log, at: now + .seconds(120)).count == 1)
    }

    @Test func `a lost connection is told on standard error, and what was missed is caught up`()
        throws
    {
        var log = log()
        _ = log.nextQuestion(at: now)
        log.receive(.open([try Samples.execution(queued)], isWhole: true), at: now)
        log.receive(.lost(reason: "Gone.", pause: .seconds(1)), at: now)
        log.receive(.connected(isResumed: true), at: now)
        #expect(log.nextQuestion(at: now) == nil, "the feed goes on where it ended")
        log.receive(.message(.reset), at: now)
        let output = log.output(at: now, size: nil)
        #expect(
            output.notes == """
                2025-11-28T14:24:31Z no connection, trying again in 1 s: Gone.
                2025-11-28T14:24:31Z connected again
                2025-11-28T14:24:31Z some changes were missed

                """)
        #expect(log.nextQuestion(at: now) == .open(.init(parameters: [])))
        log.receive(.open([try Samples.execution(running)], isWhole: true), at: now)
        #expect(lines(&log).first == "2025-11-28T14:24:31Z a started")
    }

    @Test func `what ended while nothing was heard is asked for and told`() throws {
        var log = log()
        _ = log.nextQuestion(at: now)
        log.receive(.open([try Samples.execution(running)], isWhole: true), at: now)
        log.receive(.message(.reset), at: now)
        _ = log.nextQuestion(at: now)
        log.receive(.open([], isWhole: true), at: now)
        #expect(log.nextQuestion(at: now) == .execution(id: "a"))
        #expect(log.nextQuestion(at: now) == nil)
        log.receive(try answer(ended), at: now)
        #expect(lines(&log) == ["2025-11-28T14:24:31Z a succeeded"])
    }

    @Test func `as jsonl each change is the document as it was sent`() throws {
        var log = log(form: .jsonl)
        let document = queued.replacing("\n", with: "")
        log.receive(try told(document), at: now)
        #expect(log.output(at: now, size: nil).text == document + "\n")
        #expect(log.output(at: now + .seconds(600), size: nil).text.isEmpty)
    }

    private var ended: String {
        running.replacing(#""status":"running","queued"#, with: #""status":"succeeded","queued"#)
    }

    // MARK: One execution

    private func log(of id: String) -> WatchLog {
        var log = WatchLog(.one(FollowedExecution(id: id)), form: .lines, now: now)
        log.receive(.connected(isResumed: false), at: now)
        return log
    }

    private func answer(_ document: String) throws -> LiveAnswer {
        .execution(try Samples.execution(document), document: Data(document.utf8))
    }

    @Test func `one is asked for whenever the feed says that it changed, and told to its end`()
        throws
    {
        var log = log(of: "a")
        #expect(log.nextQuestion(at: now) == .execution(id: "a"))
        log.receive(try answer(queued), at: now)
        #expect(lines(&log) == ["2025-11-28T14:24:30Z a created x"])
        #expect(log.nextQuestion(at: now) == nil)
        #expect(
            lines(&log, at: now + .seconds(60))
                == ["2025-11-28T14:25:31Z a still queued elapsed=61s"])
        log.receive(try told(running), at: now)
        #expect(log.nextQuestion(at: now) == .execution(id: "a"))
        log.receive(try answer(running), at: now)
        #expect(lines(&log).count == 2)
        #expect(
            lines(&log, at: now + .seconds(120)).last
                == "2025-11-28T14:26:31Z a still running step=map elapsed=120s")
        #expect(log.verdict == nil)
        log.receive(try answer(ended), at: now)
        #expect(try log.verdict?.get() == .done)
        #expect(log.closing(at: now, size: nil).text == "2025-11-28T14:24:31Z a succeeded\n")
        #expect(log.nextQuestion(at: now) == nil)
    }

    @Test func `one that is erased is not found any more`() throws {
        var log = log(of: "a")
        log.receive(try answer(running), at: now)
        log.receive(.message(.erased(id: "a")), at: now)
        let failure = #expect(throws: CommandFailure.self) { try log.verdict?.get() }
        #expect(failure?.status == .notFound)
    }

    @Test(arguments: [
        ("succeeded", "null", stint.ExitStatus.done), ("succeeded", "true", .done),
        ("succeeded", "false", .goalMissed), ("failed", "null", .found),
        ("timed_out", "true", .found), ("aborted", "null", .found),
    ])
    func `the end decides the exit code`(
        _ status: String, _ goal: String, _ code: stint.ExitStatus
    ) throws {
        let execution = try Samples.execution(
            #"{"id":"a","status":"\#(status)","goalMet":\#(goal)}"#)
        #expect(execution.verdict == code)
    }
}
