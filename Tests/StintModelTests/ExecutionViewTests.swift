import StintModel
import Testing

@Suite struct ExecutionViewTests {
    typealias Tell = Telling

    // MARK: Status

    @Test func `the phase is raised by queueing and starting alone`() {
        #expect(Tell.shown(Tell.queued("14:00:00")).status == .queued)
        #expect(Tell.shown(Tell.queued("14:00:00"), Tell.started("14:00:01")).status == .running)
        #expect(Tell.shown(Tell.started("14:00:00"), Tell.queued("14:00:01")).status == .running)
    }

    @Test(arguments: [
        EventKind.executionHeartbeat, .executionUpdated, .executionResumed, .modelCalled,
        .stepStarted,
    ])
    func `what is known by other events alone is pending`(_ kind: EventKind) {
        let event = Tell.event(kind, "14:00:00") {
            if kind == .stepStarted { $0.step = "fetch" }
            if kind == .modelCalled { $0.call = ModelCall(id: "c") }
        }
        #expect(Tell.shown(event).status == .pending)
    }

    @Test func `the newest word decides whether it waits, and waiting wins a tie`() {
        let started = Tell.started("14:00:00")
        let waiting = Tell.event(.executionWaiting, "14:00:05")
        let resumed = Tell.event(.executionResumed, "14:00:06")
        let resumedAtOnce = Tell.event(.executionResumed, "14:00:05")
        #expect(Tell.shown(started, waiting).status == .waiting)
        #expect(Tell.shown(started, resumed, waiting).status == .running)
        #expect(Tell.shown(started, resumedAtOnce, waiting).status == .waiting)
        #expect(Tell.shown(started, waiting, resumedAtOnce).status == .waiting)
    }

    @Test func `a redrive re-opens what has ended`() {
        let shown = Tell.shown(
            Tell.started("14:00:00"), Tell.finished("14:01:00", .failed),
            Tell.started("14:10:00", attempt: 2))
        #expect(shown.status == .running)
        #expect(shown.attempt == 2)
        #expect(shown.finishedAt == nil)
        #expect(shown.duration == nil)
        #expect(shown.failure == nil)
        #expect(shown.attempts.map(\.status) == [.failed, .running])
    }

    @Test func `a late event of an older attempt never re-opens nor ends`() {
        let shown = Tell.shown(
            Tell.started("14:10:00", attempt: 2), Tell.finished("14:12:00", .succeeded, attempt: 2),
            Tell.started("14:20:00"), Tell.finished("14:21:00", .failed))
        #expect(shown.status == .succeeded)
        #expect(shown.finishedAt == Tell.at("14:12:00"))
        #expect(!shown.hasConflict)
    }

    @Test(arguments: [EventKind.executionStarted, .executionHeartbeat, .executionWaiting])
    func `life in the same attempt after its end changes nothing`(_ kind: EventKind) {
        let shown = Tell.shown(
            Tell.started("14:00:00"), Tell.finished("14:01:00", .succeeded),
            Tell.event(kind, "14:05:00"))
        #expect(shown.status == .succeeded)
        #expect(shown.startedAt == Tell.at("14:00:00"))
        #expect(shown.finishedAt == Tell.at("14:01:00"))
    }

    // MARK: Lost

    @Test func `a verdict of silence makes it lost, and says why`() {
        let shown = Tell.shown(Tell.started("14:00:00"), Tell.lost("14:05:00", seen: "14:00:00"))
        #expect(shown.status == .lost)
        #expect(shown.lost?.rule == .heartbeat)
        #expect(shown.lost?.limit == .seconds(60))
        #expect(shown.finishedAt == nil)
        #expect(shown.lastEventAt == Tell.at("14:00:00"))
    }

    @Test func `a heartbeat newer than the judged one takes the verdict back`() {
        let started = Tell.started("14:00:00")
        let verdict = Tell.lost("14:05:00", seen: "14:00:00")
        let heartbeat = Tell.event(.executionHeartbeat, "14:00:01")
        #expect(Tell.shown(started, verdict, heartbeat).status == .running)
        #expect(Tell.shown(started, verdict, heartbeat).lost == nil)
        let again = Tell.lost("14:09:00", seen: "14:00:01")
        #expect(Tell.shown(started, again, verdict, heartbeat).status == .lost)
    }

    @Test func `a real end overrules a verdict, whenever it was`() {
        let shown = Tell.shown(
            Tell.started("14:00:00"), Tell.lost("14:05:00", seen: "14:00:00"),
            Tell.finished("13:59:00", .aborted))
        #expect(shown.status == .aborted)
    }

