import Foundation
import OTLPMessages
import StintIngest
import StintModel
import StintTraces
import Testing

/// What single spans are read as.
@Suite struct OTLPSpanReaderTests {
    private static let start: UInt64 = 1_795_180_000_000_000_999

    private func read(
        _ spans: OTLPSpan..., settings: OTLPSettings = OTLPSettings()
    ) -> OTLPReading {
        var export = OTLPTraceExport()
        var group = OTLPResourceSpans()
        group.resource.attributes = messages([
            "service.name": .stringValue("shop"), "service.namespace": .stringValue("team"),
            "telemetry.sdk.name": .stringValue("opentelemetry"),
        ])
        var scope = OTLPScopeSpans()
        scope.spans = spans
        group.scopeSpans = [scope]
        export.resourceSpans = [group]
        return OTLPSpanReader.read(export, window: window, settings: settings)
    }

    private func span(
        _ name: String = "s", _ attributes: [String: OTLPAnyValue.OneOf_Value] = [:],
        _ change: (inout OTLPSpan) -> Void = { _ in }
    ) -> OTLPSpan {
        var span = OTLPSpan()
        span.traceID = Data(repeating: 0xAB, count: 16)
        span.spanID = Data(repeating: 0xCD, count: 8)
        span.name = name
        span.startTimeUnixNano = Self.start
        span.endTimeUnixNano = Self.start + 5_000
        span.attributes = messages(attributes)
        change(&span)
        return span
    }

