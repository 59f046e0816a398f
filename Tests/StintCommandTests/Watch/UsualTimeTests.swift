import StintModel
import StintWire
import Testing

@testable import stint

@Suite struct UsualTimeTests {
    private let usual = UsualTime(median: .seconds(60), p95: .seconds(100))

    @Test(arguments: [
        (39, "usually 21 s more"), (59, "usually 1 s more"), (60, "past the median"),
        (100, "past the median"), (130, "1.3 × p95"), (1_250, "13 × p95"),
        (99_999, "over 99 × p95"),
    ])
    func `words say how it stands against what is usual`(_ seconds: Int64, _ words: String) {
        #expect(usual.words(.seconds(seconds), unicode: true) == words)
    }

    @Test(arguments: [
        (0, "░░░░░░┃░░░"), (1, "█░░░░░┃░░░"), (50, "█████░┃░░░"), (99, "██████┃██░"),
        (100, "██████┃███"), (125, "▓▓▓▓┃▓▓▓┃▓"), (1_000_000, "┃▓▓▓▓▓▓▓▓▓"),
    ])
    func `the full bar is the p95, and past it the time that passed`(
        _ seconds: Int64, _ bar: String
    ) {
        #expect(usual.bar(.seconds(seconds), cells: 10, unicode: true) == bar)
        #expect(usual.bar(.seconds(seconds), cells: 10, unicode: false).utf8.count == 10)
    }

    @Test func `from fewer than ten finished nothing is said`() {
        func figures(_ n: Int64) -> AgentFiguresBody {
            AgentFiguresBody(
                agentId: "a", agentName: "a", executions: n, successRate: 100, avgRuntime: 1,
                errorRate: 0, p50: 1, p95: 2, n: n, tokens: nil, costUsd: nil, costKnownRate: nil,
                trend: [])
        }
        #expect(UsualTime(figures(9)) == nil)
        #expect(UsualTime(figures(10)) == UsualTime(median: .seconds(1), p95: .seconds(2)))
    }

    @Test func `a step's usual time is the median of the last that succeeded, of ten or more`()
        throws
    {
        func execution(_ seconds: Int) throws -> ExecutionBody {
            try Samples.execution(
                """
                {"id":"e\(seconds)","steps":[
                {"name":"map","status":"succeeded","durationSeconds":\(seconds)},
                {"name":"reduce","status":"\(seconds < 9 ? "succeeded" : "failed")",
                "durationSeconds":1}]}
                """)
        }
        let steps = UsualSteps(try (0..<11).map(execution))
        #expect(steps["map"] == .seconds(5))
        #expect(steps["reduce"] == nil)
        #expect(steps["other"] == nil)
    }
}