    @Test func `a redrive of a lost execution is not lost`() {
        let shown = Tell.shown(
            Tell.started("14:00:00"), Tell.lost("14:05:00", seen: "14:00:00"),
            Tell.queued("14:06:00", attempt: 2))
        #expect(shown.status == .queued)
    }

    @Test func `open steps of a lost execution are lost, and those of a finished one run on`() {
        let events = [
            Tell.started("14:00:00"), Tell.step(.stepStarted, "fetch", "14:00:01"),
            Tell.step(.stepFinished, "report", "14:00:01", outcome: .skipped),
        ]
        let lost = Tell.shown(events + [Tell.lost("14:05:00", seen: "14:00:01")])
        #expect(lost.steps.map(\.status) == [.lost, .skipped])
        let finished = Tell.shown(events + [Tell.finished("14:01:00", .failed)])
        #expect(finished.steps.map(\.status) == [.running, .skipped])
    }

    @Test func `open steps of an earlier attempt are not lost with the current one`() {
        let shown = Tell.shown(
            Tell.step(.stepStarted, "fetch", "14:00:01"), Tell.started("14:10:00", attempt: 2),
            Tell.step(.stepStarted, "fetch", "14:10:01", attempt: 2),
            Tell.lost("14:20:00", seen: "14:10:01", attempt: 2))
        #expect(shown.steps.map(\.status) == [.running, .lost])
    }

    // MARK: Contradictory ends

    @Test func `of contradictory ends the earliest stands, and the conflict is shown`() {
        let shown = Tell.shown(
            Tell.finished("14:02:00", .succeeded), Tell.finished("14:01:00", .failed))
        #expect(shown.status == .failed)
        #expect(shown.finishedAt == Tell.at("14:01:00"))
        #expect(shown.hasConflict)
    }

    @Test func `the same end told twice is no conflict`() {
        let shown = Tell.shown(
            Tell.finished("14:02:00", .failed), Tell.finished("14:01:00", .failed))
        #expect(!shown.hasConflict)
    }

    @Test func `the orchestrator outweighs the program`() {
        let shown = Tell.shown(
            Tell.finished("14:01:00", .failed),
            Tell.finished("14:02:00", .aborted, authority: .controller))
        #expect(shown.status == .aborted)
        #expect(shown.finishedAt == Tell.at("14:02:00"))
    }

    @Test func `a correction outweighs the orchestrator`() {
        let shown = Tell.shown(
            Tell.finished("14:03:00", .succeeded, revision: 1),
            Tell.finished("14:02:00", .aborted, authority: .controller))
        #expect(shown.status == .succeeded)
        #expect(shown.hasConflict)
    }

    @Test(arguments: [
        (Outcome.timedOut, Outcome.failed), (.failed, .aborted), (.aborted, .succeeded),
        (.timedOut, .succeeded),
    ])
    func `of ends of the same instant the gravest stands`(_ graver: Outcome, _ lesser: Outcome) {
        let shown = Tell.shown(
            Tell.finished("14:01:00", lesser), Tell.finished("14:01:00", graver))
        #expect(shown.status == ExecutionStatus(graver))
    }

    @Test func `a step that was skipped and also succeeded succeeded`() {
        let shown = Tell.shown(
            Tell.step(.stepFinished, "fetch", "14:01:00", outcome: .succeeded),
            Tell.step(.stepFinished, "fetch", "14:01:00", outcome: .skipped))
        #expect(shown.steps.map(\.status) == [.succeeded])
    }

    // MARK: Failure