    private func told(
        _ name: String = "s", _ attributes: [String: OTLPAnyValue.OneOf_Value] = [:],
        settings: OTLPSettings = OTLPSettings(), _ change: (inout OTLPSpan) -> Void = { _ in }
    ) throws -> TraceSpan {
        try #require(
            read(span(name, attributes, change), settings: settings).traces.first?.spans.first)
    }

    // MARK: Ids and times

    @Test func `a span is read by its ids, its times truncated to microseconds`() throws {
        let reading = read(span())
        #expect(reading.traces.map(\.id.text) == [String(repeating: "ab", count: 16)])
        let told = try #require(reading.traces.first?.spans.first)
        #expect(told.id.text == "cdcdcdcdcdcdcdcd")
        #expect(told.start == Instant(microseconds: 1_795_180_000_000_000))
        #expect(told.end == Instant(microseconds: 1_795_180_000_000_005))
    }

    @Test func `ids that are zero or of another length, and times out of the window, are refused`()
    {
        let day: UInt64 = 86_400 * 1_000_000_000
        let reading = read(
            span { $0.traceID = Data(count: 16) }, span { $0.traceID = Data([1]) },
            span { $0.spanID = Data(count: 8) }, span { $0.spanID = Data() },
            span { $0.startTimeUnixNano = 0 }, span { $0.startTimeUnixNano -= 100 * day },
            span { $0.endTimeUnixNano += 3 * day }, span { $0.endTimeUnixNano = .max }, span())
        #expect(reading.rejected == 8)
        #expect(reading.firstReason == "A trace's id is 16 bytes, not all of them zero.")
        #expect(reading.traces.map(\.spans.count) == [1])
    }

    @Test func `spans of an execution that was deleted are refused`() {
        var window = window
        window.isErased = { $0.rawValue == String(repeating: "ab", count: 16) }
        var export = OTLPTraceExport()
        export.resourceSpans = [OTLPResourceSpans()]
        export.resourceSpans[0].scopeSpans = [OTLPScopeSpans()]
        export.resourceSpans[0].scopeSpans[0].spans = [span()]
        let reading = OTLPSpanReader.read(export, window: window, settings: OTLPSettings())
        #expect(reading.rejected == 1)
        #expect(reading.traces.isEmpty)
    }

    @Test func `a span without an end has not ended`() throws {
        #expect(try told { $0.endTimeUnixNano = 0 }.end == nil)
    }

    @Test(arguments: [
        (UInt32(0x100), Int32(1), TraceSpan.Parentage.here), (0x300, 1, .elsewhere),
        (0, 1, .unsaid), (0, 2, .elsewhere),
    ])
    func `where the parent is, is told by the flags, else by the kind`(
        _ flags: UInt32, _ kind: Int32, _ parentage: TraceSpan.Parentage
    ) throws {
        let told = try told {
            $0.parentSpanID = Data(repeating: 1, count: 8)
            $0.flags = flags
            $0.kind = kind
        }
        #expect(told.parentage == parentage)
        #expect(try self.told { $0.parentSpanID = Data(count: 8) }.parent == nil)
    }

    // MARK: What it means

    @Test(arguments: [
        ("gen_ai.operation.name", "invoke_agent", TraceSpan.Role.agent),
        ("gen_ai.operation.name", "invoke_workflow", .workflow),
        ("gen_ai.operation.name", "chat", .model),
        ("gen_ai.operation.name", "embeddings", .embedding),
        ("gen_ai.operation.name", "execute_tool", .tool),
        ("gen_ai.operation.name", "create_agent", .plumbing),
        ("gen_ai.operation.name", "execute_event_loop_cycle", .plumbing),
        ("openinference.span.kind", "AGENT", .agent), ("openinference.span.kind", "CHAIN", .chain),
        ("openinference.span.kind", "LLM", .model), ("openinference.span.kind", "TOOL", .tool),
        ("openinference.span.kind", "RETRIEVER", .retrieval),
        ("openinference.span.kind", "GUARDRAIL", .plumbing),
        ("traceloop.span.kind", "workflow", .workflow), ("traceloop.span.kind", "task", .plumbing),
        ("llm.request.type", "completion", .model), ("http.method", "POST", .plumbing),
    ])
    func `what a span is, each convention says in its own words`(
        _ key: String, _ word: String, _ role: TraceSpan.Role
    ) throws {
        #expect(try told("s", [key: .stringValue(word)]).role == role)
    }

    /// However its JSON is spaced, and whatever other texts hold.
    @Test(arguments: [
        (#"{"ls_integration":"langgraph"}"#, TraceSpan.Role.agent),
        (#"{ "a": [1, {}], "ls_integration" : "langgraph" }"#, .agent),
        (#"{"ls_integration": "langgraph", "langgraph_node": "write"}"#, .chain),
        (#"{"note": "\"ls_integration\": \"langgraph\""}"#, .chain),
        (#"{"ls_integration": "langgraph""#, .agent), ("[]", .chain), ("no JSON", .chain),
    ])
    func `a graph of LangGraph is told from its nodes by its metadata`(
        _ metadata: String, _ role: TraceSpan.Role
    ) throws {
        let kind: [String: OTLPAnyValue.OneOf_Value] = [
            "openinference.span.kind": .stringValue("CHAIN"), "metadata": .stringValue(metadata),
        ]
        #expect(try told("s", kind).role == role)
    }

    @Test func `an agent is named by the first spelling that is there, else by its span`() throws {
        let operation = [
            "gen_ai.operation.name": OTLPAnyValue.OneOf_Value.stringValue("invoke_agent")
        ]
        #expect(try told("invoke_agent good", operation).agent == "good")
        let named = operation.merging([
            "graph.node.id": .stringValue("node"), "agent.name": .stringValue("Helper"),
        ]) { $1 }
        #expect(try told("invoke_agent good", named).agent == "Helper")
        #expect(try told("graph", ["openinference.span.kind": .stringValue("AGENT")]).agent == nil)
    }

    @Test func `of old and new names of the same count the new one is taken, and none added`()
        throws
    {
        let told = try told(
            "chat",
            [
                "gen_ai.operation.name": .stringValue("chat"),
                "gen_ai.usage.prompt_tokens": .intValue(7),
                "gen_ai.usage.input_tokens": .intValue(8),
                "gen_ai.usage.completion_tokens": .doubleValue(3),
                "gen_ai.usage.reasoning_tokens": .stringValue("2"),
                "llm.cost.total": .doubleValue(0.000_25),
            ])
        #expect(told.tokens == Tokens(input: 8, output: 3, reasoning: 2))
        #expect(told.costNanos == 250_000)
        #expect(told.attributes.map(\.key) == ["namespace"])
    }

    @Test func `more cached tokens than input means that they were counted apart`() throws {
        let told = try told(
            "chat",
            [
                "gen_ai.operation.name": .stringValue("chat"),
                "gen_ai.usage.input_tokens": .intValue(10),
                "gen_ai.usage.cache_read.input_tokens": .intValue(100),
                "gen_ai.usage.cache_creation.input_tokens": .intValue(5),
            ])
        #expect(told.tokens == Tokens(input: 115, cachedInput: 100))
    }

    @Test func `a call that failed has no model that answered`() throws {
        let told = try told(
            "chat",
            [
                "openinference.span.kind": .stringValue("LLM"),
                "llm.model_name": .stringValue("m"),
            ]
        ) { $0.status.code = 2 }
        #expect(told.model == nil)
        #expect(told.requestModel == "m")
    }

    // MARK: What went wrong

    @Test func `an error is told by its exception, and by the first line of the status`() throws {
        let told = try told("s", ["error.type": .stringValue("_OTHER")]) { span in
            span.status.code = 2
            span.status.message = "first\nTraceback"
            span.events = [OTLPEvent()]
            span.events[0].name = "exception"
            span.events[0].timeUnixNano = Self.start + 2_000
            span.events[0].attributes = messages(["exception.type": .stringValue("a.Failure")])
        }
        #expect(
            told.failure
                == Failure(
                    type: "a.Failure", message: "first",
                    at: Instant(microseconds: 1_795_180_000_000_002)))
        #expect(told.status == .error)
    }

    @Test func `an error type that is configured means a deadline`() throws {
        let settings = OTLPSettings(deadlineErrorTypes: ["RunTimeout"])
        for (type, status) in [
            ("agents.RunTimeout", TraceSpan.Status.timedOut), ("TimeoutError", .error),
        ] {
            let told = try told("s", ["error.type": .stringValue(type)], settings: settings) {
                $0.status.code = 2
            }
            #expect(told.status == status)
        }
    }

    // MARK: Attributes

    @Test func `attributes keep their values exactly`() throws {
        var list = OTLPArrayValue()
        list.values = [OTLPAnyValue(), OTLPAnyValue(), OTLPAnyValue()]
        list.values[0].value = .intValue(1)
        list.values[1].value = .stringValue("b\"")
        var map = OTLPKeyValueList()
        map.values = messages(["a": .boolValue(false)])
        let told = try told(
            "s",
            [
                "big": .intValue(9_007_199_254_740_993), "least": .intValue(.min),
                "half": .doubleValue(0.5), "whole": .doubleValue(2), "nan": .doubleValue(.nan),
                "empty": .stringValue(""), "list": .arrayValue(list), "map": .kvlistValue(map),
                "bytes": .bytesValue(Data([0, 1, 2])), "nul": .stringValue("a\0b"),
                "long": .stringValue(String(repeating: "é", count: 5_000)),
                "db.password": .stringValue("secret"),
            ])
        let values = Dictionary(uniqueKeysWithValues: told.attributes.map { ($0.key, $0.value) })
        #expect(values["big"] == .integer(9_007_199_254_740_993))
        #expect(values["least"] == .integer(.min))
        #expect(values["half"] == .double(0.5))
        #expect(values["whole"] == .integer(2))
        #expect(values["nan"] == .string("NaN"))
        #expect(values["empty"] == .string(""))
        #expect(values["list"] == .string(#"[1,"b\"",null]"#))
        #expect(values["map"] == .string(#"{"a":false}"#))
        #expect(values["bytes"] == .string("base64:AAEC"))
        #expect(values["nul"] == .string("a\u{FFFD}b"))
        #expect(values["long"]?.string?.utf8.count == Limits.attributeBytes)
        #expect(values["db.password"] == .string("[redacted]"))
    }

    @Test func `what people and models say is kept only where that is asked for`() throws {
        let said: [String: OTLPAnyValue.OneOf_Value] = [
            "gen_ai.operation.name": .stringValue("chat"),
            "gen_ai.input.messages": .stringValue("hello"),
            "llm.input_messages.0.message.content": .stringValue("hello"),
            "input.value": .stringValue("hello"),
        ]
        #expect(try told("chat", said).attributes.map(\.key) == ["namespace"])
        let kept = try told("chat", said, settings: OTLPSettings(keepsContents: true))
        #expect(kept.attributes.count == 4)
    }

    @Test func `a configured attribute names the execution, after our own`() throws {
        let settings = OTLPSettings(executionKeys: ["order.run"])
        let one = try told("s", ["order.run": .stringValue("r-1")], settings: settings)
        #expect(one.execution?.rawValue == "r-1")
        let both = try told(
            "s", ["order.run": .stringValue("r-1"), "stint.execution": .stringValue("e-1")],
            settings: settings)
        #expect(both.execution?.rawValue == "e-1")
        #expect(try told("s", ["order.run": .stringValue("r-1")]).execution == nil)
    }

    @Test func `the outermost spans carry what their resource says`() throws {
        let root = try told()
        #expect(root.service == "shop")
        #expect(root.attributes == [Attribute("namespace", .string("team"))])
        let inner = try told("s", ["http.method": .stringValue("GET")]) {
            $0.parentSpanID = Data(repeating: 1, count: 8)
            $0.flags = 0x100
        }
        #expect(inner.attributes.isEmpty)
    }
}

/// In order of the key.
private func messages(_ attributes: [String: OTLPAnyValue.OneOf_Value]) -> [OTLPKeyValue] {
    attributes.sorted { $0.key < $1.key }.map { key, value in
        var message = OTLPKeyValue()
        message.key = key
        message.value.value = value
        return message
    }
}
