import StintIngest
import StintModel
import Testing

@Suite struct EventBridgeDecoderTests {
    static let arn = "arn:aws:states:eu-west-1:123456789012:execution:report-agent:run-1"
    static let start: Int64 = 1_795_183_200_000
    static let stop: Int64 = 1_795_183_260_500

    /// A detail with further members, which stand in for those it has anyway.
    static func detail(_ members: String = "", status: String = "RUNNING") -> String {
        var all: [String] = []
        func add(_ name: String, _ value: String) {
            if !members.contains("\"\(name)\":") { all.append("\"\(name)\":\(value)") }
        }
        add("executionArn", "\"\(arn)\"")
        add(
            "stateMachineArn", "\"arn:aws:states:eu-west-1:123456789012:stateMachine:report-agent\""
        )
        add("name", "\"run-1\"")
        add("status", "\"\(status)\"")
        add("startDate", "\(start)")
        if status != "RUNNING" { add("stopDate", "\(stop)") }
        if !members.isEmpty { all.append(members) }
        return "{" + all.joined(separator: ",") + "}"
    }

    static func envelope(_ detail: String, _ members: String = "") -> String {
        var all = ["\"detail\":\(detail)", "\"id\":\"1-2-3\""]
        func add(_ name: String, _ value: String) {
            if !members.contains("\"\(name)\":") { all.append("\"\(name)\":\"\(value)\"") }
        }
        add("source", "aws.states")
        add("detail-type", "Step Functions Execution Status Change")
        add("account", "210987654321")
        add("region", "us-east-2")
        add("time", "2026-11-20T14:01:00Z")
        if !members.isEmpty { all.append(members) }
        return "{" + all.joined(separator: ",") + "}"
    }

    /// A document as the text of a JSON string.
    static func quoted(_ document: String) -> String {
        var bytes: [UInt8] = []
        bytes.appendJSON(string: document)
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: Forms

    enum Form: String, CaseIterable {
        case bare
        case array
        case arraysInArrays
        case message
        case record
        case messages
        case notification
        case notificationInMessage
        case batchForLambda
        case receivedBatch
        case arrayInRecord

        func wrap(_ event: String) -> String {
            let text = quoted(event)
            let notification = "{\"Type\":\"Notification\",\"MessageId\":\"m\",\"Message\":\(text)}"
            return switch self {
            case .bare: event
            case .array: "[\(event)]"
            case .arraysInArrays: "[[\(event)],[]]"
            case .message: "{\"Body\":\(text)}"
            case .record: "{\"body\":\(text)}"
            case .messages: "[{\"MessageId\":\"m\",\"Body\":\(text)}]"
            case .notification: notification
            case .notificationInMessage: "{\"Body\":\(quoted(notification))}"
            case .batchForLambda: "{\"Records\":[{\"messageId\":\"m\",\"body\":\(text)}]}"
            case .receivedBatch: "{\"Messages\":[{\"MessageId\":\"m\",\"Body\":\(text)}]}"
            case .arrayInRecord: "{\"body\":\(quoted("[\(event)]"))}"
            }
        }
    }

    @Test(arguments: Form.allCases)
    func `finds the event in whatever is wrapped around it`(_ form: Form) throws {
        let bare = try Decoded(eventBridge: Self.envelope(Self.detail(status: "FAILED")))
        #expect(bare.result == IngestResult(accepted: 1))
        let wrapped = try Decoded(
            eventBridge: form.wrap(Self.envelope(Self.detail(status: "FAILED"))))
        #expect(wrapped.result == IngestResult(accepted: 1))
        #expect(wrapped.events == bare.events)
        let detail = try Decoded(eventBridge: form.wrap(Self.detail(status: "FAILED")))
        #expect(detail.result == IngestResult(accepted: 1))
        #expect(detail.events.map(\.kind) == [.executionStarted, .executionFinished])
    }

    @Test(arguments: ["[]", "{\"Records\":[]}", "{\"Messages\":[]}", "[[],[]]"])
    func `takes a body without events`(_ body: String) throws {
        #expect(try Decoded(eventBridge: body).result == IngestResult())
    }

    @Test(arguments: ["", "{", "[{}", "{}x", "\u{FEFF}{}"])
    func `refuses a body that is no document`(_ body: String) {
        #expect(throws: BodyError.self) { try Decoded(eventBridge: body) }
    }

    @Test func `counts envelopes, one bad beside a good one`() throws {
        let good = Self.envelope(Self.detail(status: "SUCCEEDED"))
        let bad = Self.envelope(Self.detail(status: "EXPLODED"))
        let records = [good, bad, good].map { "{\"body\":\(Self.quoted($0))}" }
        let body = "[{\"Records\":[\(records.joined(separator: ","))]},7,\(good),{\"body\":\"{\"}]"
        let decoded = try Decoded(eventBridge: body)
        #expect(decoded.result.accepted == 3)
        #expect(decoded.events.count == 6)
        #expect(decoded.result.rejected.map(\.index) == [1, 3, 5])
        #expect(decoded.result.rejected.map(\.pointer) == ["/detail/status", "", "/body"])
    }

    @Test func `takes as many envelopes as allowed and not one more`() throws {
        func body(_ count: Int) -> [UInt8] {
            let events = Array(repeating: Self.envelope(Self.detail()), count: count)
            return Array("[\(events.joined(separator: ","))]".utf8)
        }
        #expect(try Decoded(eventBridge: body(3), maximumEvents: 3).result.accepted == 3)
        #expect(throws: BodyError.tooManyEvents(limit: 3)) {
            try Decoded(eventBridge: body(4), maximumEvents: 3)
        }
    }

