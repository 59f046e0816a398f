import Foundation
import StintIngest
import StintModel
import Testing

@Suite struct OpenLineageDecoderTests {
    static func decode(
        _ body: [UInt8], window: AdmissionWindow = window
    ) throws -> (result: IngestResult, events: [Event]) {
        var events: [Event] = []
        let result = try body.withUnsafeBytes { (bytes) throws(BodyError) in
            try OpenLineageDecoder.decode(bytes, window: window) { events.append(copy $0) }
        }
        return (result, events)
    }

    /// An event of a run of the job `j`.
    static func event(
        _ type: String?, at time: String = "2026-11-20T14:00:00Z", facets: String = "{}",
        job: String = #"{"namespace":"n","name":"j"}"#
    ) throws -> (result: IngestResult, events: [Event]) {
        let word = type.map { #""eventType":"\#($0)","# } ?? ""
        return try decode(
            Array(
                #"{\#(word)"eventTime":"\#(time)","run":{"runId":"r","facets":\#(facets)},"job":\#(job)}"#
                    .utf8))
    }

    /// The server inflates what is compressed before a decoder sees it.
    @Test(arguments: ForeignFixture.cases(of: "openlineage").filter { $0 != "openlineage/gzip" })
    func `captured requests in every order make what is expected`(_ path: String) throws {
        let fixture = try ForeignFixture(path)
        let told = try fixture.requests.map { request in
            let (result, events) = try Self.decode(
                request.body, window: CloudEventsDecoderTests.spring)
            #expect(result == IngestResult(accepted: 1))
            return events
        }
        let states = fold(told.flatMap { $0 })
        try expect(states, fixture)
        for order in orders(told.count) {
            #expect(fold(order.flatMap { told[$0] }) == states)
            #expect(fold((order + order).flatMap { told[$0] }) == states)
        }
    }

    @Test(
        arguments: [
            ("START", EventKind.executionStarted, nil), ("RUNNING", .executionStarted, nil),
            ("COMPLETE", .executionFinished, Outcome.succeeded),
            ("FAIL", .executionFinished, .failed),
            ("ABORT", .executionFinished, .aborted), ("complete", .executionFinished, .succeeded),
            ("OTHER", .executionUpdated, nil), ("DANCE", .executionUpdated, nil),
            (nil, .executionUpdated, nil),
        ] as [(String?, EventKind, Outcome?)])
    func `the type of an event says what began or ended`(
        _ type: String?, _ kind: EventKind, _ outcome: Outcome?
    ) throws {
        let event = try #require(try Self.event(type).events.first)
        #expect(event.kind == kind)
        #expect(event.outcome == outcome)
        #expect(event.authority == .reported)
        #expect(event[.agent] == .string("j"))
        #expect(event[.source] == .string("openlineage"))
    }

    @Test(
        arguments: [
            ("KeyError: 'region'", "KeyError"),
            ("java.io.IOException: closed", "java.io.IOException"),
            ("exit code 1: no", nil), ("http://host: gone", nil), ("no colon", nil), (": x", nil),
            ("Outer$Inner: x", "Outer$Inner"),
        ] as [(String, String?)])
    func `the sort of error is what its message begins with, where that is a class`(
        _ message: String, _ type: String?
    ) throws {
        let facet = #"{"errorMessage":{"message":"\#(message)","stackTrace":"at x"}}"#
        let failure = try Self.event("FAIL", facets: facet).events.first?.failure
        #expect(failure?.type == type)
        #expect(failure?.message == message)
        #expect(failure?.stack == "at x")
    }

    @Test func `what facets say later is kept beside what they said before`() throws {
        let events =
            try Self.event("START", facets: #"{"tags":{"tags":[{"key":"a","value":"1"}]}}"#).events
            + Self.event(
                "OTHER", at: "2026-11-20T14:00:09Z",
                facets: #"{"tags":{"tags":[{"key":"b","value":"2"},{"key":3},7]},"odd":4}"#,
                job: #"{"namespace":"n","name":"j","facets":{"jobType":{"integration":"SPARK"}}}"#
            ).events
        let state = try #require(fold(events)[ExecutionID(rawValue: "r")!])
        #expect(state.status == .running)
        func told(_ key: String) -> String? {
            state.attributes.entries.first { $0.key == key }?.value.value.string
        }
        #expect(told("tag.a") == "1")
        #expect(told("tag.b") == "2")
        #expect(told("integration") == "SPARK")
        #expect(told("namespace") == "n")
    }

    @Test(arguments: [
        #"{"job":{"name":"j"}}"#, #"{"dataset":{"name":"d"},"eventTime":"x"}"#,
        #"{"run":null,"job":{}}"#,
    ])
    func `events of jobs and data sets are taken, and make nothing`(_ body: String) throws {
        let told = try Self.decode(Array(body.utf8))
        #expect(told.result == IngestResult(accepted: 1))
        #expect(told.events.isEmpty)
    }

    @Test(arguments: [
        ("{}", ""), ("7", ""), (#"{"run":{},"eventTime":"2026-11-20T14:00:00Z"}"#, "/run/runId"),
        (#"{"run":{"runId":"r"}}"#, "/eventTime"),
        (#"{"run":{"runId":"r"},"eventTime":"2026-11-20T14:00:00"}"#, "/eventTime"),
        (#"{"run":{"runId":"r"},"eventTime":"2019-11-20T14:00:00Z"}"#, "/eventTime"),
        (#"{"run":{"runId":"r","runId":"s"}}"#, "/run/runId"),
    ])
    func `what cannot be an event is refused with its place`(
        _ body: String, _ pointer: String
    ) throws {
        #expect(try Self.decode(Array(body.utf8)).result.rejected.map(\.pointer) == [pointer])
    }

    @Test func `what is not JSON is refused as a whole, an array taken one by one`() throws {
        #expect(throws: BodyError.self) { try Self.decode(Array("{\"run\":".utf8)) }
        let told = try Self.decode(Array(#"[{"job":{}},{}]"#.utf8))
        #expect(told.result.accepted == 1)
        #expect(told.result.rejected.map(\.index) == [1])
    }
}
