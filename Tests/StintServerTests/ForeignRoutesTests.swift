import HTTPTypes
import NIOHTTP1
import StintModel
import StintStorage
import StintStorageTesting
import Testing

@testable import StintServer

/// What senders of foreign formats are answered.
@Suite struct ForeignRoutesTests {
    static let run = """
        {"eventType":"START","eventTime":"2026-11-20T11:00:00Z","run":{"runId":"r"},
        "job":{"namespace":"n","name":"j"}}
        """

    @Test func `a web hook may ask first, and everybody is told that they may`() async throws {
        try await ServerUnderTest.use { server in
            let reply = try await server.send(
                "OPTIONS", "/v1/cloudevents",
                headers: [("WebHook-Request-Origin", "events.example"), ("Origin", server.origin)])
            #expect(reply.status == 204)
            #expect(reply.headers.first(name: "WebHook-Allowed-Origin") == "events.example")
            #expect(reply.headers.first(name: "WebHook-Allowed-Rate") == "*")
            #expect(reply.headers.first(name: "Allow") == "OPTIONS, POST")
            let other = try await server.send("OPTIONS", "/v1/cloudevents")
            #expect(other.headers.first(name: "WebHook-Allowed-Origin") == nil)
        } preparing: {
            _ = try await $0.key(.ingest)
        }
    }

    @Test(arguments: [
        ("application/cloudevents+xml", 415), ("text/plain", 415),
        ("application/cloudevents-batch+json", 200), ("application/cloudevents+json", 400),
    ])
    func `a format that is not known is told from one that is`(
        _ type: String, _ status: Int
    ) async throws {
        try await ServerUnderTest.use { server in
            let reply = try await server.send(
                "POST", "/v1/cloudevents", body: "[]", type: type)
            #expect(reply.status == status)
        }
    }

    @Test func `where everything is refused the answer is 400, else 200`() async throws {
        try await ServerUnderTest.use { server in
            let bad = try await server.send("POST", "/api/v1/lineage", body: "[{},{}]")
            #expect(bad.status == 400)
            #expect(bad.body.contains("\"pointer\":\"/1\""))
            let good = try await server.send("POST", "/api/v1/lineage", body: "[{},\(Self.run)]")
            #expect(good.status == 200)
            #expect(good.body.hasPrefix(#"{"accepted":1,"rejected":[{"index":0"#))
            let job = try await server.send("POST", "/api/v1/lineage", body: #"{"job":{}}"#)
            #expect(job.body == #"{"accepted":1,"rejected":[]}"#)
        }
    }

    /// Its client sends again after 503, and drops the event after 429.
    @Test func `who sends lineage too often is told to come again`() async throws {
        var settings = ServerSettings()
        settings.rates.ingest = 1
        try await ServerUnderTest.use(settings) { server in
            let key = try await server.store.key(.ingest)
            var statuses: [Int] = []
            for path in ["/api/v1/lineage", "/api/v1/lineage", "/v1/cloudevents"] {
                // What a minute may have, at once.
                let runs = Array(repeating: Self.run, count: 60).joined(separator: ",")
                let reply = try await server.send("POST", path, key: key, body: "[\(runs)]")
                statuses.append(reply.status)
                let isRefused = reply.headers.first(name: "Retry-After") != nil
                #expect(isRefused == (reply.status != 200), "\(path)")
            }
            #expect(statuses == [200, 503, 429])
        } preparing: {
            _ = try await $0.key(.admin)
        }
    }
}
