import Foundation
import StintIngest
import StintModel
import Testing

@Suite struct CloudEventsDecoderTests {
    /// The fixtures lie in March 2026.
    static let spring = AdmissionWindow(receivedAt: window.receivedAt, retention: .days(400))

    static func decode(
        _ body: [UInt8], _ mode: CloudEventsMode, window: AdmissionWindow = window,
        maximumEvents: Int = 10_000
    ) throws -> (result: IngestResult, events: [Event]) {
        var events: [Event] = []
        let result = try body.withUnsafeBytes { (bytes) throws(BodyError) in
            try CloudEventsDecoder.decode(
                bytes, as: mode, window: window, maximumEvents: maximumEvents
            ) { events.append(copy $0) }
        }
        return (result, events)
    }

    /// One event in structured mode, with what every event must have.
    static func structured(
        _ members: String, window: AdmissionWindow = window
    ) throws -> (result: IngestResult, events: [Event]) {
        var all = members
        for (name, value) in [
            ("specversion", "1.0"), ("id", "c1"), ("source", "/here"), ("type", "com.example.run"),
            ("time", "2026-11-20T14:00:00Z"),
        ] where !members.contains("\"\(name)\":") {
            all += (all.isEmpty ? "" : ",") + "\"\(name)\":\"\(value)\""
        }
        return try decode(Array("{\(all)}".utf8), .structured, window: window)
    }

    @Test(arguments: ForeignFixture.cases(of: "cloudevents"))
    func `captured requests in every order make what is expected`(_ path: String) throws {
        let fixture = try ForeignFixture(path)
        var accepted = 0
        let told = try fixture.requests.map { request in
            let mode = try #require(
                CloudEventsMode(
                    contentType: request.header("content-type"), headers: request.headers))
            let (result, events) = try Self.decode(request.body, mode, window: Self.spring)
            #expect(result.rejected.isEmpty)
            accepted += result.accepted
            return events
        }
        let states = fold(told.flatMap { $0 })
        try expect(states, fixture)
        if let due = fixture.expected["accepted"] as? Int { #expect(accepted == due) }
        for order in orders(told.count) {
            #expect(fold(order.flatMap { told[$0] }) == states)
            #expect(fold((order + order).flatMap { told[$0] }) == states)
        }
    }

    // MARK: Modes

    @Test func `a batch is told from an event, though their types begin alike`() throws {
        func mode(_ type: String?, _ headers: [(String, String)] = []) -> String {
            switch CloudEventsMode(contentType: type, headers: headers.map { ($0.0, $0.1) }) {
            case .batched: "batched"
            case .structured: "structured"
            case .unmarked: "unmarked"
            case .binary(let headers, _): headers.map(\.name).joined(separator: " ")
            case nil: "unknown"
            }
        }
        #expect(mode("application/cloudevents-batch+json; charset=utf-8") == "batched")
        #expect(mode("Application/CloudEvents+JSON") == "structured")
        #expect(mode("application/cloudevents-batch+xml") == "unknown")
        #expect(mode("application/cloudevents+avro") == "unknown")
        #expect(mode("text/plain") == "unknown")
        #expect(mode("application/json") == "unmarked")
        #expect(mode(nil) == "unmarked")
        #expect(mode(nil, [("CE-SpecVersion", "1.0"), ("Host", "h")]) == "specversion")
        #expect(mode("text/plain", [("ce-specversion", "1.0")]) == "specversion")
        #expect(mode("application/cloudevents+json", [("ce-specversion", "1.0")]) == "structured")
    }

