import Foundation
import StintAWS
import StintIngest
import StintModel
import Testing

/// What was captured of the API, and what it must turn into.
@Suite struct StepFunctionsFixtureTests {
    struct Expected: Decodable {
        struct Failure: Decodable {
            var type: String?
            var cause: String?
            var atMs: Int64?
        }

        struct Step: Decodable {
            var name: String
            var kind: String
            var status: String
            var startMs: Int64?
            var stopMs: Int64?
            var attempts: Int?
        }

        struct Origin: Decodable {
            var messageId: String
        }

        struct Execution: Decodable {
            var id: String
            var agent: String
            var status: String
            var startMs: Int64
            var stopMs: Int64?
            var redriveCount: UInt16?
            var redriveMs: Int64?
            var lastError: Failure?
            var tags: [String: String]?
            var origin: Origin?
            var steps: [Step]
        }

        var executions: [Execution]

        init(_ folder: String) throws {
            let file = Conversation.root.appending(path: "\(folder)/expected.json")
            self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: file))
        }
    }

    static let now = Instant(rfc3339: "2026-11-21T06:00:00Z")!

    static func inquiry(_ transport: any AWSTransport) -> StepFunctionsInquiry {
        let context = AWSContext(
            environment: ["AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "x"],
            transport: transport, now: { now }, pause: { _ in })
        let client = StepFunctionsClient(region: AWSRegion("us-west-2")!, context: context)
        return StepFunctionsInquiry(client, tags: StateMachineTags(client, now: { now }))
    }

    static func state(_ report: OriginReport) throws -> ExecutionState {
        var events: [Event] = []
        let window = AdmissionWindow(receivedAt: now, retention: .days(400))
        let result = try report.detail.withUnsafeBytes { bytes in
            try EventBridgeDecoder.decode(bytes, window: window) { events.append(copy $0) }
        }
        #expect(result.rejected.isEmpty)
        #expect(events.allSatisfy { $0.authority == .controller })
        events += report.events.filter { $0.execution == report.execution }
        var state = ExecutionState(try #require(events.first))
        for event in events { state.apply(event) }
        // In the other order, and twice, it is the same.
        var again = ExecutionState(try #require(events.last))
        for event in events.reversed() + events { again.apply(event) }
        #expect(again == state)
        return state
    }

    static let captured = ["run-ok-A", "run-bad-A", "run-slow-A", "run-stop-A", "run-tmo-A"]

    @Test(arguments: captured)
    func `what the API answered makes the execution that is expected`(_ name: String) async throws {
        let expected = try #require(
            Expected("stepfunctions-api").executions.first { $0.id.hasSuffix(":\(name)") })
        let inquiry = Self.inquiry(ReplayingTransport(Conversation.all))
        let id = try #require(ExecutionID(rawValue: expected.id))
        guard case .told(let report) = await inquiry.answer(on: id, withSteps: true) else {
            Issue.record("It was not told.")
            return
        }
        #expect(report.hasEnded == (expected.status != "RUNNING"))
        try Self.expect(Self.state(report), expected, id)
    }

    @Test func `a redriven execution goes on where it had failed`() throws {
        let folder = Conversation.root.appending(path: "stepfunctions-api-constructed")
        func read<Value: Decodable>(_ name: String, _ type: Value.Type) throws -> Value {
            try JSONDecoder().decode(
                type, from: Data(contentsOf: folder.appending(path: "\(name).response.json")))
        }
        struct History: Decodable {
            var events: [HistoryEvent]
        }
        let expected = try #require(Expected("stepfunctions-api-constructed").executions.first)
        let description = try read("describe-redriven", ExecutionDescription.self)
        let history = try read("history-redriven", History.self)
        let report = try #require(OriginReport(description, history.events))
        let state = try Self.state(report)
        try Self.expect(state, expected, report.execution)
        #expect(state.currentAttempt == 2)
        #expect(state.current.run.started == Instant(milliseconds: expected.redriveMs!))
        let tries = state.steps.entries
        #expect(tries.map(\.key.attempt) == [1, 2])
        #expect(tries[0].value.run.end?.outcome == .timedOut)
        #expect(
            tries[0].value.run.end?.failure == Failure(type: "States.Timeout", message: "too slow"))
        #expect(
            tries.allSatisfy {
                $0.value.attributes["logGroup"]?.value == .string("/aws/lambda/draft")
            })
    }

    @Test func `an execution that is gone is told from one that nobody tells of`() async throws {
        let transport = ReplayingTransport(Conversation.all)
        let inquiry = Self.inquiry(transport)
        let machine = "arn:aws:states:us-west-2:123456789012:execution:report-agent-A:"
        let nope = try #require(ExecutionID(rawValue: machine + "run-ok-A-nope"))
        guard case .gone = await inquiry.answer(on: nope, withSteps: true) else {
            Issue.record("It was not said to be gone.")
            return
        }
        let other = try #require(ExecutionID(rawValue: machine + "nobody-asked"))
        guard case .unanswered = await inquiry.answer(on: other, withSteps: true) else {
            Issue.record("Something was concluded from nothing.")
            return
        }
        #expect(transport.asked == ["DescribeExecution", "DescribeExecution"])
    }

    @Test func `of what runs only the list is asked for, not each by itself`() async throws {
        let transport = ReplayingTransport(Conversation.all)
        let machine = "arn:aws:states:us-west-2:123456789012:execution:slow-agent-A:"
        let arns = ["run-slow-A", "run-stop-A"].compactMap {
            ExecutionID(rawValue: machine + $0).flatMap(ExecutionARN.init)
        }
        var ended: [String: Bool] = [:]
        await Self.inquiry(transport).answers(on: arns, withSteps: false) { id, answer in
            if case .told(let report) = answer { ended[id.rawValue] = report.hasEnded }
        }
        #expect(ended == [machine + "run-slow-A": false, machine + "run-stop-A": true])
        #expect(transport.asked.count { $0 == "DescribeExecution" } == 1)
        #expect(transport.asked.count { $0 == "ListExecutions" } == 1)
    }

    private static func expect(
        _ state: ExecutionState, _ expected: Expected.Execution, _ id: ExecutionID
    ) throws {
        let execution = Execution(
            id: id, workspace: .default, state: state, retention: .days(400))
        #expect(execution.status.word == expected.status.lowercased())
        #expect(execution.startedAt == Instant(milliseconds: expected.startMs))
        #expect(execution.finishedAt == expected.stopMs.flatMap { Instant(milliseconds: $0) })
        #expect(execution.failure?.type == expected.lastError?.type)
        #expect(execution.failure?.message == expected.lastError?.cause)
        #expect(
            execution.failure?.at == expected.lastError?.atMs.flatMap { Instant(milliseconds: $0) })
        // The tag that names the agent stands before the machine's name.
        #expect(execution[.agent]?.string == expected.tags?["agentName"] ?? expected.agent)
        let attributes = Dictionary(
            execution.attributes.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
        for (key, value) in expected.tags ?? [:] {
            #expect(attributes["tag.\(key)"] == .string(value))
        }
        #expect(attributes["messageId"] == expected.origin.map { .string($0.messageId) })
        #expect(execution.attempt == (expected.redriveCount ?? 0) + 1)
        #expect(!execution.hasConflict && !execution.isSkewed)

        var keys: [String] = []
        for step in execution.steps where !keys.contains(step.key) { keys.append(step.key) }
        try #require(keys.count == expected.steps.count)
        for (key, expected) in zip(keys, expected.steps) {
            let tries = execution.steps.filter { $0.key == key }
            let last = try #require(tries.last)
            #expect(last.name == expected.name)
            #expect(last.kind == expected.kind)
            #expect(last.status.word == expected.status.lowercased())
            #expect(tries.count == expected.attempts ?? 1)
            if let start = expected.startMs {
                #expect(tries.first?.startedAt == Instant(milliseconds: start))
            }
            if let stop = expected.stopMs {
                #expect(last.finishedAt == Instant(milliseconds: stop))
            }
        }
    }
}
