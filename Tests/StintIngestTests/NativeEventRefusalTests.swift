import StintIngest
import StintModel
import Testing

@Suite struct NativeEventRefusalTests {
    private static func text(_ count: Int) -> String { String(repeating: "x", count: count) }

    @Test(arguments: [
        ("{}", "/type", "says its `type`"),
        ("{\"type\":null}", "/type", "says its `type`"),
        ("{\"type\":5}", "/type", "string"),
        ("{\"type\":\"\"}", "/type", "No event has this type"),
        ("{\"type\":\"execution.startes\"}", "/type", "execution.started"),
        ("{\"type\":\"execution.lost\",\"execution\":\"e\"}", "/type", "never sent"),
        ("{\"type\":\"execution.started\"}", "/execution", "which `execution`"),
        ("{\"type\":\"execution.started\",\"execution\":null}", "/execution", "which `execution`"),
        ("{\"type\":\"step.started\",\"execution\":\"e\"}", "/step", "which `step`"),
        ("{\"type\":\"execution.finished\",\"execution\":\"e\"}", "/status", "says its `status`"),
        (
            "{\"type\":\"step.finished\",\"execution\":\"e\",\"step\":\"s\"}", "/status",
            "says its `status`"
        ),
        ("{\"type\":\"model.called\",\"execution\":\"e\"}", "/call", "its `call`"),
        ("{\"type\":\"worker.reported\"}", "/worker", "which `worker`"),
    ])
    func `misses what an event must have`(
        _ body: String, _ pointer: String, _ detail: String
    ) throws {
        let refusal = try #require(try Decoded(body).refusal)
        #expect(refusal.pointer == pointer)
        #expect(refusal.detail.contains(detail))
    }

