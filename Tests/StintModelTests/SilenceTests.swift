import StintModel
import Testing

/// When silence means that an execution is lost.
@Suite struct SilenceTests {
    typealias Tell = Telling

    static func promise(timeout: Int64? = nil, heartbeat: Int64? = nil) -> (inout Event) -> Void {
        { event in
            if let timeout { event.facts.append(Fact(.timeoutSeconds, .integer(timeout))) }
            if let heartbeat { event.facts.append(Fact(.heartbeatSeconds, .integer(heartbeat))) }
        }
    }

    static func state(_ events: Event...) -> ExecutionState {
        var state = ExecutionState(events[0])
        for event in events.dropFirst() { state.apply(event) }
        return state
    }

    static func started(
        timeout: Int64? = nil, heartbeat: Int64? = nil, attempt: UInt16 = 1,
        _ time: String = "14:00:00"
    ) -> Event {
        Tell.event(
            .executionStarted, time, attempt: attempt,
            promise(timeout: timeout, heartbeat: heartbeat))
    }

    /// Long before everything, so that the server's clock plays no part.
    static let early = Tell.at("00:00:00")

    @Test func `without a promise nothing is ever lost`() {
        #expect(Self.state(Self.started()).silence(receivedAt: Self.early) == nil)
    }

    @Test func `what only queues is never lost`() {
        let queued = Tell.event(
            .executionQueued, "14:00:00", Self.promise(timeout: 5, heartbeat: 5))
        #expect(Self.state(queued).silence(receivedAt: Self.early) == nil)
    }

    @Test func `the deadline counts from the start of the attempt`() {
        let state = Self.state(
            Self.started(timeout: 60), Tell.event(.executionHeartbeat, "14:00:30"))
        let silence = state.silence(receivedAt: Self.early)
        #expect(silence?.until == Tell.at("14:01:00"))
        #expect(
            silence?.verdict
                == LostVerdict(seen: Tell.at("14:00:30"), rule: .deadline, limit: .seconds(60)))
    }

    @Test func `the deadline counts anew from life after it`() {
        let state = Self.state(
            Self.started(timeout: 60), Tell.event(.executionHeartbeat, "14:05:00"))
        #expect(state.silence(receivedAt: Self.early)?.until == Tell.at("14:06:00"))
    }

    @Test func `a redrive has a deadline of its own`() {
        let state = Self.state(
            Self.started(timeout: 60), Tell.finished("14:00:10", .failed),
            Tell.started("15:00:00", attempt: 2))
        #expect(state.silence(receivedAt: Self.early)?.until == Tell.at("15:01:00"))
    }

    @Test func `the heartbeat counts from the last word, whatever it was`() {
        let state = Self.state(
            Self.started(heartbeat: 30), Tell.step(.stepStarted, "fetch", "14:00:20"))
        let silence = state.silence(receivedAt: Self.early)
        #expect(silence?.until == Tell.at("14:00:50"))
        #expect(silence?.verdict.rule == .heartbeat)
    }

    @Test func `a sender whose clock is behind is heard when it is received`() {
        let state = Self.state(Self.started(heartbeat: 30))
        #expect(
            state.silence(receivedAt: Tell.at("15:00:00"))?.until == Tell.at("15:00:30"))
    }

    @Test func `who waits promised no heartbeat, but keeps its deadline`() {
        let waiting = Tell.event(.executionWaiting, "14:00:10")
        #expect(
            Self.state(Self.started(heartbeat: 30), waiting).silence(receivedAt: Self.early) == nil)
        #expect(
            Self.state(Self.started(timeout: 90, heartbeat: 30), waiting)
                .silence(receivedAt: Self.early)?.until == Tell.at("14:01:30"))
    }

    @Test func `of two promises the earlier counts`() {
        #expect(
            Self.state(Self.started(timeout: 60, heartbeat: 30)).silence(receivedAt: Self.early)?
                .verdict.rule == .heartbeat)
        #expect(
            Self.state(Self.started(timeout: 20, heartbeat: 30)).silence(receivedAt: Self.early)?
                .verdict.rule == .deadline)
    }

    @Test func `what ended is not lost, and what is lost is not lost again`() {
        let ended = Self.state(Self.started(timeout: 60), Tell.finished("14:00:10", .succeeded))
        #expect(ended.silence(receivedAt: Self.early) == nil)
        let lost = Self.state(
            Self.started(timeout: 60), Tell.lost("14:01:00", seen: "14:00:00"))
        #expect(lost.status == .lost)
        #expect(lost.silence(receivedAt: Self.early) == nil)
    }

    @Test func `a limit beyond every calendar never passes`() {
        var event = Tell.started("14:00:00")
        event.facts = [Fact(.timeoutSeconds, .double(9.2e12))]
        #expect(ExecutionState(event).silence(receivedAt: Self.early) == nil)
    }

    @Test func `the verdict makes it lost, and evidence newer than it makes it run again`() throws {
        var state = Self.state(
            Self.started(heartbeat: 30), Tell.step(.stepStarted, "fetch", "14:00:20"))
        let silence = try #require(state.silence(receivedAt: Self.early))
        let verdict = silence.event(of: Tell.id, attempt: state.currentAttempt)
        let isNews = state.apply(verdict)
        #expect(isNews)
        #expect(state.status == .lost)
        #expect(state.lastEventAt == Tell.at("14:00:20"))
        #expect(state.shownStepStatuses == [.lost])
        // Said again, by whomever, it changes nothing.
        let isNewsAgain = state.apply(verdict)
        #expect(!isNewsAgain)

        state.apply(Tell.event(.executionHeartbeat, "14:02:00"))
        #expect(state.status == .running)
        #expect(state.shownStepStatuses == [.running])
        state.apply(Tell.finished("14:03:00", .succeeded))
        #expect(state.status == .succeeded)
    }

    @Test func `a late word from before the last evidence leaves it lost`() throws {
        var state = Self.state(
            Self.started(heartbeat: 30), Tell.event(.executionHeartbeat, "14:00:20"))
        let silence = try #require(state.silence(receivedAt: Self.early))
        state.apply(silence.event(of: Tell.id, attempt: 1))
        state.apply(Tell.event(.executionHeartbeat, "14:00:10"))
        #expect(state.status == .lost)
    }
}

extension ExecutionState {
    fileprivate var shownStepStatuses: [StepStatus] {
        steps.entries.map { status(of: $0.key, $0.value) }
    }
}
