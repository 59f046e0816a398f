import StintModel
import StintStorageTesting
import StintWire
import Testing

@testable import StintServer

/// What is said of a lost execution, from what is known of it.
@Suite struct StuckVerdictTests {
    static let now = SampleFleet.noon

    static func verdict(
        _ rule: LostVerdict.Rule, workerSeen secondsAgo: Int64?
    ) -> StuckVerdict {
        StuckVerdict(
            LostVerdict(seen: now - .seconds(3_180), rule: rule, limit: .seconds(30)),
            worker: .init(
                name: "w-03", seenAt: secondsAgo.map { now - .seconds($0) }, now: now),
            silent: .seconds(3_180), elapsed: .seconds(3_600), p99: .seconds(740), now: now)
    }

    @Test(arguments: [
        (LostVerdict.Rule.heartbeat, 3 as Int64?, "Silent, worker alive", false),
        (.heartbeat, 3_000, "Worker gone", true), (.heartbeat, nil, "Worker gone", false),
        (.deadline, 3, "Past its deadline", true), (.deadline, nil, "Past its deadline", true),
        (.deadline, 3_000, "Worker gone", true), (.origin, 3, "Gone at the origin", true),
        (.origin, nil, "Gone at the origin", true),
    ])
    func `the rule and the worker decide`(
        _ rule: LostVerdict.Rule, _ seen: Int64?, _ text: String, _ isCertain: Bool
    ) {
        let verdict = Self.verdict(rule, workerSeen: seen)
        #expect(verdict.text == text)
        #expect(verdict.isCertain == isCertain)
        #expect(!verdict.advice.isEmpty && !verdict.reason.isEmpty)
        // What decides stands first.
        let decisive = verdict.facts.map(\.decisive)
        #expect(decisive.first == true)
        #expect(decisive == decisive.sorted { $0 && !$1 })
    }

    @Test func `the facts are those that were measured`() {
        #expect(
            Self.verdict(.heartbeat, workerSeen: 3_000).facts.map(\.text) == [
                "last heard of 53 min ago, expected every 30 s",
                "worker w-03 gone, last reported 50 min ago", "elapsed 4.9 × p99",
            ])
    }

    @Test func `a worker counts as alive for as long as its report does`() {
        func worker(_ seconds: Int64) -> StuckVerdict.Worker {
            .init(name: "w", seenAt: Self.now - .seconds(seconds), now: Self.now)
        }
        #expect(worker(59) == .alive(name: "w", at: Self.now - .seconds(59)))
        #expect(worker(60) == .gone(name: "w", at: Self.now - .seconds(60)))
    }
}