    @Test(
        arguments: [
            ("execution.started", "\"execution\":5", "/execution", "string"),
            ("execution.started", "\"execution\":\"\"", "/execution", "1 through 512"),
            ("execution.started", "\"execution\":\"a\\u0000\"", "/execution", "U+0000"),
            ("execution.started", "\"at\":\"2026-11-20T14:00:05\"", "/at", "zone"),
            ("execution.started", "\"at\":\"yesterday\"", "/at", "exists"),
            ("execution.started", "\"at\":\"2026-02-30T14:00:05Z\"", "/at", "exists"),
            ("execution.started", "\"at\":\"\"", "/at", "exists"),
            ("execution.started", "\"at\":1795183205.123", "/at", "integer"),
            ("execution.started", "\"at\":true", "/at", "RFC 3339"),
            ("execution.started", "\"at\":1795183205", "/at", "milliseconds since 1970"),
            ("execution.started", "\"at\":9223372036854775807", "/at", "years 0000 through 9999"),
            ("execution.started", "\"at\":\"2027-11-20T14:00:05Z\"", "/at", "24 h ahead"),
            (
                "execution.started", "\"at\":\"2025-11-20T14:00:05Z\"", "/at",
                "older than the retention"
            ),
            ("execution.started", "\"attempt\":0", "/attempt", "1 through 65535"),
            ("execution.started", "\"attempt\":65536", "/attempt", "1 through 65535"),
            ("execution.started", "\"attempt\":1.5", "/attempt", "integer"),
            ("execution.started", "\"attempt\":\"1\"", "/attempt", "integer"),
            ("execution.finished", "\"revision\":-1", "/revision", "0 through 65535"),
            ("execution.finished", "\"revision\":65536", "/revision", "0 through 65535"),
            ("execution.started", "\"id\":5", "/id", "string"),
            ("execution.started", "\"agent\":5", "/agent", "string"),
            ("execution.started", "\"agent\":\"\\u0000\"", "/agent", "U+0000"),
            ("execution.started", "\"name\":{}", "/name", "string"),
            ("execution.started", "\"parent\":[]", "/parent", "string"),
            ("execution.started", "\"user\":true", "/user", "string"),
            ("execution.started", "\"correlation\":1", "/correlation", "string"),
            ("execution.started", "\"source\":1", "/source", "string"),
            ("execution.started", "\"environment\":1", "/environment", "string"),
            ("execution.started", "\"attributes\":[]", "/attributes", "object"),
            ("execution.started", "\"attributes\":{\"\":1}", "/attributes", "1 through 256"),
            (
                "execution.started", "\"attributes\":{\"a/b~c\":[]}", "/attributes/a~1b~0c",
                "boolean"
            ),
            ("execution.started", "\"attributes\":{\"a\":{}}", "/attributes/a", "boolean"),
            ("execution.started", "\"attributes\":{\"a\":1e999}", "/attributes/a", "308"),
            ("execution.started", "\"attributes\":{\"a\":1,\"a\":2}", "/attributes/a", "twice"),
            ("execution.started", "\"attributes\":{\"a\":null,\"a\":2}", "/attributes/a", "twice"),
            ("execution.started", "\"attributes\":{\"a\\u0000\":1}", "/attributes/a\0", "U+0000"),
            (
                "execution.started", "\"attributes\":{\"a\":\"\\ud800\"}", "/attributes/a",
                "surrogate"
            ),
            ("execution.started", "\"steps\":\"a\"", "/steps", "array"),
            ("execution.started", "\"steps\":[\"a\",5]", "/steps/1", "string"),
            ("execution.started", "\"steps\":[\"a\",\"\"]", "/steps/1", "1 through 256"),
            ("execution.started", "\"steps\":[null]", "/steps/0", "string"),
            ("execution.queued", "\"priority\":\"high\"", "/priority", "number"),
            ("execution.queued", "\"priority\":-1e999", "/priority", "308"),
            ("execution.queued", "\"queue\":5", "/queue", "string"),
            ("execution.queued", "\"estimatedStartAt\":\"x\"", "/estimatedStartAt", "exists"),
            ("execution.queued", "\"estimatedStartAt\":1.5", "/estimatedStartAt", "integer"),
            ("execution.started", "\"timeoutSeconds\":0", "/timeoutSeconds", "above 0"),
            ("execution.started", "\"timeoutSeconds\":-1", "/timeoutSeconds", "from 0"),
            ("execution.started", "\"timeoutSeconds\":1e13", "/timeoutSeconds", "through"),
            ("execution.started", "\"heartbeatSeconds\":\"30\"", "/heartbeatSeconds", "number"),
            ("execution.started", "\"heartbeatSeconds\":0.0", "/heartbeatSeconds", "above 0"),
            ("execution.finished", "\"status\":\"running\"", "/status", "no end"),
            ("execution.finished", "\"status\":\"lost\"", "/status", "no end"),
            ("execution.finished", "\"status\":\"fine\"", "/status", "No status has this name"),
            ("execution.finished", "\"status\":\"\"", "/status", "No status has this name"),
            ("execution.finished", "\"status\":\"skipped\"", "/status", "Only a step"),
            ("execution.finished", "\"status\":\"SKIP\"", "/status", "Only a step"),
            ("execution.finished", "\"status\":5", "/status", "string"),
            ("execution.finished", "\"error\":\"boom\"", "/error", "object"),
            ("execution.finished", "\"error\":{}", "/error", "`type` or a `message`"),
            (
                "execution.finished", "\"error\":{\"cause\":\"c\"}", "/error",
                "`type` or a `message`"
            ),
            ("execution.finished", "\"error\":{\"type\":\"\"}", "/error", "`type` or a `message`"),
            ("execution.finished", "\"error\":{\"type\":1}", "/error/type", "string"),
            ("execution.finished", "\"error\":{\"message\":1}", "/error/message", "string"),
            ("execution.updated", "\"error\":{\"cause\":[]}", "/error/cause", "string"),
            ("step.updated", "\"error\":{\"stack\":1}", "/error/stack", "string"),
            ("step.finished", "\"error\":{\"type\":\"a\",\"at\":\"x\"}", "/error/at", "exists"),
            ("step.finished", "\"error\":{\"type\":\"a\",\"type\":\"b\"}", "/error/type", "twice"),
            ("execution.finished", "\"goalMet\":1", "/goalMet", "`true` or `false`"),
            ("execution.finished", "\"summary\":1", "/summary", "string"),
            ("execution.finished", "\"summary\":\"\\udc00\"", "/summary", "surrogate"),
            ("execution.finished", "\"turns\":-1", "/turns", "integer from 0"),
            ("execution.finished", "\"turns\":0.5", "/turns", "integer from 0"),
            ("execution.finished", "\"inputBytes\":\"1\"", "/inputBytes", "integer from 0"),
            ("execution.finished", "\"outputBytes\":-1", "/outputBytes", "integer from 0"),
            ("execution.finished", "\"missingEvents\":1e17", "/missingEvents", "integer from 0"),
            ("execution.waiting", "\"waitingFor\":1", "/waitingFor", "string"),
            ("step.started", "\"step\":\"\"", "/step", "1 through 256"),
            ("step.started", "\"step\":1", "/step", "string"),
            ("step.started", "\"step\":\"\\u0000\"", "/step", "U+0000"),
            ("step.started", "\"try\":0", "/try", "1 through 65535"),
            ("step.started", "\"kind\":1", "/kind", "string"),
            ("step.started", "\"activity\":1", "/activity", "string"),
            ("step.updated", "\"tokens\":5", "/tokens", "object"),
            ("step.updated", "\"tokens\":{\"input\":-1}", "/tokens/input", "integer from 0"),
            ("step.updated", "\"tokens\":{\"output\":1.5}", "/tokens/output", "integer from 0"),
            (
                "step.updated", "\"tokens\":{\"cachedInput\":\"1\"}", "/tokens/cachedInput",
                "integer"
            ),
            ("step.updated", "\"tokens\":{\"reasoning\":true}", "/tokens/reasoning", "integer"),
            ("step.updated", "\"tokens\":{\"x\":1,\"x\":1}", "/tokens/x", "twice"),
            ("model.called", "\"call\":\"\"", "/call", "1 through 256"),
            ("model.called", "\"call\":1", "/call", "string"),
            ("model.called", "\"step\":\"\"", "/step", "1 through 256"),
            ("model.called", "\"model\":1", "/model", "string"),
            ("model.called", "\"latencySeconds\":-0.1", "/latencySeconds", "from 0"),
            ("model.called", "\"latencySeconds\":\"1\"", "/latencySeconds", "number"),
            ("model.called", "\"costUsd\":-1", "/costUsd", "from 0"),
            ("model.called", "\"costUsd\":1e10", "/costUsd", "through"),
            ("worker.reported", "\"worker\":\"\"", "/worker", "1 through 256"),
            ("worker.reported", "\"worker\":\"\\u0000\"", "/worker", "U+0000"),
            ("worker.reported", "\"capacity\":-1", "/capacity", "integer from 0"),
            ("worker.reported", "\"busy\":1.5", "/busy", "integer from 0"),
            ("worker.reported", "\"cpu\":100.1", "/cpu", "0 through 100"),
            ("worker.reported", "\"memory\":-1", "/memory", "0 through 100"),
            ("worker.reported", "\"gpu\":\"5\"", "/gpu", "number"),
            ("execution.started", "\"agent\":\"a\",\"agent\":\"b\"", "/agent", "twice"),
            ("execution.started", "\"agent\":null,\"agent\":\"b\"", "/agent", "twice"),
            ("execution.started", "\"type\":\"execution.started\"", "/type", "twice"),
            ("execution.started", "\"x/y\":1,\"x/y\":2", "/x~1y", "twice"),
            ("execution.started", "\"x\":\"\\ud800\"", "", "surrogate"),
        ] as [(String, String, String, String)])
    func `says which member is wrong, and what would be right`(
        _ type: String, _ members: String, _ pointer: String, _ detail: String
    ) throws {
        let refusal = try #require(try Decoded(body(type, members)).refusal)
        #expect(refusal.pointer == pointer)
        #expect(refusal.detail.contains(detail), "\(refusal.detail)")
    }

