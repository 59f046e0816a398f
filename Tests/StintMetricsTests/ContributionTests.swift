import StintMetrics
import StintModel
import Testing

@Suite struct ContributionTests {
    private static let id = ExecutionID(rawValue: "run")

    private func at(_ time: String) -> Instant { Instant(rfc3339: "2026-11-20T\(time)Z")! }

    private func event(
        _ kind: EventKind, _ time: String, attempt: UInt16 = 1,
        _ change: (inout Event) -> Void = { _ in }
    ) -> Event {
        var event = Event(kind, execution: Self.id, at: at(time), attempt: attempt)
        change(&event)
        return event
    }

    private func finished(
        _ time: String, _ outcome: Outcome = .succeeded, attempt: UInt16 = 1
    ) -> Event {
        event(.executionFinished, time, attempt: attempt) { $0.outcome = outcome }
    }

    private func contribution(_ events: Event...) -> Contribution? {
        var state = ExecutionState(events[0])
        for event in events.dropFirst() { state.apply(event) }
        return Contribution(of: state)
    }

    @Test func `what only queues counts for nothing`() {
        #expect(contribution(event(.executionQueued, "14:00:01")) == nil)
    }

    @Test func `a start counts in its minute, with the wait before it`() {
        let counted = contribution(
            event(.executionQueued, "14:00:50"), event(.executionStarted, "14:02:10"))
        #expect(counted?.start?.minute == at("14:02:00"))
        #expect(counted?.start?.queueWait == .seconds(80))
        #expect(counted?.finish == nil)
    }

    @Test func `a wait that clocks made negative counts as zero`() {
        let counted = contribution(
            event(.executionQueued, "14:00:50"), event(.executionStarted, "14:00:40"))
        #expect(counted?.start?.queueWait == .zero)
    }

    @Test func `the start is the earliest of all attempts, the wait that of the current one`() {
        let counted = contribution(
            event(.executionQueued, "14:00:00"), event(.executionStarted, "14:01:00"),
            event(.executionQueued, "15:00:00", attempt: 2),
            event(.executionStarted, "15:00:05", attempt: 2))
        #expect(counted?.start?.minute == at("14:01:00"))
        #expect(counted?.start?.queueWait == .seconds(5))
    }

    @Test func `an end counts in its minute, with all that became known by it`() {
        let counted = contribution(
            event(.executionQueued, "14:00:00") { $0.facts = [Fact(.agent, .string("parser"))] },
            event(.executionStarted, "14:00:30"),
            event(.modelCalled, "14:00:40") {
                $0.call = ModelCall(id: "c", model: "m", latency: .seconds(2), costNanos: 7)
                $0.tokens = Tokens(input: 10)
            },
            event(.executionFinished, "14:05:10") {
                $0.outcome = .failed
                $0.facts = [Fact(.goalMet, .boolean(false))]
            })
        #expect(counted?.agent == "parser")
        let finish = counted?.finish
        #expect(finish?.minute == at("14:05:00"))
        #expect(finish?.outcome == .failed)
        #expect(finish?.goalMet == false)
        #expect(finish?.duration == .seconds(280))
        #expect(finish?.total == .seconds(310))
        #expect(finish?.tokens == Tokens(input: 10))
        #expect(finish?.costNanos == 7)
        #expect(finish?.calls.map(\.model) == ["m"])
        #expect(finish?.isRedriven == false)
        #expect(finish?.hasConflict == false)
    }

    @Test func `times of which a side is unknown are not counted`() {
        let counted = contribution(finished("14:05:10"))
        #expect(counted?.start == nil)
        #expect(counted?.finish?.duration == nil)
        #expect(counted?.finish?.total == nil)
        #expect(counted?.finish?.tokens == nil)
        #expect(counted?.finish?.costNanos == nil)
    }

    @Test func `a redrive takes the finish back and its own end counts as redriven`() {
        let first = [event(.executionStarted, "14:00:00"), finished("14:01:00", .failed)]
        let again = event(.executionStarted, "14:10:00", attempt: 2)
        #expect(contribution(first[0], first[1], again)?.finish == nil)
        let ended = contribution(first[0], first[1], again, finished("14:12:00", attempt: 2))
        #expect(ended?.finish?.isRedriven == true)
        #expect(ended?.finish?.duration == .seconds(120))
        #expect(ended?.finish?.total == .seconds(720))
    }

    @Test func `contradictory ends count as a conflict`() {
        let counted = contribution(finished("14:01:00", .failed), finished("14:02:00"))
        #expect(counted?.finish?.hasConflict == true)
        #expect(counted?.finish?.minute == at("14:01:00"))
    }