    @Test func `a body is of the form that it says, or of none`() throws {
        #expect(try Self.decode(Array("[]".utf8), .batched).result == IngestResult())
        #expect(throws: BodyError.self) { try Self.decode(Array("[]".utf8), .structured) }
        #expect(throws: BodyError.self) { try Self.decode(Array("{}".utf8), .batched) }
        #expect(throws: BodyError.self) { try Self.decode(Array("[{}".utf8), .unmarked) }
        #expect(throws: BodyError.tooManyEvents(limit: 1)) {
            try Self.decode(Array("[{},{}]".utf8), .unmarked, maximumEvents: 1)
        }
    }

    @Test func `headers are taken out of quotation marks, then out of percent signs, once`() throws
    {
        func note(_ value: String) throws -> Scalar? {
            let headers = [
                ("specversion", "1.0"), ("id", "c1"), ("source", "/here"), ("subject", "run-1"),
                ("type", "com.example.started"), ("time", "2026-11-20T14:00:00Z"), ("note", value),
            ].map { (name: $0.0, value: $0.1) }
            let told = try Self.decode([], .binary(headers: headers, dataType: nil))
            return told.events.first?.attributes.first { $0.key == "note" }?.value
        }
        #expect(try note("plain") == .string("plain"))
        #expect(try note("Euro%20%E2%82%AC") == .string("Euro €"))
        #expect(try note("\"say \\\"no\\\" %41\"") == .string("say \"no\" A"))
        #expect(try note("100%") == .string("100%"))
        #expect(try note("%2541") == .string("%41"))
        // Not UTF-8.
        #expect(try note("%FF%FE") == nil)
    }

    @Test func `a header that stands twice is refused, but a trace begins anew`() throws {
        func decode(_ extra: [(String, String)]) throws -> (IngestResult, [Event]) {
            let headers =
                [
                    ("specversion", "1.0"), ("id", "c1"), ("source", "/here"), ("subject", "r"),
                    ("type", "com.example.started"), ("time", "2026-11-20T14:00:00Z"),
                ] + extra
            return try Self.decode(
                [], .binary(headers: headers.map { ($0.0, $0.1) }, dataType: nil))
        }
        #expect(try decode([("id", "c2")]).0.rejected.map(\.pointer) == ["/id"])
        let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03"
        let one = try decode([("traceparent", trace)]).1
        #expect(one[0].attributes.contains(Attribute("sampled", .boolean(true))))
        let two = try decode([("traceparent", trace), ("traceparent", trace)]).1
        #expect(!two[0].attributes.contains { $0.key == "traceId" })
    }

    // MARK: What events mean

    @Test(arguments: [
        ("specversion", "/specversion"), ("id", "/id"), ("source", "/source"), ("type", "/type"),
    ])
    func `what every event must have is asked for`(_ member: String, _ pointer: String) throws {
        let refused = try Self.structured("\"\(member)\":\"\"").result
        #expect(refused.rejected.map(\.pointer) == [pointer])
    }

    @Test func `one event that is refused does not lose those beside it`() throws {
        let good = #"{"specversion":"1.0","id":"1","source":"s","type":"t.started","subject":"r"}"#
        let bad = good.replacing("1.0", with: "0.3")
        let told = try Self.decode(Array("[\(bad),\(good)]".utf8), .batched)
        #expect(told.result.accepted == 1)
        #expect(told.result.rejected.map(\.index) == [0])
        #expect(told.events.map(\.at) == [window.receivedAt])
    }

    @Test(
        arguments: [
            ("com.example.started", ExecutionStatus.running), ("x.running", .running),
            ("x.run.queued", .queued), ("x.completed", .succeeded), ("x.Succeeded", .succeeded),
            ("x.failed.v2", .failed), ("x.timed_out", .timedOut), ("x.timed-out", .timedOut),
            ("x/aborted", .aborted), ("x.cancelled", .aborted), ("x.canceled", .aborted),
        ] as [(String, ExecutionStatus)])
    func `the end of a type says where an execution stands`(
        _ type: String, _ status: ExecutionStatus
    ) throws {
        let events = try Self.structured(#""type":"\#(type)","subject":"run-1""#).events
        #expect(fold(events)[ExecutionID(rawValue: "run-1")!]?.status == status)
    }

    @Test func `data says the status where the type does not`() throws {
        let told = try Self.structured(
            #""data":{"executionId":7,"status":"in-progress","agent":"a"}"#)
        let state = fold(told.events)[ExecutionID(rawValue: "7")!]
        #expect(state?.status == .running)
        #expect(state?.agent == "a")
        #expect(state?.fact(.source) == .string("cloudevents"))
    }

    @Test(arguments: [
        #""type":"com.example.order.created","subject":"order-1""#,
        #""type":"com.example.started""#, #""data":"text""#, #""data":[1]"#,
        #""data":{"executionId":"r"}"#, #""data":{"status":"failed"}"#,
        #""data_base64":"AAEC/w==""#,
    ])
    func `what tells of no execution is taken, and makes nothing`(_ members: String) throws {
        let told = try Self.structured(members)
        #expect(told.result == IngestResult(accepted: 1))
        #expect(told.events.isEmpty)
    }

    @Test(arguments: [
        #""data":{"executionId":"r","error":{"type":"E","message":"m"}}"#,
        #""data":"{\"executionId\":\"r\",\"error\":{\"type\":\"E\",\"message\":\"m\"}}""#,
        #""data_base64":"eyJleGVjdXRpb25JZCI6InIiLCJlcnJvciI6eyJ0eXBlIjoiRSIsIm1lc3NhZ2UiOiJtIn19""#,
    ])
    func `data may stand in a text or in base64`(_ data: String) throws {
        let told = try Self.structured(#""type":"x.failed",\#(data)"#)
        #expect(told.events.map(\.failure) == [Failure(type: "E", message: "m")])
    }

    @Test func `our own events stand in data, and what surrounds them completes them`() throws {
        let told = try Self.structured(
            #""type":"execution.started","subject":"run-1","data":{"timeoutSeconds":5,"agent":"a"}"#
        )
        let event = try #require(told.events.first)
        #expect(event.kind == .executionStarted)
        #expect(event.execution == ExecutionID(rawValue: "run-1"))
        #expect(event.at == Instant(rfc3339: "2026-11-20T14:00:00Z"))
        #expect(event[.timeoutSeconds] == .integer(5))
        #expect(event.id == "c1")

        let own = try Self.structured(
            #""type":"org.acme.step.finished","data":{"execution":"run-2","step":"s","try":2,"#
                + #""at":"2026-11-20T14:30:00Z","status":"skipped"}"#
        ).events
        #expect(own.map(\.outcome) == [.skipped])
        #expect(own.map(\.stepTry) == [2])
        #expect(own.map(\.at) == [Instant(rfc3339: "2026-11-20T14:30:00Z")])

        let refused = try Self.structured(
            #""type":"execution.finished","subject":"r","data":{"status":"dancing"}"#)
        #expect(refused.result.rejected.map(\.pointer) == ["/data/status"])
    }

    @Test func `a status change of Step Functions is what it is by itself`() throws {
        let detail = #"""
            {"executionArn":"arn:aws:states:eu-west-1:1:execution:Planner:n","status":"FAILED",
            "startDate":1795180000000,"stopDate":1795180005000,"error":"E"}
            """#
        let envelope =
            #"{"source":"aws.states","detail-type":"Step Functions Execution Status Change","#
            + #""detail":\#(detail)}"#
        for data in [detail, envelope] {
            let told = try Self.structured(#""type":"aws.change","source":"/s","data":\#(data)"#)
            let alone = try Decoded(eventBridge: data)
            #expect(fold(told.events) == fold(alone.events))
            #expect(told.events.allSatisfy { $0.authority == .controller })
        }
    }

    @Test func `what lies outside the retention, or was erased, is refused`() throws {
        let old = try Self.structured(
            #""type":"x.started","subject":"r","time":"2020-01-01T00:00:00Z""#)
        #expect(old.result.rejected.map(\.pointer) == ["/time"])
        let odd = try Self.structured(#""type":"x.started","subject":"r","time":"noon""#)
        #expect(odd.result.rejected.map(\.pointer) == ["/time"])
        var erased = window
        erased.isErased = { $0.rawValue == "r" }
        let gone = try Self.structured(#""type":"x.started","subject":"r""#, window: erased)
        #expect(gone.result.rejected.map(\.pointer) == ["/subject"])
        let own = try Self.structured(
            #""type":"execution.started","subject":"r""#, window: erased)
        #expect(own.result.rejected.count == 1)
    }

    @Test func `what is too long is cut or left out, and secrets are masked`() throws {
        let long = String(repeating: "é", count: 5_000)
        let told = try Self.structured(
            #""type":"x.started","subject":"r","apikey":"s","note":"\#(long)","#
                + #""data":{"agent":"\#(long)"}"#)
        let event = try #require(told.events.first)
        #expect(event[.agent]?.string?.utf8.count == Limits.nameBytes)
        let note = event.attributes.first { $0.key == "note" }?.value.string
        #expect(note?.utf8.count == Limits.attributeBytes)
        #expect(event.attributes.contains(Attribute("apikey", .string("[redacted]"))))
    }
}
