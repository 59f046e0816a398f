import HTTPTypes
import Logging
import StintModel
import StintStorage
import StintStorageSQLite
import StintStorageTesting
import Testing

@testable import StintServer

/// Every route with every sort of key: generated from the routes themselves.
@Suite struct TenantIsolationTests {
    /// How a route is asked in this test.
    struct Example: Sendable {
        var path: String
        var body: String?
        /// What an allowed caller is answered.
        var status: Int
        /// Whether it names a thing, which to another workspace is not there.
        var namesOne = false
    }

    /// A row for each route there is. One without a row here fails the test below.
    static let examples: [String: Example] = [
        "POST /v1/events": Example(
            path: "/v1/events",
            body: #"{"type":"execution.started","execution":"new","at":"2026-11-20T14:00:00Z"}"#,
            status: 200),
        "POST /v1/eventbridge": Example(path: "/v1/eventbridge", body: "[]", status: 200),
        "POST /v1/traces": Example(path: "/v1/traces", body: "{}", status: 200),
        "POST /v1/metrics": Example(path: "/v1/metrics", body: "{}", status: 200),
        "POST /v1/logs": Example(path: "/v1/logs", body: "{}", status: 200),
        "POST /v1development/profiles": Example(
            path: "/v1development/profiles", body: "{}", status: 200),
        "POST /v1/cloudevents": Example(path: "/v1/cloudevents", body: "[]", status: 200),
        // It says that one may ask, and takes nothing.
        "OPTIONS /v1/cloudevents": Example(path: "/v1/cloudevents", status: 204),
        "POST /api/v1/lineage": Example(path: "/api/v1/lineage", body: "[]", status: 200),
        "GET /v1/executions": Example(path: "/v1/executions", status: 200),
        "GET /v1/executions/:id": Example(
            path: "/v1/executions/canary", status: 200, namesOne: true),
        // An id not heard of is pending, whoever asks.
        "GET /v1/executions/:id/status": Example(
            path: "/v1/executions/canary/status", status: 200),
        "GET /v1/executions/:id/events": Example(
            path: "/v1/executions/canary/events", status: 200, namesOne: true),
        "DELETE /v1/executions/:id": Example(
            path: "/v1/executions/canary", status: 204, namesOne: true),
        "GET /v1/export/executions": Example(path: "/v1/export/executions", status: 200),
        "GET /v1/live": Example(path: "/v1/live", status: 200),
        "GET /v1/metrics": Example(path: "/v1/metrics", status: 200),
        "GET /v1/metrics/:block": Example(path: "/v1/metrics/realtime", status: 200),
        "GET /v1/diagnosis": Example(path: "/v1/diagnosis?by=agent", status: 200),
        "GET /v1/agents": Example(path: "/v1/agents", status: 200),
        "GET /v1/keys": Example(path: "/v1/keys", status: 200),
        "POST /v1/keys": Example(
            path: "/v1/keys", body: #"{"name":"n","scopes":["read"]}"#, status: 201),
        "DELETE /v1/keys/:id": Example(
            path: "/v1/keys/key_canary", status: 204, namesOne: true),
        "GET /v1/session": Example(path: "/v1/session", status: 200),
        // It lets in who is not let in yet.
        "POST /v1/session": Example(path: "/v1/session", body: #"{"key":"rubbish"}"#, status: 401),
        "DELETE /v1/session": Example(path: "/v1/session", status: 204),
        "GET /v1/audit": Example(path: "/v1/audit", status: 200),
        "GET /v1/clients": Example(path: "/v1/clients", status: 200),
        "GET /metrics": Example(path: "/metrics", status: 200),
        "GET /openapi.json": Example(path: "/openapi.json", status: 200),
        "GET /": Example(path: "/", status: 200),
        "GET /executions": Example(path: "/executions", status: 200),
        "GET /executions/:id": Example(path: "/executions/canary", status: 200),
        "GET /diagnose": Example(path: "/diagnose", status: 200),
        "GET /login": Example(path: "/login", status: 200),
        "GET /assets/:version/:name": Example(path: "/assets/0/app.js", status: 200),
        "GET /favicon.ico": Example(path: "/favicon.ico", status: 200),
        "GET /health/live": Example(path: "/health/live", status: 200),
        "GET /health/ready": Example(path: "/health/ready", status: 200),
    ]

    /// Stands in everything that belongs to the other workspace.
    static let canary = "canary"

    static func prepare(_ store: SQLiteExecutionStore) async throws {
        var event = Event(
            .executionStarted, execution: ExecutionID(rawValue: canary)!, at: SampleFleet.noon)
        event.facts = [
            Fact(.agent, .string("agent-\(canary)")), Fact(.name, .string("name-\(canary)")),
        ]
        _ = try await store.record(RecordingGroup([event], in: .other))
        let (key, secret) = AccessKey.make(
            in: .other, name: "name-\(canary)", scopes: .admin, at: SampleFleet.noon)
        var named = key
        named.id = "key_\(canary)"
        try await store.add(named, digest: secret.digest)
    }

    @Test func `each route has a row here`() async throws {
        try await ServerUnderTest.use { server in
            let routes = try await server.routes
            #expect(Set(routes.map(\.name)) == Set(Self.examples.keys))
            #expect(routes.count == Self.examples.count)
        }
    }

    @Test func `each route takes the keys it should, and no others`() async throws {
        var settings = ServerSettings()
        settings.rates.failures = 0
        try await ServerUnderTest.use(settings) { server in
            for route in try await server.routes {
                let example = try #require(Self.examples[route.name])
                func status(_ key: String?) async throws -> Int {
                    try await server.send(
                        route.method.rawValue, example.path, key: key, body: example.body
                    ).status
                }
                if route.scope == .none {
                    for key in [nil, "rubbish"] {
                        #expect(try await status(key) == example.status, "\(route.name)")
                    }
                    continue
                }
                let store = server.store
                let refused: [(String, String?)] = [
                    ("no key", nil), ("rubbish", "rubbish"),
                    ("a mistyped key", String(KeySecret(for: .admin).text.dropLast()) + "0"),
                    ("an unknown key", KeySecret(for: .admin).text),
                    ("an expired key", try await store.key(.admin, expiresAt: SampleFleet.noon)),
                    ("a revoked key", try await store.key(.admin, isRevoked: true)),
                ]
                for (what, key) in refused {
                    #expect(try await status(key) == 401, "\(route.name) with \(what)")
                }
                for (word, scope) in AccessScopes.words
                where scope != .admin && scope != route.scope.access {
                    let key = try await store.key(scope, in: .other)
                    #expect(try await status(key) == 403, "\(route.name) with scope \(word)")
                }
                // Its own workspace's key last: it may delete what it names.
                let foreign = try await store.key(.admin)
                let expected = example.namesOne ? 404 : example.status
                #expect(try await status(foreign) == expected, "\(route.name) of another workspace")
                let reply = try await server.send(
                    route.method.rawValue, example.path, key: foreign, body: example.body)
                let told = reply.body.replacing(Self.canary, with: "", maxReplacements: 1)
                #expect(
                    !told.contains("agent-\(Self.canary)") && !told.contains("name-\(Self.canary)"),
                    "\(route.name) tells another workspace of it")
            }
        } preparing: {
            try await Self.prepare($0)
        }
    }

    @Test func `each route takes the cookies it should, and no others`() async throws {
        var settings = ServerSettings()
        settings.rates.failures = 0
        try await ServerUnderTest.use(settings) { server in
            let store = server.store
            let (noon, longest) = (SampleFleet.noon, BrowserSession.longest)
            let idle = noon - BrowserSession.idle
            // What deletes comes last.
            let routes = try await server.routes.sorted {
                ($0.method == .delete ? 1 : 0) < ($1.method == .delete ? 1 : 0)
            }
            for route in routes where route.scope != .none {
                let example = try #require(Self.examples[route.name])
                func status(
                    _ cookie: String, _ said: [(String, String)] = []
                ) async throws -> Int {
                    try await server.send(
                        route.method.rawValue, example.path, body: example.body,
                        headers: [("Cookie", "stint=\(cookie)")] + said
                    ).status
                }
                func ownPage(_ session: SessionSecret) -> [(String, String)] {
                    [("Stint-Token", session.token), ("Origin", server.origin)]
                }
                let refused: [(String, SessionSecret)] = [
                    ("an unknown session", SessionSecret()),
                    ("an expired key", try await store.session(.admin, expiresAt: noon)),
                    ("a revoked key", try await store.session(.admin, isRevoked: true)),
                    ("an old session", try await store.session(.admin, from: noon - longest)),
                    ("an idle session", try await store.session(.admin, from: idle, used: idle)),
                ]
                for (what, session) in refused {
                    let code = try await status(session.text, ownPage(session))
                    #expect(code == 401, "\(route.name) with \(what)")
                }
                #expect(try await status("rubbish") == 401, "\(route.name) with rubbish")
                for (word, scope) in AccessScopes.words
                where scope != .admin && scope != route.scope.access {
                    let session = try await store.session(scope, in: .other)
                    let code = try await status(session.text, ownPage(session))
                    #expect(code == 403, "\(route.name) with scope \(word)")
                }
                let session = try await store.session(.admin, in: .other)
                if route.method != .get {
                    let token = ("Stint-Token", session.token)
                    for (what, said) in [
                        ("nothing said", []), ("the token alone", [token]),
                        ("the origin alone", [("Origin", server.origin)]),
                        ("another's token", ownPage(refused[0].1)),
                        ("a foreign page", [token, ("Origin", "http://evil.example")]),
                        ("a foreign site", [token, ("Sec-Fetch-Site", "cross-site")]),
                    ] {
                        let code = try await status(session.text, said)
                        #expect(code == 403, "\(route.name) with \(what)")
                    }
                }
                let foreign = try await store.session(.admin)
                let expected = example.namesOne ? 404 : example.status
                let code = try await status(foreign.text, ownPage(foreign))
                #expect(code == expected, "\(route.name) of another workspace")
                let own = try await status(session.text, ownPage(session))
                #expect(own == example.status, "\(route.name)")
            }
        } preparing: {
            try await Self.prepare($0)
        }
    }

    @Test func `each route serves the narrowest key of its scope`() async throws {
        try await ServerUnderTest.use { server in
            // What deletes comes last.
            let routes = try await server.routes.sorted {
                ($0.method == .delete ? 1 : 0) < ($1.method == .delete ? 1 : 0)
            }
            for route in routes where route.scope != .none {
                let example = try #require(Self.examples[route.name])
                let key = try await server.store.key(route.scope.access, in: .other)
                let reply = try await server.send(
                    route.method.rawValue, example.path, key: key, body: example.body)
                #expect(reply.status == example.status, "\(route.name): \(reply.body)")
            }
        } preparing: {
            try await Self.prepare($0)
        }
    }

    @Test func `a cursor of one workspace is none of another`() async throws {
        try await ServerUnderTest.use { server in
            let own = try await server.store.key(.read, in: .other)
            let foreign = try await server.store.key(.read)
            let page = try await server.send("GET", "/v1/executions?limit=1", key: own)
            let cursor = try #require(
                page.body.firstMatch(of: /"nextCursor":"([^"]+)"/)?.output.1)
            let path = "/v1/executions?limit=1&cursor=\(cursor)"
            #expect(try await server.send("GET", path, key: own).status == 200)
            #expect(try await server.send("GET", path, key: foreign).status == 400)
        } preparing: { store in
            try await Self.prepare(store)
            let event = Event(
                .executionStarted, execution: ExecutionID(rawValue: "second")!,
                at: SampleFleet.noon)
            _ = try await store.record(RecordingGroup([event], in: .other))
        }
    }

