import Foundation
import StintModel
import StintWire
import Testing

@testable import stint

/// An execution that goes out and comes in again is the same.
@Suite struct ExecutionEventsTests {
    private static let id = ExecutionID(rawValue: "run-1")!

    private static func shown(_ state: ExecutionState) -> Execution {
        Execution(id: id, workspace: .default, state: state, retention: .days(90))
    }

    private static func fold(_ events: [Event]) throws -> ExecutionState {
        var state = ExecutionState(try #require(events.first))
        for event in events.dropFirst() { state.apply(event) }
        return state
    }

    private static func json(_ execution: Execution) -> [UInt8] {
        var json = JSONWriter()
        execution.writeJSON(to: &json)
        return json.bytes
    }

    /// What becomes of it, sent out and taken in again.
    private static func transferred(_ state: ExecutionState) throws -> ExecutionState {
        let body = try JSONDecoder().decode(ExecutionBody.self, from: Data(json(shown(state))))
        return try fold(ExecutionEvents(of: body).events)
    }

    private static func at(_ second: Int64) -> Instant {
        Instant(microseconds: 1_795_186_800_000_000 + second * 1_000_001)
    }

    private static func event(
        _ kind: EventKind, _ second: Int64, attempt: UInt16 = 1,
        _ fill: (inout Event) -> Void = { _ in }
    ) -> Event {
        var event = Event(kind, execution: id, at: at(second), attempt: attempt)
        fill(&event)
        return event
    }

    /// Two attempts, steps tried twice and planned, calls of steps and of the whole, and all that
    /// can be told beside.
    private static let rich: [Event] = [
        event(.executionQueued, 0) {
            $0.facts = [
                Fact(.priority, .integer(7)), Fact(.queue, .string("q")),
                Fact(.estimatedStartAt, .string(at(9).rfc3339)),
            ]
        },
        event(.executionStarted, 2) {
            $0.facts = [
                Fact(.agent, .string("planner")), Fact(.user, .string("ada")),
                Fact(.environment, .string("test")),
                Fact(.steps, .list(["last", "first", "never"])),
                Fact(.timeoutSeconds, .double(0.5)), Fact(.heartbeatSeconds, .integer(5)),
            ]
            $0.attributes = (0..<200).map { Attribute("k\($0)", .integer($0)) }
        },
        event(.executionFinished, 9) {
            $0.outcome = .failed
            $0.failure = Failure(type: "E", message: "m", cause: "c", stack: "s", at: at(8))
        },
        event(.executionStarted, 20, attempt: 2),
        event(.stepStarted, 21, attempt: 2) { $0.step = "first" },
        event(.stepFinished, 22, attempt: 2) {
            $0.step = "first"
            $0.outcome = .timedOut
            $0.failure = Failure(type: "T")
            $0.tokens = Tokens(input: 1)
        },
        event(.stepStarted, 23, attempt: 2) {
            $0.step = "first"
            $0.stepTry = 2
            $0.facts = [
                Fact(.name, .string("First")), Fact(.kind, .string("tool")),
                Fact(.activity, .string("looking")), Fact(.parent, .string("last")),
            ]
            $0.attributes = [Attribute("rate", .double(0.25)), Attribute("on", .boolean(true))]
        },
        event(.modelCalled, 24, attempt: 2) {
            $0.step = "first"
            $0.stepTry = 2
            $0.tokens = Tokens(input: 100, output: 20, cachedInput: 50, reasoning: 5)
            $0.call = ModelCall(
                id: "c1", model: "large", latency: TimeSpan(microseconds: 1_234_567),
                costNanos: 12_345)
        },
        event(.modelCalled, 25, attempt: 2) {
            $0.step = "first"
            $0.tokens = Tokens(input: 10, output: 2)
            $0.call = ModelCall(id: "c0", model: "large")
        },
        event(.modelCalled, 26, attempt: 2) {
            $0.tokens = Tokens(output: 3)
            $0.call = ModelCall(id: "own")
        },
        event(.stepUpdated, 27, attempt: 2) {
            $0.step = "first"
            $0.stepTry = 2
            $0.tokens = Tokens(input: 4)
            $0.revision = 1
        },
        event(.executionFinished, 30, attempt: 2) {
            $0.outcome = .succeeded
            $0.facts = [
                Fact(.goalMet, .boolean(false)), Fact(.summary, .string("done")),
                Fact(.turns, .integer(3)), Fact(.outputBytes, .integer(99)),
                Fact(.missingEvents, .integer(1)),
            ]
        },
    ]

    /// At each moment of its life.
    @Test(arguments: 1...12)
    func `what is exported and imported is shown as it was`(_ count: Int) throws {
        let state = try Self.fold(Array(Self.rich.prefix(count)))
        let again = try Self.transferred(state)
        #expect(
            String(decoding: Self.json(Self.shown(again)), as: UTF8.self)
                == String(decoding: Self.json(Self.shown(state)), as: UTF8.self))
        // So that importing again, or into where it came from, changes nothing either.
        #expect(try Self.transferred(again) == again)
        var both = state
        both.merge(again)
        #expect(Self.json(Self.shown(both)) == Self.json(Self.shown(state)))
    }

    @Test func `one that waits, and one that is known by a sign of life alone, stay so`() throws {
        let waits = try Self.fold([
            Self.event(.executionStarted, 0),
            Self.event(.executionWaiting, 5) { $0.facts = [Fact(.waitingFor, .string("a word"))] },
        ])
        #expect(Self.json(Self.shown(try Self.transferred(waits))) == Self.json(Self.shown(waits)))
        let alive = try Self.fold([Self.event(.executionHeartbeat, 5)])
        #expect(Self.json(Self.shown(try Self.transferred(alive))) == Self.json(Self.shown(alive)))
    }

    @Test func `of a summary the sums stay`() throws {
        let state = try Self.fold(Self.rich)
        let again = try Self.fold(ExecutionEvents(of: ExecutionBody(Self.shown(state))).events)
        let (one, other) = (Self.shown(again), Self.shown(state))
        #expect(one.tokens == other.tokens)
        #expect(one.costNanos == other.costNanos)
        #expect(one.status == other.status)
        #expect(one.finishedAt == other.finishedAt)
        #expect(one.attempt == other.attempt)
        #expect(one.facts[.summary]?.value == other.facts[.summary]?.value)
    }

    @Test(arguments: [
        (#"{"id":""}"#, "/id"), (#"{"id":"a"}"#, "/lastEventAt"),
        (#"{"id":"a","startedAt":"2026-01-01T00:00:00Z","attempt":0}"#, "/attempt"),
        (#"{"id":"a","startedAt":"2026-01-01T00:00:00Z","status":"dancing"}"#, "/status"),
        (
            #"{"id":"a","startedAt":"2026-01-01T00:00:00Z","status":"running","steps":[{}]}"#,
            "/steps/key"
        ),
    ])
    func `what makes no record is told with its place`(_ line: String, _ pointer: String) throws {
        let body = try JSONDecoder().decode(ExecutionBody.self, from: Data(line.utf8))
        let error = #expect(throws: ExecutionEvents.Unreadable.self) {
            try ExecutionEvents(of: body)
        }
        #expect(error?.pointer == pointer)
    }
}