    @Test func `follows messages in messages only so far`() throws {
        var body = Self.envelope(Self.detail())
        for _ in 0..<8 { body = "{\"body\":\(Self.quoted(body))}" }
        #expect(try Decoded(eventBridge: body).refusal?.pointer == "")
    }

    // MARK: Refusals

    @Test(
        arguments: [
            ("{}", "", "status change"),
            ("{\"Type\":\"SubscriptionConfirmation\",\"SubscribeURL\":\"u\"}", "", "status change"),
            (envelope(detail(), "\"source\":\"aws.ec2\""), "/source", "aws.states"),
            (envelope(detail(), "\"detail-type\":\"Other\""), "/detail-type", "Status Change"),
            (envelope(detail("\"status\":\"STOPPED\"")), "/detail/status", "PENDING_REDRIVE"),
            (envelope(detail("\"status\":null")), "/detail/status", "what the status is"),
            (envelope(detail("\"status\":5")), "/detail/status", "RUNNING"),
            (detail("\"status\":\"STOPPED\""), "/status", "PENDING_REDRIVE"),
            (envelope(detail("\"executionArn\":null")), "/detail/executionArn", "which execution"),
            (envelope(detail("\"executionArn\":\"\"")), "/detail/executionArn", "which execution"),
            (envelope(detail("\"executionArn\":5")), "/detail/executionArn", "string"),
            (
                envelope(detail("\"executionArn\":\"\(String(repeating: "x", count: 513))\"")),
                "/detail/executionArn", "512"
            ),
            (envelope(detail("\"executionArn\":\"a\\u0000\"")), "/detail/executionArn", "U+0000"),
            (envelope(detail("\"startDate\":1795183200.5")), "/detail/startDate", "integer"),
            (envelope(detail("\"startDate\":\"soon\"")), "/detail/startDate", "exists"),
            (envelope(detail("\"redriveCount\":-1")), "/detail/redriveCount", "0 through 65533"),
            (envelope(detail("\"redriveCount\":65534")), "/detail/redriveCount", "0 through 65533"),
            (envelope(detail("\"redriveCount\":\"x\"")), "/detail/redriveCount", "0 through 65533"),
            (envelope(detail("\"x\":1,\"x\":2")), "/detail/x", "twice"),
            (envelope(detail(), "\"x\":1,\"x\":2"), "/x", "twice"),
            (detail("\"startDate\":null"), "/startDate", "when it happened"),
            (
                detail("\"startDate\":null,\"stopDate\":null", status: "FAILED"), "/stopDate",
                "when it happened"
            ),
            (detail("\"startDate\":1700000000000"), "/startDate", "older than the retention"),
            (
                detail("\"startDate\":1,\"stopDate\":1700000000000", status: "FAILED"), "/stopDate",
                "older than the retention"
            ),
            (
                detail("\"redriveCount\":1,\"redriveDate\":1895183200000"), "/redriveDate",
                "24 h ahead"
            ),
        ] as [(String, String, String)])
    func `says what is wrong with an event`(
        _ body: String, _ pointer: String, _ detail: String
    ) throws {
        let refusal = try #require(try Decoded(eventBridge: body).refusal)
        #expect(refusal.pointer == pointer)
        #expect(refusal.detail.contains(detail), "\(refusal.detail)")
    }

