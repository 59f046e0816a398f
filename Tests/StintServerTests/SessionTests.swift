import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import StintModel
import StintStorage
import StintStorageSQLite
import StintStorageTesting
import Testing

@testable import StintServer

/// Browsers as they are let in, held to their own pages, and let out.
@Suite struct SessionTests {
    /// What a browser holds after it logged in.
    struct Login {
        var cookie: String
        var token: String

        init(_ reply: ServerUnderTest.Reply) throws {
            let header = try #require(reply.headers.first(name: "Set-Cookie"))
            cookie = String(header.prefix { $0 != ";" })
            token = String(
                try #require(reply.body.firstMatch(of: /"token":"([0-9a-f]{64})"/)?.output.1))
        }

        func headers(on server: ServerUnderTest) -> [(String, String)] {
            [("Cookie", cookie), ("Stint-Token", token), ("Origin", server.origin)]
        }
    }

    /// A server that lets nobody in without a key.
    static func withKeys(
        _ settings: ServerSettings = ServerSettings(), clock: SetClock = SetClock(),
        _ body: @Sendable (ServerUnderTest) async throws -> Void
    ) async throws {
        try await ServerUnderTest.use(
            settings, now: { clock.now }, body, preparing: { _ = try await $0.key(.admin) })
    }

    @Test func `a key is shown once, and a cookie stands for it until the logout`() async throws {
        try await Self.withKeys { server in
            let key = try await server.store.key(.admin, in: .other)
            let before = try await server.send("GET", "/v1/session")
            #expect(
                before.body
                    == #"{"required":true,"authenticated":false,"workspace":null,"scopes":null,"token":null,"expiresAt":null}"#
            )
            let reply = try await server.logIn(key)
            #expect(reply.status == 200)
            #expect(reply.headers.first(name: "Cache-Control") == "no-store")
            #expect(
                reply.body.hasPrefix(
                    #"{"required":true,"authenticated":true,"workspace":"other","scopes":["admin"],"token":""#
                ))
            #expect(!reply.body.contains(key) && !"\(reply.headers)".contains(key))
            let login = try Login(reply)
            let given = try #require(reply.headers.first(name: "Set-Cookie"))
            #expect(
                given == "\(login.cookie); Max-Age=604800; Path=/; HttpOnly; SameSite=Lax")
            #expect(login.cookie.wholeMatch(of: /stint=[0-9a-f]{64}/) != nil)

            let cookie = [("Cookie", "theme=dark; \(login.cookie); stint2=x")]
            #expect(try await server.send("GET", "/v1/keys", headers: cookie).status == 200)
            let after = try await server.send("GET", "/v1/session", headers: cookie)
            #expect(after.body == reply.body)