    @Test(arguments: [
        ("execution.started", "execution", 512), ("execution.started", "parent", 512),
        ("step.started", "parent", 256), ("execution.started", "agent", 256),
        ("execution.started", "name", 256), ("execution.started", "user", 256),
        ("execution.started", "correlation", 256), ("execution.started", "source", 256),
        ("execution.started", "environment", 256), ("execution.started", "id", 256),
        ("execution.queued", "queue", 256), ("step.started", "step", 256),
        ("step.started", "kind", 256), ("model.called", "call", 256),
        ("model.called", "model", 256),
        ("worker.reported", "worker", 256), ("step.started", "activity", 32_768),
        ("execution.updated", "summary", 32_768), ("execution.waiting", "waitingFor", 32_768),
    ])
    func `takes a text as long as its limit, and none a byte longer`(
        _ type: String, _ member: String, _ limit: Int
    ) throws {
        func refusal(_ text: String) throws -> Rejection? {
            try Decoded(body(type, "\"\(member)\":\"\(text)\"")).refusal
        }
        #expect(try refusal(Self.text(limit)) == nil)
        #expect(try refusal(Self.text(limit + 1))?.pointer == "/\(member)")
        // Bytes count, not characters, and not the bytes of an escape.
        #expect(try refusal(Self.text(limit - 2) + "é") == nil)
        #expect(try refusal(Self.text(limit - 1) + "é")?.pointer == "/\(member)")
        #expect(try refusal(Self.text(limit - 2) + "\\u00e9") == nil)
        #expect(try refusal(Self.text(limit - 1) + "\\u00e9")?.pointer == "/\(member)")
    }

