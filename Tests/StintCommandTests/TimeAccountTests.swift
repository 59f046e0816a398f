import StintModel
import StintWire
import Testing

@testable import stint

@Suite struct TimeAccountTests {
    private func account(_ steps: String, ran: Int = 10) throws -> TimeAccount {
        let execution = try Samples.execution(
            """
            {"id":"x","attempt":1,"status":"succeeded","queuedAt":"2025-11-28T10:00:00Z",
            "startedAt":"2025-11-28T10:00:01Z","finishedAt":"2025-11-28T10:00:\(ran + 1)Z",
            "queueWaitSeconds":1,"durationSeconds":\(ran),"totalSeconds":\(ran + 1),
            "steps":[\(steps)]}
            """)
        return try #require(TimeAccount(execution))
    }

    private func step(
        _ key: String, _ status: String, _ from: Int, _ to: Int?, try number: Int = 1
    ) -> String {
        let end = to.map { #""2025-11-28T10:00:\#(NumberFormat.padded(Int64($0), digits: 2))Z""# }
        let start = NumberFormat.padded(Int64(from), digits: 2)
        return """
            {"key":"\(key)","attempt":1,"try":\(number),"status":"\(status)",
            "startedAt":"2025-11-28T10:00:\(start)Z","finishedAt":\(end ?? "null")}
            """
    }

    @Test func `steps side by side and within each other count once`() throws {
        let account = try account(
            [
                step("a", "succeeded", 1, 5), step("b", "succeeded", 3, 7),
                step("c", "succeeded", 4, 5),
            ].joined(separator: ","))
        #expect(account.steps == .seconds(6))
        #expect(account.betweenSteps == .seconds(4))
    }

    @Test func `what lies outside of the run does not count`() throws {
        let account = try account(step("a", "succeeded", 0, 30))
        #expect(account.steps == .seconds(10))
        #expect(account.betweenSteps == .zero)
    }

    @Test func `a step that nobody ended stands apart`() throws {
        let account = try account(
            [step("a", "succeeded", 1, 4), step("b", "running", 3, nil)].joined(separator: ","))
        #expect(account.steps == .seconds(3))
        #expect(account.openSteps == .seconds(7))
    }

    @Test func `the parts always add up to the run`() throws {
        let account = try account(
            [
                step("a", "failed", 2, 4), step("a", "succeeded", 6, 8, try: 2),
                step("b", "timed_out", 3, 7), step("c", "running", 9, nil),
            ].joined(separator: ","))
        let parts = [
            account.steps, account.failedTries, account.openSteps, account.retryWaits,
            account.betweenSteps,
        ]
        #expect(parts.reduce(0) { $0 + $1.microseconds } == account.ran.microseconds)
        #expect(parts.map(\.seconds) == [2, 4, 2, 0, 2])
    }

    @Test func `without times of steps only the run is told`() throws {
        #expect(
            try account("").sum(of: true) == "Ran 10.0 s; queue 1.00 s; created to completed 11.0 s"
        )
    }

    @Test func `what has not ended has no account`() throws {
        #expect(TimeAccount(try Samples.execution(Samples.running)) == nil)
        #expect(TimeAccount(try Samples.execution(Samples.lost)) == nil)
    }
}