    @Test func `a failure is dated from the stop, unless it carries its own instant`() {
        let plain = Failure(type: "RateLimit")
        let dated = Failure(type: "RateLimit", at: Tell.at("13:59:59"))
        #expect(
            Tell.shown(Tell.finished("14:01:00", .failed, failure: plain)).failure
                == Failure(type: "RateLimit", at: Tell.at("14:01:00")))
        #expect(Tell.shown(Tell.finished("14:01:00", .failed, failure: dated)).failure == dated)
    }

    @Test func `an end without a failure shows the one told last, with its time`() {
        let updated = Tell.event(.executionUpdated, "14:00:30") {
            $0.failure = Failure(message: "no")
        }
        let earlier = Tell.event(.executionUpdated, "14:00:20") {
            $0.failure = Failure(message: "maybe")
        }
        let shown = Tell.shown(updated, earlier, Tell.finished("14:01:00", .timedOut))
        #expect(shown.failure == Failure(message: "no", at: Tell.at("14:00:30")))
    }

    @Test func `the failure of the winning end outweighs later ones`() {
        let shown = Tell.shown(
            Tell.finished("14:01:00", .failed, failure: Failure(message: "first")),
            Tell.finished("14:02:00", .failed, failure: Failure(message: "second")))
        #expect(shown.failure?.message == "first")
    }

    @Test(arguments: [Outcome.failed, .timedOut, .aborted])
    func `a failure shows beside every end that is one`(_ outcome: Outcome) {
        let end = Tell.finished("14:01:00", outcome, failure: Failure(message: "no"))
        #expect(Tell.shown(end).failure?.message == "no")
    }

    @Test func `a failure does not show beside success or while open`() {
        let updated = Tell.event(.executionUpdated, "14:00:30") {
            $0.failure = Failure(message: "no")
        }
        #expect(Tell.shown(Tell.started("14:00:00"), updated).failure == nil)
        #expect(Tell.shown(updated, Tell.finished("14:01:00", .succeeded)).failure == nil)
    }

    @Test func `a failure of an earlier attempt stays with it`() {
        let shown = Tell.shown(
            Tell.finished("14:01:00", .failed, failure: Failure(message: "first")),
            Tell.finished("14:05:00", .failed, attempt: 2))
        #expect(shown.failure == nil)
        #expect(shown.attempts.map(\.failure?.message) == ["first", nil])
    }

    @Test func `the failure of a step carries no instant of ours`() {
        var finished = Tell.step(.stepFinished, "fetch", "14:01:00", outcome: .failed)
        finished.failure = Failure(message: "no")
        #expect(Tell.shown(finished).steps.map(\.failure) == [Failure(message: "no")])
    }

    // MARK: Times

    @Test func `times are those of the current attempt, the total that of all`() {
        let shown = Tell.shown(
            Tell.queued("14:00:00"), Tell.started("14:00:10"), Tell.finished("14:01:00", .failed),
            Tell.queued("14:05:00", attempt: 2), Tell.started("14:05:02", attempt: 2),
            Tell.finished("14:06:00", .succeeded, attempt: 2))
        #expect(shown.queuedAt == Tell.at("14:00:00"))
        #expect(shown.startedAt == Tell.at("14:00:10"))
        #expect(shown.queueWait == .seconds(2))
        #expect(shown.duration == .seconds(58))
        #expect(shown.total == .seconds(360))
        #expect(!shown.isSkewed)
    }

    @Test func `a time of which a side is missing is unknown`() {
        let shown = Tell.shown(Tell.finished("14:01:00", .succeeded))
        #expect(shown.queueWait == nil)
        #expect(shown.duration == nil)
        #expect(shown.total == nil)
        let started = Tell.shown(Tell.started("14:00:00"))
        #expect(started.queueWait == nil)
        #expect(started.duration == nil)
    }

    @Test func `a difference that clocks made negative is zero and told`() {
        let waited = Tell.shown(Tell.queued("14:00:10"), Tell.started("14:00:00"))
        #expect(waited.queueWait == .zero)
        #expect(waited.isSkewed)
        let ran = Tell.shown(Tell.started("14:01:10"), Tell.finished("14:01:00", .succeeded))
        #expect(ran.duration == .zero)
        #expect(ran.total == .zero)
        #expect(ran.isSkewed)
        let step = Tell.shown(
            Tell.step(.stepStarted, "fetch", "14:00:10"),
            Tell.step(.stepFinished, "fetch", "14:00:09", outcome: .succeeded))
        #expect(step.steps.map(\.duration) == [.zero])
        #expect(step.isSkewed)
    }

    @Test func `it is ordered by start, else by queueing, else by its first event`() {
        let heartbeat = Tell.event(.executionHeartbeat, "13:00:00")
        let queued = Tell.queued("14:00:00")
        let started = Tell.started("15:00:00")
        #expect(Law.record.fold([heartbeat]).sortAt == Tell.at("13:00:00"))
        #expect(Law.record.fold([heartbeat, queued]).sortAt == Tell.at("14:00:00"))
        #expect(Law.record.fold([heartbeat, queued, started]).sortAt == Tell.at("15:00:00"))
    }

    @Test func `it is ordered by finish, or by the last evidence where it is lost`() {
        let started = Tell.started("14:00:00")
        let lost = Tell.lost("14:30:00", seen: "14:00:00")
        #expect(Law.record.fold([started]).stopAt == nil)
        #expect(Law.record.fold([started, lost]).stopAt == Tell.at("14:00:00"))
        #expect(
            Law.record.fold([started, Tell.finished("14:01:00", .failed)]).stopAt
                == Tell.at("14:01:00"))
    }

    @Test func `it expires a day after its day and the retention, and not while open`() {
        let started = Tell.started("14:00:00")
        #expect(Tell.shown(started).expiresAt == nil)
        #expect(
            Tell.shown(started, Tell.finished("14:01:00", .failed)).expiresAt?.rfc3339
                == "2027-02-19T00:00:00.000000Z")
    }

    // MARK: Facts

    @Test func `the later statement stands, and of the same instant the larger JSON`() {
        func told(_ time: String, _ agent: String, _ authority: Authority = .reported) -> Event {
            Tell.event(.executionUpdated, time, authority: authority) {
                $0.facts = [Fact(.agent, .string(agent))]
            }
        }
        #expect(Tell.shown(told("14:01:00", "b"), told("14:00:00", "c"))[.agent]?.string == "b")
        #expect(Tell.shown(told("14:00:00", "b"), told("14:00:00", "a"))[.agent]?.string == "b")
        #expect(
            Tell.shown(told("14:00:00", "a", .controller), told("14:09:00", "b"))[.agent]?.string
                == "a")
    }

    @Test func `texts that Unicode takes for one are settled by their bytes`() {
        func told(_ agent: String) -> Event {
            Tell.event(.executionUpdated, "14:00:00") { $0.facts = [Fact(.agent, .string(agent))] }
        }
        let one = told("caf\u{E9}")
        let two = told("cafe\u{301}")
        let agents = [Tell.shown(one, two), Tell.shown(two, one)].compactMap(\.[.agent]?.string)
        #expect(
            agents.map { Array($0.utf8) } == Array(repeating: Array("caf\u{E9}".utf8), count: 2))
    }

    @Test func `attributes are merged by key`() {
        func told(_ time: String, _ attributes: Attribute...) -> Event {
            Tell.event(.executionUpdated, time) { $0.attributes = attributes }
        }
        let shown = Tell.shown(
            told("14:00:01", Attribute("model", .string("m-2"))),
            told("14:00:00", Attribute("model", .string("m-1")), Attribute("region", .string("eu")))
        )
        #expect(
            shown.attributes
                == [Attribute("model", .string("m-2")), Attribute("region", .string("eu"))])
    }

    // MARK: Steps

    private func plan(_ names: String..., at time: String, attempt: UInt16 = 1) -> Event {
        Tell.event(.executionQueued, time, attempt: attempt) {
            $0.facts = [Fact(.steps, .list(names))]
        }
    }

    @Test func `planned steps are pending until they are heard of`() {
        let shown = Tell.shown(
            plan("fetch", "extract", "report", at: "14:00:00"),
            Tell.step(.stepStarted, "extract", "14:00:01"))
        #expect(shown.steps.map(\.key) == ["fetch", "extract", "report"])
        #expect(shown.steps.map(\.status) == [.pending, .running, .pending])
        #expect(shown.steps.map(\.number) == [1, 1, 1])
    }

    @Test func `planned steps are pending in the current attempt alone`() {
        let shown = Tell.shown(
            plan("fetch", "report", at: "14:00:00"), Tell.step(.stepStarted, "fetch", "14:00:01"),
            Tell.queued("14:05:00", attempt: 2))
        #expect(shown.steps.map(\.attempt) == [1, 2, 2])
        #expect(shown.steps.map(\.key) == ["fetch", "fetch", "report"])
        #expect(shown.steps.map(\.status) == [.running, .pending, .pending])
    }

    @Test func `steps stand as planned, then by first start, then by key, each try in turn`() {
        let shown = Tell.shown(
            plan("report", at: "14:00:00"),
            Tell.step(.stepStarted, "b", "14:00:05"),
            Tell.step(.stepStarted, "c", "14:00:05"),
            Tell.step(.stepUpdated, "z", "14:00:02"),
            Tell.step(.stepStarted, "a", "14:00:09"),
            Tell.step(.stepStarted, "b", "14:00:20", number: 2),
            Tell.step(.stepStarted, "report", "14:00:30"))
        #expect(shown.steps.map(\.key) == ["report", "z", "b", "b", "c", "a"])
        #expect(shown.steps.map(\.order) == [0, 1, 2, 2, 3, 4])
        #expect(shown.steps.map(\.number) == [1, 1, 1, 2, 1, 1])
    }

    @Test func `a step known by an update alone is pending`() {
        #expect(
            Tell.shown(Tell.step(.stepUpdated, "a", "14:00:00")).steps.map(\.status) == [.pending])
    }
}