            let own = login.headers(on: server)
            #expect(
                try await server.send("DELETE", "/v1/session", headers: cookie).status == 403)
            let left = try await server.send("DELETE", "/v1/session", headers: own)
            #expect(left.status == 204)
            #expect(
                left.headers.first(name: "Set-Cookie")
                    == "stint=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax")
            #expect(try await server.send("GET", "/v1/keys", headers: cookie).status == 401)
            #expect(
                try await server.send("GET", "/v1/session", headers: cookie).body == before.body)
            // Whoever is not in leaves as well.
            #expect(try await server.send("DELETE", "/v1/session", headers: own).status == 204)
        }
    }

    @Test func `without keys everybody is in, and nobody logs in`() async throws {
        try await ServerUnderTest.use { server in
            let reply = try await server.send("GET", "/v1/session")
            #expect(
                reply.body
                    == #"{"required":false,"authenticated":true,"workspace":"default","scopes":["admin"],"token":null,"expiresAt":null}"#
            )
            #expect(try await server.logIn(KeySecret(for: .read).text).status == 401)
        }
    }

    @Test(arguments: ["", "[]", "{}", #"{"key":1}"#, #"{"key":"k","scopes":["admin"]}"#])
    func `an order that is none says so, and repeats nothing`(_ body: String) async throws {
        try await ServerUnderTest.use { server in
            let reply = try await server.send("POST", "/v1/session", body: body)
            #expect(reply.status == 400)
            #expect(reply.body.contains(#""pointer":"/key""#))
        }
    }

    @Test func `a session ends with its key, revoked or expired, at once`() async throws {
        let clock = SetClock()
        try await Self.withKeys(clock: clock) { server in
            let admin = try await server.store.key(.admin)
            let soon = clock.now + .seconds(60)
            for (secret, isRevoked) in [
                (try await server.store.key(.read), true),
                (try await server.store.key(.read, expiresAt: soon), false),
            ] {
                let login = try Login(try await server.logIn(secret))
                let cookie = [("Cookie", login.cookie)]
                #expect(
                    try await server.send("GET", "/v1/executions", headers: cookie).status == 200)
                if isRevoked {
                    let key = try #require(
                        try await server.store.keys(in: nil).last {
                            $0.scopes == .read && $0.expiresAt == nil
                        })
                    let revoked = try await server.send("DELETE", "/v1/keys/\(key.id)", key: admin)
                    #expect(revoked.status == 204)
                } else {
                    clock.set(clock.now + .seconds(60))
                }
                #expect(
                    try await server.send("GET", "/v1/executions", headers: cookie).status == 401)
                #expect(try await server.logIn(secret).status == 401)
            }
        }
    }

    @Test func `a session ends when it is not used for half a day, and after a week in any case`()
        async throws
    {
        let clock = SetClock()
        try await Self.withKeys(clock: clock) { server in
            let key = try await server.store.key(.read)
            let begin = clock.now
            func status(_ login: Login) async throws -> Int {
                try await server.send(
                    "GET", "/v1/executions", headers: [("Cookie", login.cookie)]
                ).status
            }
            let used = try Login(try await server.logIn(key))
            let idle = try Login(try await server.logIn(key))
            let busy = try Login(try await server.logIn(key))
            clock.set(begin + BrowserSession.idle - .seconds(1))
            #expect(try await status(used) == 200)
            clock.set(begin + BrowserSession.idle)
            #expect(try await status(used) == 200)
            #expect(try await status(idle) == 401)

            let end = begin + BrowserSession.longest
            let digest = try #require(SessionSecret(text: busy.cookie.dropFirst(6))).digest
            try await server.store.noteUse(ofSession: digest, at: end - .seconds(2))
            clock.set(end - .seconds(1))
            #expect(try await status(busy) == 200)
            clock.set(end)
            #expect(try await status(busy) == 401)
        }
    }

    @Test func `the use of a session is noted every few minutes, not each time`() async throws {
        let clock = SetClock()
        try await Self.withKeys(clock: clock) { server in
            let key = try await server.store.key(.read)
            let session = SessionSecret()
            let found = try #require(try await server.store.keys(in: nil).last)
            let begin = clock.now
            try await server.store.add(
                BrowserSession(key: found, createdAt: begin, lastUsedAt: begin),
                digest: session.digest)
            clock.set(clock.now + .seconds(299))
            let first = try await server.send(
                "GET", "/v1/executions", headers: [("Cookie", "stint=\(session.text)")])
            #expect(first.status == 200)
            #expect(try await server.store.session(digest: session.digest)?.lastUsedAt == begin)

            let other = SessionSecret()
            try await server.store.add(
                BrowserSession(key: found, createdAt: begin, lastUsedAt: begin),
                digest: other.digest)
            clock.set(clock.now + .seconds(1))
            let second = try await server.send(
                "GET", "/v1/executions", headers: [("Cookie", "stint=\(other.text)")])
            #expect(second.status == 200)
            #expect(
                try await server.store.session(digest: other.digest)?.lastUsedAt == clock.now)
            #expect(try await server.send("GET", "/v1/executions", key: key).status == 200)
        }
    }

    @Test func `a login takes the place of the one before`() async throws {
        try await Self.withKeys { server in
            let first = try Login(try await server.logIn(try await server.store.key(.read)))
            let again = try await server.logIn(
                try await server.store.key(.admin), headers: [("Cookie", first.cookie)])
            let second = try Login(again)
            #expect(second.cookie != first.cookie && second.token != first.token)
            for (login, status) in [(first, 401), (second, 200)] {
                let reply = try await server.send(
                    "GET", "/v1/executions", headers: [("Cookie", login.cookie)])
                #expect(reply.status == status)
            }
        }
    }

    @Test func `failed logins count as wrong keys; cookies that are over do not`() async throws {
        var settings = ServerSettings()
        settings.rates.failures = 3
        try await Self.withKeys(settings) { server in
            for _ in 0..<10 {
                let cookie = [("Cookie", "stint=\(SessionSecret().text)")]
                #expect(
                    try await server.send("GET", "/v1/executions", headers: cookie).status == 401)
            }
            for _ in 0..<3 {
                #expect(try await server.logIn(KeySecret(for: .read).text).status == 401)
            }
            let stopped = try await server.logIn(KeySecret(for: .read).text)
            #expect(stopped.status == 429)
            #expect(stopped.headers.first(name: "Retry-After").flatMap { Int($0) } ?? 0 > 0)
        }
    }

    @Test func `the key that is shown stands before the cookie`() async throws {
        try await Self.withKeys { server in
            let login = try Login(try await server.logIn(try await server.store.key(.admin)))
            let cookie = [("Cookie", login.cookie)]
            func status(_ key: String) async throws -> Int {
                try await server.send("GET", "/v1/keys", key: key, headers: cookie).status
            }
            #expect(try await status("rubbish") == 401)
            #expect(try await status(try await server.store.key(.read)) == 403)
            // A program that shows its key needs no token.
            let reply = try await server.send(
                "POST", "/v1/keys", key: try await server.store.key(.admin),
                body: #"{"name":"n","scopes":["read"]}"#, headers: cookie)
            #expect(reply.status == 201)
        }
    }

    // MARK: Pages of others

    /// What a browser says of the page that sends a request; `nil` for the server's own origin.
    static let foreign: [[(String, String?)]] = [
        [], [("Origin", "null")], [("Origin", "http://evil.example")],
        [("Origin", "http://127.0.0.1:1")], [("Origin", "http://127.0.0.1")],
        [("Sec-Fetch-Site", "cross-site")], [("Sec-Fetch-Site", "same-site")],
        [("Sec-Fetch-Site", "none")], [("Origin", nil), ("Sec-Fetch-Site", "cross-site")],
    ]

    @Test(arguments: foreign.indices)
    func `a change that no page of ours sends is refused, with the right token`(
        _ index: Int
    ) async throws {
        try await Self.withKeys { server in
            let login = try Login(try await server.logIn(try await server.store.key(.admin)))
            let said = Self.foreign[index].map { ($0, $1 ?? server.origin) }
            let headers = [("Cookie", login.cookie), ("Stint-Token", login.token)] + said
            for (method, path) in [
                ("DELETE", "/v1/session"), ("POST", "/v1/keys"), ("DELETE", "/v1/executions/e"),
                ("POST", "/v1/events"),
            ] {
                let reply = try await server.send(method, path, body: "[]", headers: headers)
                #expect(reply.status == 403, "\(method) \(path) \(said)")
            }
            #expect(try await server.send("GET", "/v1/keys", headers: headers).status == 200)
        }
    }

    @Test func `a change without the token of the session is refused, from our page too`()
        async throws
    {
        try await Self.withKeys { server in
            let login = try Login(try await server.logIn(try await server.store.key(.admin)))
            let other = try Login(try await server.logIn(try await server.store.key(.admin)))
            for token in [nil, "", other.token, login.token + "0", String(login.token.dropLast())] {
                let reply = try await server.send(
                    "POST", "/v1/events", body: "[]",
                    headers: [("Cookie", login.cookie), ("Origin", server.origin)]
                        + (token.map { [("Stint-Token", $0)] } ?? []))
                #expect(reply.status == 403)
                #expect(reply.body.contains("no_token"))
            }
            for said in [("Origin", server.origin), ("Sec-Fetch-Site", "same-origin")] {
                let reply = try await server.send(
                    "POST", "/v1/events", body: "[]",
                    headers: [("Cookie", login.cookie), ("Stint-Token", login.token), said])
                #expect(reply.status == 200)
            }
        }
    }

    @Test func `a foreign page logs nobody in`() async throws {
        try await Self.withKeys { server in
            let key = try await server.store.key(.read)
            for said in Self.foreign.dropFirst() {
                let reply = try await server.logIn(
                    key, headers: said.map { ($0, $1 ?? server.origin) }, saysOrigin: false)
                #expect(reply.status == 403, "\(said)")
                #expect(reply.headers.first(name: "Set-Cookie") == nil)
            }
            // A program says nothing of a page.
            #expect(try await server.logIn(key, saysOrigin: false).status == 200)
        }
    }

    @Test func `a socket that a foreign page opens is refused, with a cookie and without keys`()
        async throws
    {
        @Sendable func socket(_ origin: String?) -> [(String, String)] {
            [("Upgrade", "websocket"), ("Connection", "Upgrade")]
                + (origin.map { [("Origin", $0)] } ?? [])
        }
        var settings = ServerSettings()
        // Listening to this machine alone it would refuse foreign origins at the door.
        settings.isOpen = true
        try await ServerUnderTest.use(settings) { server in
            let foreign = socket("http://evil.example")
            let reply = try await server.send("GET", "/v1/agents", headers: foreign)
            #expect(reply.status == 403)
        }
        try await Self.withKeys { server in
            func status(_ headers: [(String, String)], key: String? = nil) async throws -> Int {
                try await server.send("GET", "/v1/agents", key: key, headers: headers).status
            }
            let key = try await server.store.key(.read)
            let login = try Login(try await server.logIn(key))
            let cookie = [("Cookie", login.cookie)]
            #expect(try await status(cookie + socket("http://evil.example")) == 403)
            #expect(try await status(cookie + socket("null")) == 403)
            #expect(try await status(cookie + socket(server.origin)) == 200)
            #expect(try await status(cookie + socket(nil)) == 200)
            // No page can show a key of its own accord.
            #expect(try await status(socket("http://evil.example"), key: key) == 200)
        }
    }

    // MARK: Cookies

    @Test func `over TLS the cookie is bound to the host and to TLS`() throws {
        let secret = SessionSecret()
        let secure = SessionCookie(isSecure: true)
        #expect(
            secure.giving(secret)
                == "__Host-stint=\(secret.text); Max-Age=604800; Path=/; HttpOnly; SameSite=Lax; Secure"
        )
        #expect(
            secure.taking == "__Host-stint=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure")
        func found(_ cookies: String, _ cookie: SessionCookie) -> SessionSecret? {
            let head = HTTPRequest(
                method: .get, scheme: nil, authority: nil, path: "/",
                headerFields: [.cookie: cookies])
            return cookie.secret(in: Request(head: head, body: .init(buffer: ByteBuffer())))
        }
        #expect(found("a=b; __Host-stint=\(secret.text)", secure) == secret)
        #expect(found("stint=\(secret.text)", secure) == nil)
        let plain = SessionCookie(isSecure: false)
        #expect(found("stint=\(secret.text);a=b", plain) == secret)
        for cookies in [
            "__Host-stint=\(secret.text)", "xstint=\(secret.text)", "stint=", "stint",
            "stint=\(secret.text)0", "stint=\"\(secret.text)\"",
            "stint=\(secret.text.uppercased())Z",
        ] {
            #expect(found(cookies, plain) == nil, "\(cookies)")
        }
    }

    @Test func `the token tells nothing of the secret, and is another in each session`() throws {
        let secrets = (0..<100).map { _ in SessionSecret() }
        #expect(Set(secrets.map(\.text)).union(secrets.map(\.token)).count == 200)
        let again = try #require(SessionSecret(text: secrets[0].text))
        #expect(again.token == secrets[0].token)
        #expect(again.digest == secrets[0].digest)
    }
}

extension ServerUnderTest {
    var origin: String { "http://127.0.0.1:\(port)" }

    /// Logs in as a page of the server does.
    func logIn(
        _ key: String, headers: [(String, String)] = [], saysOrigin: Bool = true
    ) async throws -> Reply {
        try await send(
            "POST", "/v1/session", body: #"{"key":"\#(key)"}"#,
            headers: headers + (saysOrigin ? [("Origin", origin)] : []))
    }
}
