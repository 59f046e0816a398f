import StintIngest
import StintModel
import Testing

@Suite struct NativeEventDecoderTests {
    // MARK: Bodies

    @Test func `takes one event, an array of events, and lines of events`() throws {
        let one = body("execution.started")
        #expect(try Decoded(one).result == IngestResult(accepted: 1))
        #expect(try Decoded("[\(one),\(one)]").result == IngestResult(accepted: 2))
        #expect(try Decoded("\(one)\n\(one)\n", as: .ndjson).result == IngestResult(accepted: 2))
        #expect(try Decoded(" [ ] ").result == IngestResult())
        #expect(try Decoded("", as: .ndjson).result == IngestResult())
        #expect(try Decoded("\n \r\n\t", as: .ndjson).result == IngestResult())
    }

    @Test(arguments: ["", " ", "1", "null", "\"a\"", "[", "[{}", "{}{}", "[{}]x", "\u{FEFF}[]"])
    func `refuses a body that is no document of events`(_ text: String) {
        #expect { try Decoded(text) } throws: {
            guard case .malformed? = $0 as? BodyError else { return false }
            return true
        }
    }

    @Test func `says where a body stops being JSON`() {
        #expect { try Decoded("[{\"type\":tru}]") } throws: {
            guard case .malformed(_, let offset)? = $0 as? BodyError else { return false }
            return offset == 9
        }
    }

    @Test func `refuses the whole body where something malformed follows a refused event`() {
        #expect(throws: BodyError.self) { try Decoded("[{\"type\":1},{]") }
        #expect(throws: BodyError.self) { try Decoded("{\"type\":1,\"x\":01}") }
        #expect(throws: BodyError.self) { try Decoded("[{\"type\":1,\"x\":\"\\q\"}]") }
    }

    @Test func `one bad event does not lose the good ones beside it`() throws {
        let good = body("execution.started")
        let decoded = try Decoded("[\(good),{\"type\":\"x\"},7,[],null,\(good)]")
        #expect(decoded.result.accepted == 2)
        #expect(decoded.events.count == 2)
        #expect(decoded.result.rejected.map(\.index) == [1, 2, 3, 4])
        #expect(decoded.result.rejected.map(\.pointer) == ["/type", "", "", ""])
    }

    @Test func `counts lines that are not empty, and refuses those that are not JSON one by one`()
        throws
    {
        let good = body("execution.started")
        let lines = [
            good, "", "{oops", "  ", good + " \r", good + good, "[\(good)]", "\u{FEFF}" + good,
            "{\"type\":1} x", good,
        ]
        let decoded = try Decoded(lines.joined(separator: "\n"), as: .ndjson)
        #expect(decoded.result.accepted == 3)
        #expect(decoded.events.count == 3)
        #expect(decoded.result.rejected.map(\.index) == [1, 3, 4, 5, 6])
        #expect(decoded.result.rejected[0].detail.contains("not JSON at its byte 1"))
        #expect(decoded.result.rejected[2].detail == "An event is an object.")
    }

    @Test func `a line that is not UTF-8 is refused alone`() throws {
        let good = Array(body("execution.started").utf8)
        let bad: [UInt8] = Array("{\"x\":\"".utf8) + [0xFF] + Array("\"}".utf8)
        let decoded = try Decoded(good + [0x0A] + bad + [0x0A] + good, as: .ndjson)
        #expect(decoded.result.accepted == 2)
        #expect(decoded.result.rejected.map(\.index) == [1])
    }

    @Test(arguments: [BodyForm.json, .ndjson])
    func `takes as many events as allowed and not one more`(_ form: BodyForm) throws {
        func text(_ count: Int) -> String {
            // Refused ones count too.
            let events = (0..<count).map { $0 % 2 == 0 ? body("execution.started") : "{}" }
            return form == .json
                ? "[" + events.joined(separator: ",") + "]" : events.joined(separator: "\n")
        }
        #expect(try Decoded(text(4), as: form, maximumEvents: 4).result.rejected.count == 2)
        #expect(throws: BodyError.tooManyEvents(limit: 4)) {
            try Decoded(text(5), as: form, maximumEvents: 4)
        }
        #expect(throws: BodyError.tooManyEvents(limit: 4)) {
            try Decoded(text(6), as: form, maximumEvents: 4)
        }
    }

    // MARK: Members

    @Test func `finds the type wherever it stands`() throws {
        let text = """
            {"x":[{"type":"a"}],"execution":"e","agent":"a","t\\u0079pe":"execution.\\u0073tarted"}
            """
        let event = try #require(try Decoded(text).events.first)
        #expect(event.kind == .executionStarted)
        #expect(event[.agent] == .string("a"))
    }

    @Test(arguments: EventKind.allCases.filter { $0 != .executionLost })
    func `takes every type with what it must have`(_ kind: EventKind) throws {
        #expect(try event(kind.word)?.kind == kind)
    }

    @Test func `an event without a time happened when it was received`() throws {
        #expect(try event("execution.started")?.at == window.receivedAt)
        #expect(try event("execution.started", "\"at\":null")?.at == window.receivedAt)
    }

    @Test(
        arguments: [
            ("\"2026-11-20T14:00:05.123456Z\"", 1_795_183_205_123_456),
            ("\"2026-11-20T16:00:05.1234569+02:00\"", 1_795_183_205_123_456),
            ("1795183205123", 1_795_183_205_123_000), ("1795183205123.0", 1_795_183_205_123_000),
            ("1.795183205123e12", 1_795_183_205_123_000),
        ] as [(String, Int64)])
    func `takes a time in RFC 3339 or in milliseconds`(_ text: String, _ expected: Int64) throws {
        #expect(
            try event("execution.started", "\"at\":\(text)")?.at == Instant(microseconds: expected))
    }

    @Test func `takes a time at the edges of the window, and none beyond`() throws {
        func taken(_ at: Instant) throws -> Bool {
            try event("execution.started", "\"at\":\"\(at.rfc3339)\"") != nil
        }
        #expect(try taken(window.oldest))
        #expect(try taken(window.newest))
        #expect(try !taken(window.oldest - TimeSpan(microseconds: 1)))
        #expect(try !taken(window.newest + TimeSpan(microseconds: 1)))
    }

    @Test func `reads all that an execution tells when it queues`() throws {
        let event = try #require(
            try event(
                "execution.queued",
                """
                "at":1795183205123,"attempt":3,"id":"i","agent":"a","name":"n","parent":"p","user":"u",
                "correlation":"c","source":"s","environment":"test","attributes":{"k":1},
                "steps":["x","y","x"],"priority":2.5,"queue":"q","timeoutSeconds":60,
                "heartbeatSeconds":0.5,"estimatedStartAt":"2026-11-21T00:00:00+01:00"
                """))
        #expect(event.execution == ExecutionID(rawValue: "e"))
        #expect(event.attempt == 3)
        #expect(event.id == "i")
        #expect(event.authority == .reported)
        #expect(
            event.facts == [
                Fact(.agent, .string("a")), Fact(.name, .string("n")), Fact(.parent, .string("p")),
                Fact(.user, .string("u")), Fact(.correlation, .string("c")),
                Fact(.source, .string("s")), Fact(.environment, .string("test")),
                Fact(.steps, .list(["x", "y"])), Fact(.priority, .double(2.5)),
                Fact(.queue, .string("q")), Fact(.timeoutSeconds, .integer(60)),
                Fact(.heartbeatSeconds, .double(0.5)),
                Fact(.estimatedStartAt, .string("2026-11-20T23:00:00.000000Z")),
            ])
        #expect(event.attributes == [Attribute("k", .integer(1))])
    }

    @Test func `reads all that an execution tells when it finishes`() throws {
        let event = try #require(
            try event(
                "execution.finished",
                """
                "status":"FAILED","revision":2,"goalMet":false,"summary":"s","turns":3,"inputBytes":4,
                "outputBytes":5,"missingEvents":6,
                "error":{"type":"T","message":"m","cause":"c","stack":"k","at":1795183205123,"x":[]}
                """))
        #expect(event.outcome == .failed)
        #expect(event.revision == 2)
        #expect(
            event.failure
                == Failure(
                    type: "T", message: "m", cause: "c", stack: "k",
                    at: Instant(milliseconds: 1_795_183_205_123)))
        #expect(event[.goalMet] == .boolean(false))
        #expect(event[.summary] == .string("s"))
        #expect(event[.turns] == .integer(3))
        #expect(event[.inputBytes] == .integer(4))
        #expect(event[.outputBytes] == .integer(5))
        #expect(event[.missingEvents] == .integer(6))
    }

    @Test func `reads all that a step tells when it finishes`() throws {
        let event = try #require(
            try event(
                "step.finished",
                """
                "step":"k","try":2,"name":"n","kind":"tool","parent":"p","activity":"a","revision":1,
                "status":"skipped","tokens":{"input":1,"output":2,"cachedInput":3,"reasoning":4}
                """))
        #expect(event.step == "k")
        #expect(event.stepTry == 2)
        #expect(event.outcome == .skipped)
        #expect(event.revision == 1)
        #expect(event.tokens == Tokens(input: 1, output: 2, cachedInput: 3, reasoning: 4))
        #expect(
            event.facts == [
                Fact(.name, .string("n")), Fact(.kind, .string("tool")),
                Fact(.parent, .string("p")), Fact(.activity, .string("a")),
            ])
    }

    @Test func `reads a model call`() throws {
        let event = try #require(
            try event(
                "model.called",
                """
                "call":"c1","step":"s","try":2,"model":"m","tokens":{"input":7},"latencySeconds":1.25,
                "costUsd":0.0123456789
                """))
        #expect(event.step == "s")
        #expect(event.stepTry == 2)
        #expect(event.tokens == Tokens(input: 7))
        #expect(
            event.call
                == ModelCall(
                    id: "c1", model: "m", latency: TimeSpan(microseconds: 1_250_000),
                    costNanos: 12_345_679))
        #expect(try self.event("model.called")?.step == nil)
    }

    private func event(_ type: String, _ members: String = "") throws -> Event? {
        try Decoded(body(type, members)).events.first
    }

    @Test func `reads a worker's report, which is of no execution`() throws {
        let event = try #require(
            try event(
                "worker.reported",
                """
                "worker":"w1","capacity":8,"busy":3,"cpu":12.5,"memory":100,"gpu":0,"execution":5
                """))
        #expect(event.execution == nil)
        #expect(
            event.worker
                == WorkerReport(
                    worker: "w1", capacity: 8, busy: 3, cpu: 12.5, memory: 100, gpu: 0))
    }

    @Test(arguments: [
        ("execution.started", "\"status\":7,\"priority\":\"x\",\"waitingFor\":1,\"step\":{}"),
        ("execution.heartbeat", "\"steps\":1,\"timeoutSeconds\":-1,\"error\":1,\"revision\":-1"),
        ("step.started", "\"agent\":1,\"user\":[],\"tokens\":1,\"error\":1,\"goalMet\":1"),
        ("model.called", "\"attributes\":1,\"name\":1,\"activity\":1,\"agent\":1"),
        ("worker.reported", "\"agent\":1,\"tokens\":1,\"call\":1"),
    ])
    func `passes over what another type of event has`(_ type: String, _ members: String) throws {
        let event = try #require(try event(type, members))
        #expect(event.facts.isEmpty)
        #expect(event.attributes.isEmpty)
        #expect(event.outcome == nil)
    }

    @Test func `passes over members that nobody knows, whatever they hold`() throws {
        #expect(
            try event(
                "execution.started", "\"x\":{\"type\":[1,{\"a\":null}]},\"agen\":1,\"agents\":2")?
                .facts
                == [])
    }

    @Test(arguments: [
        "agent", "name", "parent", "user", "correlation", "source", "environment", "id",
    ])
    func `an empty name and null say nothing`(_ member: String) throws {
        let empty = try #require(try event("execution.started", "\"\(member)\":\"\""))
        let null = try #require(try event("execution.started", "\"\(member)\":null"))
        #expect(empty == null)
        #expect(empty.facts.isEmpty && empty.id == nil)
    }

    @Test func `a correction of totals counts only beside totals`() throws {
        #expect(try event("step.updated", "\"revision\":2")?.revision == 0)
        #expect(try event("step.updated", "\"revision\":2,\"tokens\":{}")?.revision == 0)
        #expect(try event("step.updated", "\"revision\":2,\"tokens\":{\"input\":1}")?.revision == 2)
        #expect(try event("execution.updated", "\"revision\":2")?.revision == 0)
    }

    @Test func `empty plans and empty tokens say nothing`() throws {
        #expect(try event("execution.started", "\"steps\":[]")?.facts == [])
        #expect(try event("model.called", "\"tokens\":{\"input\":null}")?.tokens == nil)
    }

    @Test func `numbers keep what they are`() throws {
        let attributes = try #require(
            try event(
                "execution.started",
                """
                "attributes":{"a":1,"b":1.0,"c":9007199254740993,"d":0.5,"e":1e20,"f":true,"g":null,
                "h":-9223372036854775808}
                """)?.attributes)
        #expect(
            attributes == [
                Attribute("a", .integer(1)), Attribute("b", .integer(1)),
                Attribute("c", .integer(9_007_199_254_740_993)), Attribute("d", .double(0.5)),
                Attribute("e", .double(1e20)), Attribute("f", .boolean(true)),
                Attribute("h", .integer(.min)),
            ])
    }

    @Test(arguments: [
        "secret", "clientSecret", "TOKEN", "access_token", "Password", "authorization", "apikey",
        "api_key", "API-Key", "x-api-key", "Cookie", "set-cookie", "to\\u006ben",
    ])
    func `masks the text of what is named like a secret`(_ key: String) throws {
        #expect(
            try event("step.started", "\"attributes\":{\"\(key)\":\"hunter2\"}")?.attributes.map(
                \.value)
                == [.string("[redacted]")])
    }

    @Test(arguments: [
        ("maxTokens", "8192"), ("token", "true"), ("tok", "\"hunter2\""),
        ("api key", "\"hunter2\""),
        ("api--key", "\"hunter2\""), ("pass", "\"hunter2\""), ("secre", "\"hunter2\""),
    ])
    func `leaves what is no secret`(_ key: String, _ value: String) throws {
        let event = try #require(
            try event("step.started", "\"attributes\":{\"\(key)\":\(value)}"))
        #expect(event.attributes.map(\.value) != [.string("[redacted]")])
    }

    @Test func `replaces U+0000 in texts and values`() throws {
        #expect(
            try event("step.started", "\"activity\":\"a\\u0000b\"")?[.activity]
                == .string("a\u{FFFD}b"))
        #expect(
            try event("step.started", "\"attributes\":{\"k\":\"\\u0000\"}")?.attributes
                == [Attribute("k", .string("\u{FFFD}"))])
    }

    @Test func `names that repeat and names that differ are told apart`() throws {
        func one(_ execution: String, _ agent: String) -> String {
            body("execution.started", "\"execution\":\"\(execution)\",\"agent\":\"\(agent)\"")
        }
        let names = [
            ("execution-number-0001", "agent-of-many-letters"),
            ("execution-number-0001", "agent-of-many-letters"),
            ("execution-number-0002", "agent-of-many-letterz"), ("short", "short"),
            ("execution-number-0002", "execution-number-0002"),
        ]
        let decoded = try Decoded("[" + names.map(one).joined(separator: ",") + "]")
        #expect(decoded.events.map(\.execution?.rawValue) == names.map(\.0))
        #expect(decoded.events.map { $0[.agent]?.string } == names.map(\.1))
    }

    @Test(
        arguments: [
            ("in-progress", nil), ("success", .succeeded), ("Completed", .succeeded),
            ("ERROR", .failed),
            ("Timed Out", .timedOut), ("cancelled", .aborted), ("succeeded", .succeeded),
        ] as [(String, Outcome?)])
    func `understands the words in common use`(_ word: String, _ outcome: Outcome?) throws {
        #expect(try event("execution.finished", "\"status\":\"\(word)\"")?.outcome == outcome)
    }
}
