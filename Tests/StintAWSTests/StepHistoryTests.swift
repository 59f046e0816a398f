import StintAWS
import StintModel
import Testing

/// Which visits a history tells of, where names alone would mislead.
@Suite struct StepHistoryTests {
    /// A history written down shortly: id, the id before, type, and the state's name or the error.
    struct History {
        var events: [HistoryEvent] = []

        mutating func add(
            _ id: Int64, after previous: Int64, _ type: String, _ name: String? = nil,
            error: String? = nil, resource: String? = nil, service: String? = nil,
            parameters: String? = nil, output: String? = nil
        ) {
            var details = HistoryEvent.Details()
            details.name = name
            details.error = error
            details.resource = resource
            details.resourceType = service
            details.parameters = parameters
            details.output = output
            events.append(
                HistoryEvent(id: id, after: previous, type, at: StepHistoryTests.at(id), details))
        }
    }

    static let execution = ExecutionID(
        rawValue: "arn:aws:states:us-west-2:123456789012:execution:report-agent:run")!

    /// An event happens as many seconds after the beginning as its id says.
    static func at(_ id: Int64) -> Instant {
        Instant(rfc3339: "2026-11-20T12:00:00Z")! + .seconds(id)
    }

    private func steps(_ history: History, status: String = "RUNNING") throws -> [Execution.Step] {
        let description = ExecutionDescription(
            execution: Self.execution, status: status, startDate: Self.at(0))
        // In any order they are the same.
        let report = try #require(OriginReport(description, history.events))
        let reversed = try #require(OriginReport(description, history.events.reversed()))
        #expect(report.events == reversed.events)
        let events = report.events.filter { $0.execution == Self.execution }
        var state = ExecutionState(try #require(events.first))
        for event in events { state.apply(event) }
        return Execution(
            id: Self.execution, workspace: .default, state: state, retention: .days(90)
        ).steps
    }

    @Test func `a loop visits a state of one name as often as it enters it`() throws {
        var history = History()
        for turn in 0..<3 as Range<Int64> {
            history.add(2 * turn + 1, after: 2 * turn, "PassStateEntered", "Again")
            history.add(2 * turn + 2, after: 2 * turn + 1, "PassStateExited", "Again")
        }
        let steps = try steps(history)
        #expect(steps.map(\.key) == ["00001", "00003", "00005"])
        #expect(steps.map(\.finishedAt) == [Self.at(2), Self.at(4), Self.at(6)])
        #expect(steps.allSatisfy { $0.status == .succeeded && $0.parent == nil })
    }

    @Test func `each retry is a try of its own, with its own error`() throws {
        var history = History()
        let function = "arn:aws:lambda:us-west-2:123456789012:function:draft:7"
        history.add(1, after: 0, "TaskStateEntered", "Draft")
        history.add(2, after: 1, "LambdaFunctionScheduled", resource: function)
        history.add(3, after: 2, "LambdaFunctionStarted")
        history.add(4, after: 3, "LambdaFunctionFailed", error: "RateLimitError")
        history.add(5, after: 4, "LambdaFunctionScheduled", resource: function)
        history.add(6, after: 5, "LambdaFunctionTimedOut", error: "States.Timeout")
        history.add(7, after: 6, "LambdaFunctionScheduled", resource: function)
        history.add(8, after: 7, "LambdaFunctionSucceeded")
        history.add(9, after: 8, "TaskStateExited", "Draft")
        let steps = try steps(history)
        #expect(steps.map(\.number) == [1, 2, 3])
        #expect(steps.map(\.status) == [.failed, .timedOut, .succeeded])
        #expect(steps.map(\.failure?.type) == ["RateLimitError", "States.Timeout", nil])
        #expect(steps.map(\.startedAt) == [Self.at(1), Self.at(5), Self.at(7)])
        #expect(steps.map(\.finishedAt) == [Self.at(4), Self.at(6), Self.at(9)])
        #expect(steps[0].activity == "Draft: draft")
    }

    @Test func `parallel branches fail and are aborted within the state that catches it`() throws {
        var history = History()
        history.add(1, after: 0, "ParallelStateEntered", "Fan")
        history.add(2, after: 1, "ParallelStateStarted")
        history.add(3, after: 2, "TaskStateEntered", "Left")
        history.add(4, after: 2, "WaitStateEntered", "Right")
        history.add(5, after: 3, "TaskScheduled", resource: "invoke", service: "lambda")
        history.add(6, after: 5, "TaskFailed", error: "Broken")
        history.add(7, after: 6, "ParallelStateFailed", error: "Broken")
        history.add(8, after: 7, "ParallelStateExited", "Fan")
        history.add(9, after: 8, "PassStateEntered", "Mend")
        let steps = try steps(history)
        #expect(steps.map(\.name) == ["Fan", "Left", "Right", "Mend"])
        #expect(steps.map(\.status) == [.failed, .failed, .aborted, .running])
        #expect(steps.map(\.parent) == [nil, "00001", "00001", nil])
    }

    @Test func `iterations of a map that overlap keep their own ends`() throws {
        var history = History()
        history.add(1, after: 0, "MapStateEntered", "Each")
        history.add(2, after: 1, "MapStateStarted")
        history.add(3, after: 2, "MapIterationStarted", "Each")
        history.add(4, after: 3, "PassStateEntered", "One")
        history.add(5, after: 2, "MapIterationStarted", "Each")
        history.add(6, after: 5, "PassStateEntered", "One")
        history.add(7, after: 6, "PassStateExited", "One")
        history.add(8, after: 4, "PassStateExited", "One")
        history.add(9, after: 7, "MapIterationSucceeded", "Each")
        history.add(10, after: 8, "MapIterationSucceeded", "Each")
        history.add(11, after: 10, "MapStateSucceeded")
        history.add(12, after: 11, "MapStateExited", "Each")
        let steps = try steps(history)
        #expect(steps.map(\.key) == ["00001", "00004", "00006"])
        #expect(steps.map(\.finishedAt) == [Self.at(12), Self.at(8), Self.at(7)])
        #expect(steps.allSatisfy { $0.status == .succeeded })
    }

    @Test func `what a task started has this execution for its parent`() throws {
        let child = "arn:aws:states:us-west-2:123456789012:execution:other:child"
        var history = History()
        history.add(1, after: 0, "TaskStateEntered", "Call")
        history.add(
            2, after: 1, "TaskScheduled", resource: "startExecution.sync:2", service: "states")
        history.add(
            3, after: 2, "TaskSubmitted", resource: "startExecution.sync:2", service: "states",
            output: #"{"ExecutionArn":"\#(child)","StartDate":1}"#)
        let description = ExecutionDescription(
            execution: Self.execution, status: "RUNNING", startDate: Self.at(0))
        let report = try #require(OriginReport(description, history.events))
        let told = try #require(report.events.last)
        #expect(told.execution?.rawValue == child)
        #expect(told[.parent] == .string(Self.execution.rawValue))
    }

    @Test func `an integrated call of a function tells its log group`() throws {
        var history = History()
        history.add(1, after: 0, "TaskStateEntered", "Call")
        history.add(
            2, after: 1, "TaskScheduled", resource: "invoke", service: "lambda",
            parameters: #"{"FunctionName":"arn:aws:lambda:us-west-2:1:function:sum:$LATEST"}"#)
        let step = try #require(steps(history).first)
        #expect(step.attributes.contains(Attribute("logGroup", .string("/aws/lambda/sum"))))
        #expect(step.attributes.contains(Attribute("resource", .string("lambda invoke"))))
    }

    @Test func `a history with holes is read as far as it goes`() throws {
        var history = History()
        history.add(3, after: 2, "PassStateExited", "Unknown")
        history.add(5, after: 4, "TaskStateEntered", "Known")
        history.add(6, after: 99, "TaskStateExited", "Known")
        history.add(7, after: 7, "ExecutionFailed", error: "Gone")
        #expect(try steps(history).map(\.status) == [.succeeded])
    }
}
