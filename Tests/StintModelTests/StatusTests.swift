import StintModel
import Testing

@Suite struct StatusTests {
    @Test(arguments: [
        ("succeeded", ExecutionStatus.succeeded), ("SUCCEEDED", .succeeded),
        ("success", .succeeded),
        ("Completed", .succeeded), ("done", .succeeded), ("ok", .succeeded), ("failed", .failed),
        ("error", .failed), ("FAILURE", .failed), ("timed_out", .timedOut),
        ("TIMED-OUT", .timedOut),
        ("timed out", .timedOut), ("TimedOut", .timedOut), ("timeout", .timedOut),
        ("aborted", .aborted), ("cancelled", .aborted), ("canceled", .aborted),
        ("stopped", .aborted),
        ("pending", .pending), ("scheduled", .pending), ("queued", .queued),
        ("PENDING_REDRIVE", .queued), ("running", .running), ("in-progress", .running),
        ("IN_PROGRESS", .running), ("In Progress", .running), ("started", .running),
        ("waiting", .waiting), ("paused", .waiting), ("lost", .lost),
    ])
    func `a word in common use is understood in any case and spelling`(
        _ word: String, _ expected: ExecutionStatus
    ) {
        #expect(ExecutionStatus(word: word) == expected)
    }

    @Test(arguments: ["", "skipped", "unknown", "succeeded!", "fail ure x", "--"])
    func `a word that means no status of an execution is refused`(_ word: String) {
        #expect(ExecutionStatus(word: word) == nil)
    }

    @Test(arguments: ["running", "queued", "pending", "waiting", "lost", "", "nonsense"])
    func `a word that is not terminal is no outcome`(_ word: String) {
        #expect(Outcome(word: word) == nil)
    }

    @Test(arguments: ExecutionStatus.allCases)
    func `every status is read from its own word`(_ status: ExecutionStatus) {
        #expect(ExecutionStatus(word: status.word) == status)
    }

    @Test(arguments: Outcome.allCases)
    func `every outcome is read from its own word and shown by it`(_ outcome: Outcome) {
        #expect(Outcome(word: outcome.word) == outcome)
        #expect(StepStatus(outcome).word == outcome.word)
    }

    @Test func `the gravest outcome is the greatest`() {
        #expect(Outcome.allCases.sorted() == [.skipped, .succeeded, .aborted, .failed, .timedOut])
    }

    @Test func `only ends are final, and only failures show an error`() {
        #expect(
            ExecutionStatus.allCases.filter(\.isFinal) == [
                .succeeded, .failed, .timedOut, .aborted,
            ])
        #expect(ExecutionStatus.allCases.filter(\.isFailure) == [.failed, .timedOut, .aborted])
        #expect(StepStatus.allCases.filter(\.isFailure) == [.failed, .timedOut, .aborted])
    }

    @Test func `stored words keep their numbers`() {
        #expect(ExecutionStatus.allCases.map(\.rawValue) == Array(0...8))
        #expect(StepStatus.allCases.map(\.rawValue) == Array(0...7))
        #expect(EventKind.allCases.map(\.rawValue) == Array(1...13))
        #expect(FactName.allCases.map(\.rawValue) == Array(1...22))
    }
}
