import Foundation
import StintIngest
import StintModel
import Testing

/// What was captured of the real thing, and what it must turn into.
@Suite struct EventBridgeFixtureTests {
    struct Fixture: CustomTestStringConvertible {
        var testDescription: String
        var bodies: [[UInt8]]
        var expected: Expected

        init(_ path: String) throws {
            testDescription = path
            let folder = Self.root.appending(path: path)
            bodies = try FileManager.default.contentsOfDirectory(atPath: folder.path)
                .filter { $0.hasSuffix(".bin") }.sorted()
                .map { Array(try Data(contentsOf: folder.appending(path: $0))) }
            expected = try JSONDecoder().decode(
                Expected.self, from: Data(contentsOf: folder.appending(path: "expected.json")))
        }

        static let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Fixtures")
    }

    struct Expected: Decodable {
        struct Failure: Decodable {
            var type: String?
            var cause: String?
            var atMs: Int64?
        }

        struct Execution: Decodable {
            var id: String
            var name: String
            var agent: String
            var status: String
            var startMs: Int64
            var stopMs: Int64?
            var durationMs: Int64?
            var lastError: Failure?
            var redriveCount: UInt16
            var redriveMs: Int64?
            var lastAttemptMs: Int64?
        }

        struct Partial: Decodable {
            struct Execution: Decodable {
                var status: String
                var redriveCount: UInt16?
            }
            var request: Int
            var executions: [Execution]
        }

        var executions: [Execution]
        var afterRequest: [Partial]?
    }

    static let paths = [
        "eventbridge/aborted", "eventbridge/detail-only", "eventbridge/duplicate",
        "eventbridge/failed", "eventbridge/lifecycle", "eventbridge/minimal",
        "eventbridge/outoforder", "eventbridge/pending-redrive", "eventbridge/redrive",
        "eventbridge/redrive-late-failure", "eventbridge/timedout", "eventbridge/truncated",
        "sqs/lambda-batch-redrive",
    ]

    /// The fixtures lie in March 2026.
    static let spring = AdmissionWindow(receivedAt: window.receivedAt, retention: .days(400))

    @Test func `every fixture that there is stands in the list`() throws {
        let folder = Fixture.root.appending(path: "eventbridge").path
        let found = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(found.map { "eventbridge/" + $0 } == Self.paths.dropLast())
    }

    @Test(arguments: paths)
    func `events in every order make the execution that is expected`(_ path: String) throws {
        let fixture = try Fixture(path)
        let events = try fixture.bodies.flatMap { body in
            let decoded = try Decoded(eventBridge: body, window: Self.spring)
            #expect(decoded.result.rejected.isEmpty)
            return decoded.events
        }
        let expected = try #require(fixture.expected.executions.first)
        let state = try #require(Self.state(events))
        Self.expect(state, expected, events)
        // The record depends on no event's id, and of two statements that are the same the second
        // changes nothing: so the orders of the distinct ones are all that there are.
        var distinct: [Event] = []
        for var event in events {
            event.id = nil
            if !distinct.contains(event) { distinct.append(event) }
        }
        try #require(distinct.count <= 6)
        Self.permute(distinct) { order in
            #expect(Self.state(order) == state)
            #expect(Self.state(order + order) == state)
        }
    }

    @Test(arguments: paths)
    func `each request leaves the status that is expected after it`(_ path: String) throws {
        let fixture = try Fixture(path)
        var events: [Event] = []
        for (index, body) in fixture.bodies.enumerated() {
            events += try Decoded(eventBridge: body, window: Self.spring).events
            let partial = fixture.expected.afterRequest?.first { $0.request == index }
            guard let expected = partial?.executions.first else { continue }
            let state = try #require(Self.state(events))
            #expect(state.status.word == expected.status.lowercased())
            if let count = expected.redriveCount { #expect(state.currentAttempt == count + 1) }
        }
    }

    private static func state(_ events: [Event]) -> ExecutionState? {
        guard let first = events.first else { return nil }
        var state = ExecutionState(first)
        for event in events.dropFirst() { state.apply(event) }
        return state
    }

    private static func expect(
        _ state: ExecutionState, _ expected: Expected.Execution, _ events: [Event]
    ) {
        let isPending = expected.status == "PENDING_REDRIVE"
        #expect(events.allSatisfy { $0.execution?.rawValue == expected.id })
        #expect(events.allSatisfy { $0.authority == .controller })
        #expect(state.fact(.name)?.string == expected.name)
        #expect(state.agent == expected.agent)
        #expect(state.fact(.source) == .string("stepfunctions"))
        #expect(state.status.word == (isPending ? "queued" : expected.status.lowercased()))
        #expect(state.currentAttempt == expected.redriveCount + (isPending ? 2 : 1))
        #expect(state.startedAt == Instant(milliseconds: expected.startMs))

        // What a pending redrive stands for is the attempt before it.
        let attempts = state.attempts.entries
        let shown = isPending ? attempts[attempts.count - 2].value.run : state.current.run
        #expect(shown.end?.at == expected.stopMs.flatMap { Instant(milliseconds: $0) })
        if let stop = shown.end?.at, let start = state.startedAt {
            #expect(stop.since(start).microseconds == expected.durationMs.map { $0 * 1_000 })
        }
        if let redrive = expected.redriveMs {
            #expect(state.current.run.started == Instant(milliseconds: redrive))
        }
        if let last = expected.lastAttemptMs {
            #expect(state.duration?.span.microseconds == last * 1_000)
        }
        let failure = shown.end?.outcome == .succeeded ? nil : shown.end?.failure
        #expect(failure?.type == expected.lastError?.type)
        #expect(failure?.message == expected.lastError?.cause)
        #expect(failure?.cause == nil)
        #expect(failure?.at == expected.lastError?.atMs.flatMap { Instant(milliseconds: $0) })
        #expect(!state.hasConflict)
        #expect(!state.isSkewed)
    }

    /// Calls with every order.
    private static func permute(_ events: [Event], _ body: ([Event]) -> Void) {
        func permute(_ head: [Event], _ tail: [Event]) {
            guard !tail.isEmpty else { return body(head) }
            for index in tail.indices {
                var rest = tail
                permute(head + [rest.remove(at: index)], rest)
            }
        }
        permute([], events)
    }
}
