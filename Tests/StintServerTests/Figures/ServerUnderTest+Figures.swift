import Foundation
import StintModel
import StintStorageSQLite
import StintStorageTesting
import StintWire
import Testing

@testable import StintServer

/// What is told and asked of a server whose clock stands at 14:00 of Friday, 20 November 2026.
extension ServerUnderTest {
    /// Without the load of the machine that the tests run on.
    static func withoutHost(
        _ settings: ServerSettings = ServerSettings(),
        clock: SetClock = SetClock(),
        _ body: @Sendable (ServerUnderTest) async throws -> Void,
        preparing: @Sendable (SQLiteExecutionStore) async throws -> Void = { _ in }
    ) async throws {
        var settings = settings
        settings.samplesHost = false
        try await use(settings, now: { clock.now }, body, preparing: preparing)
    }

    /// Tells events, each a JSON object.
    func tell(_ events: [String], key: String? = nil) async throws {
        let reply = try await send(
            "POST", "/v1/events", key: key, body: "[\(events.joined(separator: ","))]")
        #expect(reply.body == #"{"accepted":\#(events.count),"rejected":[]}"#)
    }

    /// The figures that a query asks for, of one block or of all.
    func figures(
        _ query: String, block: String = "", key: String? = nil
    ) async throws -> MetricsBody {
        let path = block.isEmpty ? "/v1/metrics" : "/v1/metrics/\(block)"
        let reply = try await send("GET", "\(path)?\(query)", key: key)
        try #require(reply.status == 200, "\(query): \(reply.body)")
        return try JSONDecoder().decode(MetricsBody.self, from: Data(reply.body.utf8))
    }

    func agents(_ query: String = "", key: String? = nil) async throws -> AgentPageBody {
        let reply = try await send("GET", "/v1/agents?\(query)", key: key)
        try #require(reply.status == 200, "\(query): \(reply.body)")
        return try JSONDecoder().decode(AgentPageBody.self, from: Data(reply.body.utf8))
    }
}

/// An execution as its events tell it, at times of day of 20 November 2026 in UTC.
struct Told {
    var id: String
    var agent: String? = "alpha"
    var queued: String?
    var started: String?
    var finished: String?
    var status = "succeeded"
    /// More members of its first event: `,"user":"ada"`.
    var members = ""

    var events: [String] {
        var events: [String] = []
        func add(_ type: String, _ time: String?, _ more: String = "") {
            guard let time else { return }
            var members = more
            if events.isEmpty {
                members += self.members
                if let agent { members += #","agent":"\#(agent)""# }
            }
            events.append(
                #"{"type":"\#(type)","execution":"\#(id)","at":"2026-11-20T\#(time)Z"\#(members)}"#)
        }
        add("execution.queued", queued)
        add("execution.started", started)
        add("execution.finished", finished, #","status":"\#(status)""#)
        return events
    }
}

extension Instant {
    /// A time of day of 20 November 2026.
    static func at(_ time: String) -> Instant { Instant(rfc3339: "2026-11-20T\(time)Z")! }
}