    @Test func `without any key everybody is let in, and with the first one nobody else`()
        async throws
    {
        try await ServerUnderTest.use { server in
            #expect(try await server.send("GET", "/v1/executions").status == 200)
            let made = try await server.send(
                "POST", "/v1/keys", body: #"{"name":"first","scopes":["admin"]}"#)
            #expect(made.status == 201)
            let secret = try #require(made.body.firstMatch(of: /"key":"([^"]+)"/)?.output.1)
            #expect(try await server.send("GET", "/v1/executions").status == 401)
            #expect(
                try await server.send("GET", "/v1/executions", key: String(secret)).status == 200)
        }
    }
}

extension ServerUnderTest {
    /// The routes as the server itself has them.
    var routes: [Route] {
        get async throws {
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            let recorder = Recorder(
                store: store, now: { SampleFleet.noon }, logger: logger, onCommit: { _ in })
            let access = try await AccessControl(
                keys: store, limits: RateLimits(), isSecure: false, now: { SampleFleet.noon },
                logger: logger)
            let remaining = RemainingTimes()
            return server.routes(
                recorder: recorder, watch: ExecutionWatch(), live: server.liveFeed(remaining),
                remaining: remaining, access: access)
        }
    }
}

extension Route {
    var name: String { "\(method.rawValue) \(path)" }
}
