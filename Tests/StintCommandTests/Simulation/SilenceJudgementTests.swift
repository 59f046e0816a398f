import Foundation
import StintModel
import StintSimulation
import StintWire
import Testing

@testable import stint

@Suite struct SilenceJudgementTests {
    private static let fleet = Fleet(
        .init(executions: 2_000, days: 7, seed: 5, until: Instant("2026-11-16T00:00:00Z")))

    /// One that fell silent, by the rules of the promises that it breaks.
    private static func silent(_ rules: LostVerdict.Rule...) throws -> SimulatedExecution {
        try #require(
            (0..<fleet.count).lazy.map(fleet.execution).first { execution in
                execution.fate == .fallsSilent
                    && Set(execution.brokenPromises(receivedAt: nil).map(\.rule)) == Set(rules)
            })
    }

    private static func shown(
        _ status: String, because promise: BrokenPromise? = nil
    ) throws -> ExecutionBody {
        let because = promise.map {
            #","lostBecause":{"rule":"\#($0.rule.word)","limitSeconds":\#($0.limit.seconds)}"#
        }
        return try JSONDecoder().decode(
            ExecutionBody.self,
            from: Data(#"{"id":"a","status":"\#(status)"\#(because ?? "")}"#.utf8))
    }

    private static func objection(
        _ truth: SimulatedExecution, _ shown: ExecutionBody, at now: Instant,
        receivedAt: Instant? = nil
    ) async -> String? {
        await SilenceJudgement(truth: truth, shown: shown, now: now, grace: .seconds(60))
            .objection { receivedAt }
    }

    @Test(arguments: [LostVerdict.Rule.deadline, .heartbeat])
    func `it is lost from the moment its promise is broken`(_ rule: LostVerdict.Rule) async throws {
        let truth = try Self.silent(rule)
        let promise = try #require(truth.brokenPromises(receivedAt: nil).first)
        let lost = try Self.shown("lost", because: promise)
        #expect(await Self.objection(truth, lost, at: promise.until + .seconds(1)) == nil)
        #expect(await Self.objection(truth, lost, at: promise.until) != nil)
        let unexplained = try Self.shown("lost")
        #expect(await Self.objection(truth, unexplained, at: promise.until + .seconds(1)) != nil)
    }

    @Test func `it may be shown running for as long as a server may take to notice`() async throws {
        let truth = try Self.silent(.deadline)
        let running = try Self.shown("running")
        let until = try #require(truth.brokenPromises(receivedAt: nil).first).until
        #expect(await Self.objection(truth, running, at: until + .seconds(60)) == nil)
        #expect(await Self.objection(truth, running, at: until + .seconds(61)) != nil)
        // What it was told of only a moment ago it cannot have judged before.
        let late = until + .seconds(3_600)
        #expect(await Self.objection(truth, running, at: late, receivedAt: late) == nil)
    }

    @Test func `a heartbeat counts from the last receipt`() async throws {
        let truth = try Self.silent(.heartbeat)
        let running = try Self.shown("running")
        let heartbeat = try #require(truth.heartbeat)
        let receivedAt = truth.current.lastSign + .days(1)
        func objection(_ after: TimeSpan) async -> String? {
            await Self.objection(truth, running, at: receivedAt + after, receivedAt: receivedAt)
        }
        #expect(await objection(heartbeat + .seconds(60)) == nil)
        #expect(await objection(heartbeat + .seconds(61)) != nil)
    }

    @Test func `who promised nothing is never lost`() async throws {
        let truth = try Self.silent()
        let later = truth.current.lastSign + .days(30)
        #expect(await Self.objection(truth, try Self.shown("running"), at: later) == nil)
        #expect(await Self.objection(truth, try Self.shown("lost"), at: later) != nil)
    }

    @Test func `it has neither ended nor begun to wait`() async throws {
        let truth = try Self.silent(.deadline, .heartbeat)
        for status in ["succeeded", "failed", "waiting", "queued"] {
            let shown = try Self.shown(status)
            #expect(await Self.objection(truth, shown, at: truth.current.lastSign) != nil)
        }
    }
}

private func + (left: TimeSpan, right: TimeSpan) -> TimeSpan {
    TimeSpan(microseconds: left.microseconds + right.microseconds)
}