    @Test(arguments: [("type", 256), ("message", 32_768), ("cause", 32_768), ("stack", 32_768)])
    func `takes an error's text as long as its limit, and none a byte longer`(
        _ member: String, _ limit: Int
    ) throws {
        func refusal(_ count: Int) throws -> Rejection? {
            let error = "\"error\":{\"message\":\"m\",\"\(member)\":\"\(Self.text(count))\"}"
            let own = error.replacing("\"message\":\"m\",\"message\"", with: "\"message\"")
            return try Decoded(body("step.updated", own)).refusal
        }
        #expect(try refusal(limit) == nil)
        #expect(try refusal(limit + 1)?.pointer == "/error/\(member)")
    }

    @Test func `takes attributes up to their limits, and none beyond`() throws {
        func refusal(_ attributes: String) throws -> Rejection? {
            try Decoded(body("execution.started", "\"attributes\":{\(attributes)}")).refusal
        }
        func many(_ count: Int) -> String {
            (0..<count).map { "\"k\($0)\":\($0)" }.joined(separator: ",")
        }
        #expect(try refusal(many(128)) == nil)
        #expect(try refusal(many(128) + ",\"none\":null") == nil)
        #expect(try refusal(many(129))?.pointer == "/attributes")
        #expect(try refusal("\"\(Self.text(256))\":1") == nil)
        #expect(try refusal("\"\(Self.text(257))\":1")?.pointer == "/attributes")
        #expect(try refusal("\"k\":\"\(Self.text(8_192))\"") == nil)
        #expect(try refusal("\"k\":\"\(Self.text(8_193))\"")?.pointer == "/attributes/k")
    }

    @Test func `takes a plan of 2,000 steps, and none of 2,001`() throws {
        func decoded(_ count: Int) throws -> Decoded {
            let steps = (0..<count).map { "\"s\($0)\"" }.joined(separator: ",")
            return try Decoded(body("execution.started", "\"steps\":[\(steps)]"))
        }
        #expect(try decoded(2_000).events.first?[.steps]?.list?.count == 2_000)
        #expect(try decoded(2_001).refusal?.pointer == "/steps")
    }

    @Test(arguments: [
        ("execution.started", "attempt", "1", "65535"), ("step.started", "try", "1", "65535"),
        ("step.finished", "revision", "0", "65535"),
        ("execution.updated", "turns", "0", "9007199254740992"),
        ("worker.reported", "capacity", "0", "9007199254740992"),
        ("worker.reported", "cpu", "0", "100"), ("model.called", "costUsd", "0", "9000000000"),
        ("model.called", "latencySeconds", "0", "1000000000000"),
        ("execution.started", "timeoutSeconds", "0.000001", "1000000000000"),
    ])
    func `takes a number at both ends of its range`(
        _ type: String, _ member: String, _ least: String, _ most: String
    ) throws {
        #expect(try Decoded(body(type, "\"\(member)\":\(least)")).result.accepted == 1)
        #expect(try Decoded(body(type, "\"\(member)\":\(most)")).result.accepted == 1)
        #expect(try Decoded(body(type, "\"\(member)\":\(most)1")).result.accepted == 0)
    }

    @Test func `repeats nothing of what was sent, but short keys`() throws {
        let key = Self.text(100_000)
        let refusal = try #require(
            try Decoded(body("execution.started", "\"\(key)\":1,\"\(key)\":2")).refusal)
        #expect(refusal.pointer == "")
        #expect(refusal.detail.utf8.count < 200)
    }

    @Test func `an enormous text is refused in a moment`() throws {
        let text = Self.text(16 << 20)
        #expect(
            try Decoded(body("execution.started", "\"agent\":\"\(text)\"")).refusal?.pointer
                == "/agent")
        #expect(try Decoded(body("execution.started", "\"x\":\"\(text)\"")).result.accepted == 1)
    }
}
