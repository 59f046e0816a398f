import Foundation
import StintModel
import StintStorage
import StintStorageSQLite
import StintStorageTesting
import StintWire
import Testing

@testable import StintServer

/// What is found in handfuls of executions of which all is known. The clock stands at 14:00.
@Suite(.serialized) struct DiagnosisTests {
    /// Ten of an agent that waited 10 s and took 60 s each and ended well, one a minute from 12:00.
    private static func usual(_ agent: String) -> [String] {
        (10..<20).flatMap { minute in
            Told(
                id: "\(agent)-\(minute)", agent: agent, queued: "12:\(minute):00",
                started: "12:\(minute):10", finished: "12:\(minute + 1):10"
            ).events
        }
    }

    @Test func `the lost of the range are told, with what is known of their worker`() async throws {
        try await ServerUnderTest.withoutHost { server in
            try await server.tell(
                Self.usual("alpha") + [
                    #"{"type":"worker.reported","worker":"w-1","cpu":5,"at":"2026-11-20T13:59:50Z"}"#,
                    #"{"type":"worker.reported","worker":"w-2","cpu":5,"at":"2026-11-20T13:31:00Z"}"#,
                ])
            var events: [Event] = []
            for (id, worker) in [("hangs", "w-1"), ("died", "w-2"), ("unknown", "w-9")] {
                events += Self.lost(id, worker: worker, lastHeard: .at("13:30:00"))
            }
            events += Self.lost("older", worker: "w-1", lastHeard: .at("13:00:00") - .days(1))
            _ = try await server.store.record(RecordingGroup(events))
            let body = try await server.diagnosis()
            let found = body.findings.compactMap(\.stuck)
            #expect(
                Dictionary(uniqueKeysWithValues: found.map { ($0.id, $0.body.verdict) }) == [
                    "hangs": "Silent, worker alive", "died": "Worker gone",
                    "unknown": "Worker gone",
                ])
            let died = try #require(found.first { $0.id == "died" }).body
            #expect(died.certainty == "certain" && died.rule == "heartbeat")
            #expect(
                (died.silentSeconds, died.limitSeconds, died.elapsedSeconds) == (1_800, 30, 2_400))
            #expect((died.agent, died.step, died.activity) == ("alpha", "work", "Move 64"))
            #expect(died.workerLastSeenAt == .at("13:31:00"))
            #expect(abs((died.p99 ?? 0) - 60) < 0.5)
            #expect(try #require(found.first { $0.id == "unknown" }).body.certainty == "likely")
            #expect(
                body.findings.first { $0.executions == ["died"] }?.commands.map(\.command) == [
                    "stint logs died",
                    "stint close died --as failed --reason 'worker lost'",
                ])
            // The same as the figure of the range.
            let figures = try await server.figures("timeframe=24h", block: "performance")
            #expect(figures.performance?.lostExecutions == 3)
            #expect(
                try await server.diagnosis("timeframe=7d").findings.compactMap(\.stuck).count == 4)
        }
    }

    private static func lost(_ id: String, worker: String, lastHeard: Instant) -> [Event] {
        let id = ExecutionID(rawValue: id)!
        var started = Event(.executionStarted, execution: id, at: lastHeard - .seconds(600))
        started.facts = [Fact(.agent, .string("alpha"))]
        started.attributes = [Attribute("worker", .string(worker))]
        var step = Event(.stepStarted, execution: id, at: lastHeard)
        step.step = "work"
        step.facts = [Fact(.activity, .string("Move 64"))]
        var lost = Event(
            .executionLost, execution: id, at: lastHeard + .seconds(30), authority: .inferred)
        lost.lost = LostVerdict(seen: lastHeard, rule: .heartbeat, limit: .seconds(30))
        return [started, step, lost]
    }

    @Test func `what runs or waits longer than nearly all others is told, and nothing else`()
        async throws
    {
        try await ServerUnderTest.withoutHost { server in
            try await server.tell(
                Self.usual("alpha")
                    + Told(id: "slow", started: "13:50:00").events
                    + Told(id: "fine", started: "13:59:30").events
                    // Nothing is known of how long these take.
                    + Told(id: "new", agent: "beta", started: "10:00:00").events
                    + Told(id: "tested", started: "10:00:00", members: #","environment":"test""#)
                    .events
                    + Told(id: "late", queued: "13:59:00").events
                    + Told(id: "early", queued: "13:59:55").events
                    + Told(id: "hour", agent: "beta", queued: "12:59:59").events
                    + Told(id: "minutes", agent: "beta", queued: "13:10:00").events)
            let body = try await server.diagnosis()
            let slow = body.findings.filter { $0.kind == .overdue }
            #expect(slow.map(\.executions) == [["slow"]])
            guard case .overdue(let overdue)? = slow.first?.detail else { return }
            #expect(overdue.elapsedSeconds == 600)
            let queued = body.findings.filter { $0.kind == .neverStarted }
            #expect(Set(queued.map(\.executions)) == [["late"], ["hour"]])
            let limits = queued.compactMap { finding -> Double? in
                guard case .neverStarted(let body) = finding.detail, body.agent == "beta" else {
                    return nil
                }
                return body.limitSeconds
            }
            #expect(limits == [3_600])
            // Of one agent alone.
            let beta = try await server.diagnosis("agent=beta")
            #expect(beta.findings.map(\.executions) == [["hour"]])
            #expect(try await server.diagnosis("agent=nobody").findings == [])
        }
    }

    @Test func `failures that read alike are one group, beside those of the period before`()
        async throws
    {
        try await ServerUnderTest.withoutHost { server in
            func failed(_ id: String, _ type: String, _ message: String, at time: String)
                -> [String]
            {
                let end = #""at":"2026-11-20T\#(time)Z","execution":"\#(id)""#
                return Told(id: id, started: "09:00:00").events + [
                    #"{"type":"step.started","step":"call",\#(end)}"#,
                    #"{"type":"step.finished","step":"call","status":"failed",\#(end)}"#,
                    #"{"type":"execution.finished","status":"failed","error":{"type":"\#(type)","message":"\#(message)"},\#(end)}"#,
                ]
            }
            try await server.tell(
                failed("a", "Busy", "limit 60 reached", at: "13:00:00")
                    + failed("b", "Busy", "limit 61 reached", at: "13:59:59")
                    + failed("c", "Busy", "limit 7 reached", at: "12:59:59")
                    + failed("d", "Broken", "no 'isin'", at: "13:30:00")
                    + failed("e", "Busy", "other", at: "12:10:00"))
            let body = try await server.diagnosis("timeframe=1h")
            let groups = body.findings.compactMap { finding -> FailuresBody? in
                if case .failures(let body) = finding.detail { body } else { nil }
            }
            #expect(groups.map(\.message) == ["limit {n} reached", "no {text}"])
            #expect(groups.map(\.previous) == [1, 0] && groups.map(\.isNew) == [false, true])
            #expect(groups[0].agents == [.init(agent: "alpha", step: "call", count: 2)])
            #expect(groups[0].trend == [1] + Array(repeating: 0, count: 22) + [1])
            #expect(groups[0].example == "b")
            let first = try #require(body.findings.first { $0.kind == .failures })
            #expect((first.count, first.executions) == (2, ["b", "a"]))
            #expect(first.commands[0].command == "stint list --error Busy --since 1h --on finish")
        }
    }

    @Test func `one message that began two executions is told with their overlap and its cost`()
        async throws
    {
        try await ServerUnderTest.withoutHost { server in
            let message = #","attributes":{"messageId":"it's 1"}"#
            let call =
                #""type":"model.called","at":"2026-11-20T13:00:30Z","call":"c","costUsd":"#
            try await server.tell(
                Told(
                    id: "first", started: "13:00:00", finished: "13:01:00", members: message
                ).events
                    + Told(
                        id: "again", agent: "beta", started: "13:00:20", finished: "13:02:00",
                        members: message
                    ).events
                    + Told(id: "other", started: "13:00:00", members: message + #","x":1"#)
                    .events.map { $0.replacing("it's 1", with: "2") }
                    + [
                        #"{\#(call)0.5,"execution":"first"}"#,
                        #"{\#(call)0.25,"execution":"again"}"#,
                    ])
            let findings = try await server.diagnosis().findings.filter { $0.kind == .duplicates }
            guard case .duplicates(let body)? = findings.first?.detail else {
                Issue.record("none found")
                return
            }
            #expect(findings.count == 1 && findings[0].count == 2)
            #expect((body.messageId, body.overlapSeconds, body.costUsd) == ("it's 1", 40, 0.25))
            #expect(body.runs.map(\.id) == ["first", "again"] && body.agents == ["alpha", "beta"])
            #expect(
                findings[0].commands[0].command
                    == #"stint list --attr 'messageId=it'\''s 1' --since 24h"#)
            let beta = try await server.diagnosis("agent=beta")
            #expect(beta.findings.filter { $0.kind == .duplicates }.count == 1)
        }
    }

    @Test func `steps left running, status with goal, and success by an attribute are told`()
        async throws
    {
        try await ServerUnderTest.withoutHost { server in
            func ended(_ id: String, _ status: String, goal: String, model: String) -> [String] {
                [
                    #"{"type":"execution.started","execution":"\#(id)","agent":"alpha","at":"2026-11-20T13:00:00Z","attributes":{"model":"\#(model)"}}"#,
                    #"{"type":"execution.finished","execution":"\#(id)","at":"2026-11-20T13:01:00Z","status":"\#(status)"\#(goal)}"#,
                ]
            }
            let step =
                #"{"type":"step.started","execution":"a","step":"s","name":"Reading","at":"2026-11-20T13:00:10Z"}"#
            try await server.tell(
                ended("a", "succeeded", goal: #","goalMet":true"#, model: "x")
                    + ended("b", "succeeded", goal: #","goalMet":false"#, model: "x")
                    + ended("c", "failed", goal: #","goalMet":false"#, model: "y")
                    + ended("d", "aborted", goal: "", model: "y") + [step])
            let body = try await server.diagnosis("by=model")
            for finding in body.findings {
                switch finding.detail {
                case .orphanSteps(let body):
                    #expect(
                        body.steps == [
                            .init(
                                execution: "a", agent: "alpha", step: "Reading", status: "running")
                        ])
                case .outcomes(let body):
                    #expect(
                        body.rows == [
                            .init(status: "succeeded", goalMet: true, count: 1),
                            .init(status: "succeeded", goalMet: false, count: 1),
                            .init(status: "failed", goalMet: false, count: 1),
                            .init(status: "aborted", goalMet: nil, count: 1),
                        ])
                case .successBy(let body):
                    #expect(body.rows.map(\.value) == ["x", "y"])
                    #expect(body.rows.map(\.successRate) == [100, 0])
                    #expect(body.rows.map(\.goalKnown) == [2, 1] && body.rows[0].few)
                    #expect((body.rows[0].low, body.rows[0].high) == (34.24, 100))
                default: break
                }
            }
            #expect(
                Set(body.findings.map(\.kind)) == [
                    .outcomes, .successBy, .orphanSteps, .failures,
                ])
            #expect(body.truncated == [])
        }
    }

    @Test func `what cannot be asked is refused`() async throws {
        try await ServerUnderTest.withoutHost { server in
            for query in ["timeframe=2h", "from=2026-11-20T13:00:00Z", "by=", "tz=UTC", "limit=1"] {
                let reply = try await server.send("GET", "/v1/diagnosis?\(query)")
                #expect(reply.status == 400, "\(query)")
            }
        }
    }
}

extension FindingBody {
    /// The execution and what is said of it, where it is stuck.
    var stuck: (id: String, body: StuckBody)? {
        if case .stuck(let body) = detail { (executions[0], body) } else { nil }
    }
}

extension ServerUnderTest {
    func diagnosis(_ query: String = "") async throws -> DiagnosisBody {
        let reply = try await send("GET", "/v1/diagnosis?\(query)")
        try #require(reply.status == 200, "\(query): \(reply.body)")
        return try JSONDecoder().decode(DiagnosisBody.self, from: Data(reply.body.utf8))
    }
}