    // MARK: Meaning

    @Test func `a long run whose start is older than the retention is kept`() throws {
        let old = "\"startDate\":1700000000000"
        let decoded = try Decoded(eventBridge: Self.detail(old, status: "SUCCEEDED"))
        #expect(
            decoded.events.map(\.at.microseconds) == [1_700_000_000_000_000, Self.stop * 1_000])
    }

    @Test func `every event tells all that the change tells of the execution`() throws {
        let detail = Self.detail(
            """
            "input":"{\\"n\\":\\"é\\"}","output":"12345","inputDetails":{"included":true},
            "stateMachineVersionArn":"v","stateMachineAliasArn":"a","redriveCount":1,
            "redriveDate":1795183230000
            """, status: "SUCCEEDED")
        let decoded = try Decoded(eventBridge: Self.envelope(detail))
        #expect(
            decoded.events.map(\.kind) == [
                .executionStarted, .executionStarted, .executionFinished,
            ])
        #expect(decoded.events.map(\.attempt) == [1, 2, 2])
        for event in decoded.events {
            #expect(event.id == "1-2-3")
            #expect(event.authority == .controller)
            #expect(
                event.facts == [
                    Fact(.agent, .string("report-agent")), Fact(.name, .string("run-1")),
                    Fact(.source, .string("stepfunctions")), Fact(.inputBytes, .integer(10)),
                    Fact(.outputBytes, .integer(5)),
                ])
            #expect(
                event.attributes.map(\.key) == [
                    "account", "region", "stateMachineArn", "stateMachineVersionArn",
                    "stateMachineAliasArn",
                ])
            #expect(event.attributes[0].value == .string("210987654321"))
        }
    }

    @Test func `a detail alone takes account and region from the name`() throws {
        let event = try #require(try Decoded(eventBridge: Self.detail()).events.first)
        #expect(event.id == nil)
        #expect(event.attributes[0] == Attribute("account", .string("123456789012")))
        #expect(event.attributes[1] == Attribute("region", .string("eu-west-1")))
    }

    @Test(
        arguments: [
            ("arn:aws:states:r:1:execution:m:n", "m", "n"),
            ("arn:aws:states:r:1:execution:m/label:n", "m", "n"),
            ("arn:aws:states:r:1:express:m:n:u", "m", "n"),
            ("arn:aws-cn::states:r:1:execution:m:n", "m", "n"),
            ("arn:aws:states:r:1:execution:m", "m", nil), ("no-arn", nil, nil),
            ("a:execution:m:n", nil, nil),
        ] as [(String, String?, String?)])
    func `reads names leniently`(_ arn: String, _ agent: String?, _ name: String?) throws {
        let detail = Self.detail("\"executionArn\":\"\(arn)\",\"name\":null")
        let event = try #require(try Decoded(eventBridge: detail).events.first)
        #expect(event[.agent]?.string == agent)
        #expect(event[.name]?.string == name)
        #expect(event.execution?.rawValue == arn)
    }

    @Test(arguments: ["null", "\"\""])
    func `null and empty mean what absence means`(_ nothing: String) throws {
        let members = ["error", "cause", "input", "output", "redriveDate", "redriveCount"]
            .map { "\"\($0)\":\(nothing)" }.joined(separator: ",")
        #expect(
            try Decoded(eventBridge: Self.detail(members, status: "FAILED")).events
                == Decoded(eventBridge: Self.detail(status: "FAILED")).events)
    }

    @Test(
        arguments: [
            ("FAILED", "", nil), ("ABORTED", "", nil), ("SUCCEEDED", "\"error\":\"E\"", nil),
            ("FAILED", "\"error\":\"E\",\"cause\":\"c\"", Failure(type: "E", message: "c")),
            ("ABORTED", "\"cause\":\"c\"", Failure(message: "c")),
            ("TIMED_OUT", "", Failure(type: "States.Timeout")),
            ("TIMED_OUT", "\"error\":\"E\"", Failure(type: "E")),
            // A task's time-out is a failure: only the status decides.
            ("FAILED", "\"error\":\"States.Timeout\"", Failure(type: "States.Timeout")),
        ] as [(String, String, Failure?)])
    func `tells the failure that was told`(
        _ status: String, _ members: String, _ expected: Failure?
    ) throws {
        var expected = expected
        expected?.at = Instant(milliseconds: Self.stop)
        let detail = Self.detail(members, status: status)
        #expect(try Decoded(eventBridge: detail).events.last?.failure == expected)
    }

    @Test func `times may be texts of digits, or RFC 3339`() throws {
        let texts = Self.detail(
            "\"startDate\":\"\(Self.start)\",\"stopDate\":\"2026-11-20T14:01:00.500Z\"",
            status: "SUCCEEDED")
        #expect(
            try Decoded(eventBridge: texts).events
                == Decoded(eventBridge: Self.detail(status: "SUCCEEDED")).events)
    }

    @Test func `sizes are told of what was included, and of nothing else`() throws {
        func sizes(_ members: String) throws -> [Scalar?] {
            let event = try #require(
                try Decoded(eventBridge: Self.detail(members, status: "SUCCEEDED")).events.last)
            return [event[.inputBytes], event[.outputBytes]]
        }
        #expect(
            try sizes("\"input\":\"ab\",\"output\":\"\\ud83d\\ude00\"") == [
                .integer(2), .integer(4),
            ])
        #expect(
            try sizes("\"input\":\"ab\",\"inputDetails\":{\"included\":false},\"output\":null")
                == [nil, nil])
        #expect(try sizes("\"outputDetails\":null,\"output\":{\"a\":1}") == [nil, nil])
    }

    @Test func `what is too long is cut between characters, and the event kept`() throws {
        let long = String(repeating: "x", count: 32_767) + "é"
        let name = String(repeating: "n", count: 255) + "é"
        let detail = Self.detail(
            "\"cause\":\"\(long)\",\"error\":\"\(name)\",\"name\":\"\(name)\"", status: "FAILED")
        let event = try #require(try Decoded(eventBridge: detail).events.last)
        #expect(event.failure?.message == String(repeating: "x", count: 32_767))
        #expect(event.failure?.type == String(repeating: "n", count: 255))
        #expect(event[.name]?.string == String(repeating: "n", count: 255))
    }

    @Test func `what is no text is mended, and the event kept`() throws {
        let detail = Self.detail(
            "\"cause\":\"a\\u0000b\\ud800\",\"x\":\"\\udc00\"", status: "FAILED")
        let event = try #require(try Decoded(eventBridge: detail).events.last)
        #expect(event.failure?.message == "a\u{FFFD}b\u{FFFD}")
    }

    // MARK: Redrives

    @Test func `a redrive without its date began when its event was sent`() throws {
        let detail = Self.detail("\"redriveCount\":2")
        let decoded = try Decoded(eventBridge: Self.envelope(detail))
        #expect(decoded.events.map(\.attempt) == [1, 3])
        #expect(decoded.events.last?.at == Instant(rfc3339: "2026-11-20T14:01:00Z"))
    }

    @Test func `a pending redrive is the next attempt queued, and says no end`() throws {
        let detail = Self.detail("\"redriveCount\":1", status: "PENDING_REDRIVE")
        let decoded = try Decoded(eventBridge: Self.envelope(detail))
        #expect(decoded.events.map(\.kind) == [.executionStarted, .executionQueued])
        #expect(decoded.events.map(\.attempt) == [1, 3])
        #expect(decoded.events.last?.at == Instant(rfc3339: "2026-11-20T14:01:00Z"))
        let alone = try Decoded(eventBridge: detail)
        #expect(alone.events.last?.at == Instant(milliseconds: Self.stop))
    }

    @Test func `takes the highest redrive that an attempt can number`() throws {
        let detail = Self.detail("\"redriveCount\":65533", status: "PENDING_REDRIVE")
        #expect(try Decoded(eventBridge: detail).events.last?.attempt == 65_535)
    }
}