    @Test(arguments: ["test", "mock"])
    func `an environment for trying things out counts for nothing`(_ environment: String) {
        let started = event(.executionStarted, "14:00:00") {
            $0.facts = [Fact(.environment, .string(environment))]
        }
        #expect(contribution(started, finished("14:01:00")) == nil)
    }

    @Test(arguments: ["production", "staging", "testing"])
    func `any other environment counts`(_ environment: String) {
        let started = event(.executionStarted, "14:00:00") {
            $0.facts = [Fact(.environment, .string(environment))]
        }
        #expect(contribution(started)?.start != nil)
    }

    private func lost(_ time: String, seen: String) -> Event {
        event(.executionLost, time) {
            $0.authority = .inferred
            $0.lost = LostVerdict(seen: at(seen), rule: .deadline)
        }
    }

    @Test func `a lost execution counts in the minute it was last heard of`() {
        let counted = contribution(
            event(.executionStarted, "14:00:10"), lost("14:30:00", seen: "14:00:10"))
        #expect(counted?.lostMinute == at("14:00:00"))
        #expect(counted?.finish == nil)
    }

    @Test func `one never heard of counts as lost in the minute that was judged`() {
        #expect(contribution(lost("14:30:00", seen: "14:07:10"))?.lostMinute == at("14:07:00"))
    }

    @Test func `a sign of life or an end takes the loss back`() {
        let started = event(.executionStarted, "14:00:10")
        let judged = lost("14:30:00", seen: "14:00:10")
        let heartbeat = event(.executionHeartbeat, "14:31:00")
        #expect(contribution(started, judged, heartbeat)?.lostMinute == nil)
        #expect(contribution(started, judged, finished("14:00:09"))?.lostMinute == nil)
    }

    @Test func `a report of no tokens is told from a report of zero`() throws {
        let start = event(.executionStarted, "14:00:00")
        let call = event(.modelCalled, "14:00:01") {
            $0.call = ModelCall(id: "c")
            $0.tokens = Tokens(input: 0)
        }
        let end = finished("14:00:02")
        var delta = RollUpDelta()
        delta.replace(nil, with: contribution(start, call, end), in: .default)
        let key = RollUpKey(
            workspace: .default, level: .minute, start: at("14:00:00"), agent: "")
        let cell = try #require(delta.cells()[key])
        #expect(cell[.inputTokens] == 0)
        #expect(cell[.inputTokenReports] == 1)
        #expect(cell[.outputTokenReports] == 0)
        #expect(cell.finished == 1)
    }

    @Test func `calls are counted beside the executions, and those whose cost is known`() throws {
        func called(_ id: String, model: String, _ tokens: Tokens, cost: Int64? = nil) -> Event {
            event(.modelCalled, "14:00:01") {
                $0.call = ModelCall(id: id, model: model, costNanos: cost)
                $0.tokens = tokens
            }
        }
        var state = ExecutionState(finished("14:00:02"))
        state.apply(called("a", model: "m", Tokens(input: 1_000, output: 10)))
        state.apply(called("b", model: "m", Tokens(input: 1_000)))
        state.apply(called("c", model: "other", Tokens(input: 1, output: 1), cost: 5))
        let prices = try PriceBook([
            PriceBook.Entry(
                model: "m", price: TokenPrice(input: 2_000_000_000, output: 8_000_000_000))
        ])
        var delta = RollUpDelta()
        delta.replace(nil, with: state, in: .default, prices: prices)
        func cell(_ model: String?) throws -> RollUpCell {
            let key = RollUpKey(
                workspace: .default, level: .day, start: at("00:00:00"), agent: "", model: model)
            return try #require(delta.cells()[key])
        }
        let all = try cell(nil)
        #expect(all[.calls] == 3)
        #expect(all[.pricedCalls] == 2)
        #expect(all[.costNanos] == 2_080_005)
        #expect(all[.costReports] == 1)
        #expect(try cell("m")[.costNanos] == 2_080_000)
        #expect(try cell("m")[.costReports] == 1)
        #expect(try cell("m")[.calls] == 0)
        delta.replace(state, with: nil, in: .default, prices: prices)
        #expect(delta.cells().isEmpty)
    }

    @Test func `calls of which nobody told the model stand under an empty name`() throws {
        var delta = RollUpDelta()
        let call = event(.modelCalled, "14:00:01") {
            $0.call = ModelCall(id: "c", latency: .seconds(3))
        }
        delta.replace(nil, with: contribution(call, finished("14:00:02")), in: .default)
        let key = RollUpKey(
            workspace: .default, level: .day, start: at("00:00:00"), agent: "", model: "")
        let cell = try #require(delta.cells()[key])
        #expect(cell[.modelCalls] == 1)
        #expect(cell[.modelLatencySum] == 3_000_000)
        #expect(cell[.modelLatency].count == 1)
        #expect(cell[.succeeded] == 0)
    }
}
