import NIOHTTP1
import StintModel
import StintStorage
import StintStorageSQLite
import StintStorageTesting
import Synchronization
import Testing

@testable import StintServer

/// Keys as they are made, used and ended, and how often they may ask.
@Suite struct AccessTests {
    @Test func `a key revoked through the server is refused at once`() async throws {
        try await ServerUnderTest.use { server in
            let admin = try await server.store.key(.admin)
            let made = try await server.send(
                "POST", "/v1/keys", key: admin,
                body: #"{"name":"reader","scopes":["read"],"expiresAt":"2027-01-01T00:00:00Z"}"#)
            #expect(made.status == 201)
            #expect(made.headers.first(name: "Cache-Control") == "no-store")
            let secret = String(try #require(made.body.firstMatch(of: /"key":"([^"]+)"/)?.output.1))
            #expect(secret.hasPrefix("stint_read_"))
            let id = String(try #require(made.body.firstMatch(of: /"id":"([^"]+)"/)?.output.1))
            #expect(try await server.send("GET", "/v1/executions", key: secret).status == 200)
            #expect(try await server.send("GET", "/v1/keys", key: secret).status == 403)

            let list = try await server.send("GET", "/v1/keys", key: admin)
            #expect(list.body.contains(id))
            #expect(!list.body.contains(secret))
            #expect(try await server.send("DELETE", "/v1/keys/\(id)", key: admin).status == 204)
            let refused = try await server.send("GET", "/v1/executions", key: secret)
            #expect(refused.status == 401)
            #expect(refused.headers.first(name: "WWW-Authenticate") == "Bearer")
        } preparing: {
            _ = try await $0.key(.admin)
        }
    }

    @Test(arguments: [
        ("[]", ""), ("{}", "/name"), (#"{"name":"","scopes":["read"]}"#, "/name"),
        (#"{"name":"n"}"#, "/scopes"), (#"{"name":"n","scopes":[]}"#, "/scopes"),
        (#"{"name":"n","scopes":["read","root"]}"#, "/scopes/1"),
        (#"{"name":"n","scopes":["read"],"expiresAt":"tomorrow"}"#, "/expiresAt"),
        (#"{"name":"n","scopes":["read"],"expiresAt":"2020-01-01T00:00:00Z"}"#, "/expiresAt"),
        (#"{"name":"n","scopes":["read"],"workspace":"other"}"#, "/workspace"),
    ])
    func `an order for a key that cannot be met says what is wrong`(
        _ body: String, _ pointer: String
    ) async throws {
        try await ServerUnderTest.use { server in
            let reply = try await server.send("POST", "/v1/keys", body: body)
            #expect(reply.status == 400)
            #expect(reply.body.contains("\"pointer\":\"\(pointer)\""), "\(reply.body)")
            #expect(try await server.store.hasKeys() == false)
        }
    }

    @Test func `wrong keys are stopped by address, known ones are not`() async throws {
        var settings = ServerSettings()
        settings.rates.failures = 3
        try await ServerUnderTest.use(settings) { server in
            let known = try await server.store.key(.read)
            #expect(try await server.send("GET", "/v1/executions", key: known).status == 200)
            for _ in 0..<3 {
                let wrong = KeySecret(for: .admin).text
                #expect(try await server.send("GET", "/v1/executions", key: wrong).status == 401)
            }
            let stopped = try await server.send(
                "GET", "/v1/executions", key: KeySecret(for: .admin).text)
            #expect(stopped.status == 429)
            #expect(stopped.headers.first(name: "Retry-After").flatMap { Int($0) } ?? 0 > 0)
            #expect(try await server.send("GET", "/v1/executions", key: known).status == 200)
        } preparing: {
            _ = try await $0.key(.admin)
        }
    }

    @Test func `who asks too often is told when to come again, and others are not`() async throws {
        var settings = ServerSettings()
        settings.rates.read = 2
        settings.rates.ingest = 3
        try await ServerUnderTest.use(settings) { server in
            let greedy = try await server.store.key([.read, .ingest])
            let modest = try await server.store.key(.read)
            let first = try await server.send("GET", "/v1/executions", key: greedy)
            #expect(first.status == 200)
            #expect(first.headers.first(name: "RateLimit-Policy") == "\"read\";q=2;w=1")
            #expect(first.headers.first(name: "RateLimit") == "\"read\";r=1;t=1")
            // All at once, and more than a slow machine answers while as many are let in.
            let refused = try #require(
                try await withThrowingTaskGroup(of: ServerUnderTest.Reply.self) { group in
                    for _ in 0..<100 {
                        group.addTask {
                            try await server.send("GET", "/v1/executions", key: greedy)
                        }
                    }
                    return try await group.reduce(into: nil as ServerUnderTest.Reply?) {
                        if $1.status == 429 { $0 = $1 }
                    }
                })
            #expect(refused.headers.first(name: "Retry-After") == "1")
            #expect(refused.headers.first(name: "RateLimit")?.hasPrefix("\"read\";r=0") == true)
            #expect(try await server.send("GET", "/v1/executions", key: modest).status == 200)

            // Events are counted by themselves; more than a second's worth is paid off.
            let event =
                #"{"type":"execution.started","execution":"e","at":"2026-11-20T14:00:00Z"}"#
            let many = "[\(Array(repeating: event, count: 900).joined(separator: ","))]"
            #expect(
                try await server.send("POST", "/v1/events", key: greedy, body: many).status == 200)
            let next = try await server.send("POST", "/v1/events", key: greedy, body: event)
            #expect(next.status == 429)
            #expect(next.headers.first(name: "RateLimit-Policy") == "\"ingest\";q=3;w=1")
        } preparing: {
            _ = try await $0.key(.admin)
        }
    }

    @Test func `what is erased is refused at the door, by itself`() async throws {
        try await ServerUnderTest.use { server in
            func event(_ id: String) -> String {
                #"{"type":"execution.started","execution":"\#(id)","at":"2026-11-20T14:00:00Z"}"#
            }
            _ = try await server.send("POST", "/v1/events", body: event("gone"))
            #expect(try await server.send("DELETE", "/v1/executions/gone").status == 204)
            #expect(try await server.send("DELETE", "/v1/executions/gone").status == 404)
            let reply = try await server.send(
                "POST", "/v1/events", body: "[\(event("gone")),\(event("there"))]")
            #expect(reply.status == 200)
            #expect(reply.body.contains(#""accepted":1"#))
            #expect(reply.body.contains(#""index":0,"pointer":"/execution""#))
            #expect(try await server.send("GET", "/v1/executions/gone").status == 404)
            #expect(try await server.send("GET", "/v1/executions/there").status == 200)
        }
    }

    @Test func `the audit of the interface tells of the caller's workspace`() async throws {
        try await ServerUnderTest.use { server in
            let admin = try await server.store.key(.admin)
            let reply = try await server.send("GET", "/v1/audit", key: admin)
            #expect(reply.status == 200)
            #expect(reply.body.contains(#""balanced":true,"executions":30"#))
        } preparing: { store in
            var fleet = SampleFleet(seed: 70)
            for _ in 0..<30 { _ = try await store.record(RecordingGroup(fleet.next())) }
            _ = try await store.record(RecordingGroup(fleet.next(), in: .other))
            _ = try await store.key(.admin)
        }
    }

    @Test(arguments: [
        ("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2"),
        ("2001:db8::1", "2001:db8:0:0"), ("::1", "0:0:0:0"), ("fe80::", "fe80:0:0:0"),
    ])
    func `an address stands for its network`(_ address: String, _ network: String) {
        #expect(RequestScope.network(of: address) == network)
    }

    // MARK: Buckets

    /// Whether each of a number of takings was given.
    private func given(
        _ bucket: TokenBucket, _ takings: [(count: Int, milliseconds: Int)]
    ) -> [Bool] {
        var bucket = bucket
        return takings.map { bucket.take($0.count, now: .milliseconds($0.milliseconds)) }
    }

    @Test func `a bucket fills by the second up to what it holds`() {
        let bucket = TokenBucket(perSecond: 10, capacity: 10, now: .zero)
        let takings = [(10, 0), (1, 50), (1, 100), (6, 600), (5, 600), (1, 600)]
        #expect(given(bucket, takings) == [true, false, true, false, true, false])
        // An hour later it holds no more than it can.
        #expect(given(bucket, [(10, 0), (10, 3_600_000), (1, 3_600_000)]) == [true, true, false])
    }

    @Test func `more than a bucket holds is given when it is full, and paid off`() {
        var bucket = TokenBucket(perSecond: 10, capacity: 10, now: .zero)
        #expect(given(bucket, [(35, 0), (1, 2_000), (1, 2_700)]) == [true, false, true])
        _ = bucket.take(35, now: .zero)
        #expect(bucket.seconds(until: 1) == 3)
        #expect(bucket.seconds(until: 10) == 4)
    }

    @Test func `a clock that goes back gives nothing and takes nothing`() {
        let bucket = TokenBucket(perSecond: 10, capacity: 10, now: .seconds(100))
        #expect(
            given(bucket, [(10, 100_000), (1, 50_000), (10, 101_000)]) == [true, false, true])
    }
}
