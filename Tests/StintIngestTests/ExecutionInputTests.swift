import StintIngest
import StintModel
import Testing

/// What a change of status says beside the change: where it came from, and by which name it goes.
@Suite struct ExecutionInputTests {
    private static let start: Int64 = 1_795_000_000_000

    /// The state that one change makes, with a member of the detail more.
    private func state(_ members: String) throws -> ExecutionState {
        let arn = "arn:aws:states:us-west-2:123456789012:execution:report-agent:run"
        let detail = """
            {"executionArn":"\(arn)","status":"TIMED_OUT","startDate":\(Self.start),
             "stopDate":\(Self.start + 1_000),\(members)}
            """
        let decoded = try Decoded(eventBridge: detail)
        #expect(decoded.result.rejected.isEmpty)
        var state = ExecutionState(try #require(decoded.events.first))
        for event in decoded.events { state.apply(event) }
        return state
    }

    private func state(input: String) throws -> ExecutionState {
        let escaped = input.replacing("\"", with: "\\\"")
        return try state(#""input":"\#(escaped)""#)
    }

    @Test func `the message that a pipe leaves in the input was queued when it was sent`() throws {
        let sent = Self.start - 5_000
        let record =
            #"{"messageId":"m-1","body":"{}","attributes":{"SentTimestamp":"\#(sent)"}}"#
        let state = try state(input: "[\(record)]")
        #expect(state.attributes["messageId"]?.value == .string("m-1"))
        #expect(state.queuedAt == Instant(milliseconds: sent))
        #expect(state.queueWait?.span == .seconds(5))
        // Of several none is the one cause.
        let batch = try self.state(input: "[\(record),\(record)]")
        #expect(batch.attributes["messageId"] == nil)
        #expect(batch.queuedAt == nil)
    }

    @Test(arguments: [
        #"{"attributes":{"SentTimestamp":"1795000000000"}}"#,
        #"{"messageId":"m","attributes":{"SentTimestamp":"9999999999999"}}"#,
        #"{"messageId":"m","attributes":{"SentTimestamp":"1"}}"#,
        #"[{"messageId":"m","attributes":{"SentTimestamp":"1795000000000"}}"#,
        "no JSON", "", "7",
    ])
    func `an input that says something else queues nothing, and loses nothing`(
        _ input: String
    ) throws {
        let state = try state(input: input)
        #expect(state.queuedAt == nil)
        #expect(state.status == .timedOut)
    }

    @Test func `a nested execution names the one that started it`() throws {
        let parent = "arn:aws:states:us-west-2:123456789012:execution:outer:run"
        let state = try state(
            input: #"{"AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID":"\#(parent)"}"#)
        #expect(state.fact(.parent) == .string(parent))
    }

    @Test func `a description says what tags say, and that nothing is left out`() throws {
        let state = try state(
            #""described":true,"agentName":"report","tags":{"team":"blue","apiToken":"t0p"}"#)
        #expect(state.agent == "report")
        #expect(state.attributes["tag.team"]?.value == .string("blue"))
        #expect(state.attributes["tag.apiToken"]?.value == .string("[redacted]"))
        #expect(state.failure == nil)
        #expect(try self.state(#""described":false"#).failure?.type == "States.Timeout")
    }

    @Test func `the header of a trace gives its id as OpenTelemetry writes it`() throws {
        let state = try state(
            #""traceHeader":"Root=1-5759E988-bd862e3fe1be46a994272793;Sampled=1""#)
        #expect(
            state.attributes["traceId"]?.value == .string("5759e988bd862e3fe1be46a994272793"))
        #expect(try self.state(#""traceHeader":"Root=1-5759""#).attributes["traceId"] == nil)
    }
}
