import Foundation
import NIOHTTP1
import Testing

extension EndToEnd {
    /// The feed, heard on bare sockets.
    @Suite struct LiveTests {
        typealias Form = FeedListener.Form

        /// Tells the server of an execution, now.
        static func tell(
            _ server: RunningServer, _ id: String, _ type: String, _ members: [String: JSON] = [:],
            key: String? = nil
        ) async throws {
            let event: [String: JSON] = [
                "type": .string("execution.\(type)"), "execution": .string(id),
            ]
            var headers = ["Content-Type": "application/json"]
            headers["Authorization"] = key.map { "Bearer \($0)" }
            let reply = try await server.request(
                .POST, "/v1/events", headers: headers,
                body: try JSON.object(event.merging(members) { $1 }).data)
            #expect(reply.json == ["accepted": 1, "rejected": []])
        }

        @Test(arguments: Form.allCases)
        func `an execution is followed from its queueing until it is gone`(_ form: Form)
            async throws
        {
            try await RunningServer.serving { server in
                try await Self.tell(server, "old", "started", ["agent": "a"])
                let listener = try await FeedListener(form, server)
                let first = try #require(try await listener.next())
                #expect(first.event == "execution_update")
                #expect(first.data["currentlyRunning"] == 1)
                #expect(first.data["timestamp"].string != nil)
                #expect(!first.id.isEmpty)

                try await Self.tell(server, "e", "queued", ["agent": "a"])
                #expect(try await listener.next("execution")?["status"] == "queued")
                try await Self.tell(server, "e", "started")
                let told = try await listener.next("execution")
                #expect(told?["status"] == "running")
                // As the list has it.
                let listed = try await server.get("/v1/executions?status=running").json["items"]
                #expect(listed.array.contains { $0 == told })
                try await Self.tell(server, "e", "finished", ["status": "succeeded"])
                #expect(try await listener.next("execution")?["status"] == "succeeded")
                let update = try await listener.next("execution_update")
                #expect(update?["currentlyRunning"] == 1)
                let deleted = try await server.request(.DELETE, "/v1/executions/e")
                #expect(deleted.status == 204)
                #expect(try await listener.next("execution") == ["id": "e", "erased": true])
            }
        }

        @Test(arguments: Form.allCases)
        func `who comes back hears what was missed, and after a restart is told to load anew`(
            _ form: Form
        ) async throws {
            try await StoreFolder.use { folder in
                let server = try await folder.start()
                let listener = try await FeedListener(form, server)
                try await Self.tell(server, "one", "started")
                #expect(try await listener.next("execution")?["id"] == "one")
                let id = try #require(listener.lastID)

                for name in ["two", "three", "two"] {
                    try await Self.tell(server, name, name == "two" ? "started" : "queued")
                }
                for place in [["query": "?since=\(id)"], ["header": id]] {
                    let back = try await FeedListener(
                        form, server, place["query"] ?? "",
                        headers: place["header"].map { ["Last-Event-ID": $0] } ?? [:])
                    // Each once, in the order of their last changes.
                    #expect(try await back.next()?.data["id"] == "three")
                    #expect(try await back.next()?.data["id"] == "two")
                }
                for nonsense in ["", "0-0", "%F0%9F%9A%80", String(repeating: "9", count: 4_000)] {
                    let lost = try await FeedListener(form, server, "?since=\(nonsense)")
                    #expect(try await lost.next()?.event == "reset")
                }
                #expect(await server.terminate() == 0)

                let other = try await folder.start()
                let late = try await FeedListener(form, other, "?since=\(id)")
                #expect(try await late.next()?.event == "reset")
                try await Self.tell(other, "four", "started")
                #expect(try await late.next("execution")?["id"] == "four")
            }
        }

        @Test(arguments: Form.allCases)
        func `a filter passes what matches, and what has just ceased to`(_ form: Form)
            async throws
        {
            try await RunningServer.serving { server in
                let running = try await FeedListener(form, server, "?status=running&agent=a")
                let single = try await FeedListener(form, server, "?execution=e2")
                for (id, agent) in [("e1", "b"), ("e2", "a")] {
                    try await Self.tell(server, id, "queued", ["agent": .string(agent)])
                    try await Self.tell(server, id, "started")
                    try await Self.tell(server, id, "finished", ["status": "failed"])
                }
                for status in ["running", "failed"] {
                    let told = try await running.next("execution")
                    #expect(told?["id"] == "e2")
                    #expect(told?["status"] == .string(status))
                }
                for status in ["queued", "running", "failed"] {
                    #expect(try await single.next("execution")?["status"] == .string(status))
                }
            }
        }

        @Test func `a workspace hears nothing of another one`() async throws {
            try await StoreFolder.use { folder in
                var keys: [String: (read: String, ingest: String)] = [:]
                for workspace in ["one", "two"] {
                    keys[workspace] = (
                        try await AccessTests.secret(folder, scope: "read", workspace: workspace),
                        try await AccessTests.secret(folder, scope: "ingest", workspace: workspace)
                    )
                }
                let (one, two) = (try #require(keys["one"]), try #require(keys["two"]))
                let server = try await folder.start()
                for form in Form.allCases {
                    for key in [nil, "rubbish", one.ingest] {
                        await #expect(throws: FeedListener.Refused.self) {
                            try await FeedListener(
                                form, server,
                                headers: key.map { ["Authorization": "Bearer \($0)"] } ?? [:])
                        }
                    }
                    let listener = try await FeedListener(
                        form, server, headers: ["Authorization": "Bearer \(one.read)"])
                    try await Self.tell(server, "canary-\(form)", "started", key: two.ingest)
                    try await Self.tell(server, "own-\(form)", "started", key: one.ingest)
                    #expect(
                        try await listener.next()?.data["currentlyRunning"]
                            == (form == .events ? 0 : 1))
                    let told = try await listener.next("execution")
                    #expect(told?["id"] == .string("own-\(form)"))
                    #expect(told?["workspace"] == "one")
                }
            }
        }

        @Test func `a page of another site is refused, and one of this server is not`()
            async throws
        {
            try await RunningServer.serving { server in
                let foreign = [
                    "https://evil.example", "http://localhost:1", "http://127.0.0.1:1", "null",
                ]
                for origin in foreign {
                    do {
                        _ = try await FeedListener(
                            .webSocket, server, headers: ["Origin": origin])
                        Issue.record("\(origin) is let in.")
                    } catch let refused as FeedListener.Refused {
                        #expect(refused.status == 403, "\(origin)")
                    }
                }
                let own = try await FeedListener(
                    .webSocket, server, headers: ["Origin": "http://127.0.0.1:\(server.port)"])
                #expect(try await own.next()?.event == "execution_update")
            }
        }

        @Test func `a handshake that cannot be done is answered as HTTP`() async throws {
            try await RunningServer.serving { server in
                let request = FeedListener.request(.webSocket, server, "", headers: [:])
                for (old, new, status) in [
                    ("Version: 13", "Version: 8", 426), ("ZSBub25jZQ==", "ZSBub25jZQ", 400),
                    ("Upgrade: websocket", "Upgrade: h2c", 200), ("GET", "POST", 405),
                    ("/v1/live", "/v1/live?status=odd", 400), ("/v1/live", "/v1/lives", 404),
                ] {
                    let connection = try RawConnection(server)
                    connection.send(request.replacing(old, with: new))
                    let head = await connection.receive(within: .seconds(60)) ?? Data()
                    #expect(
                        String(decoding: head, as: UTF8.self).hasPrefix("HTTP/1.1 \(status) "),
                        "\(new)")
                }
                // The connections are none the worse, and the server is there.
                #expect(try await server.get("/health/live").status == 200)
            }
        }

        @Test func `what a WebSocket may not say ends it, with the reason`() async throws {
            let long = Data(repeating: 0x61, count: 5_000)
            let cases: [(String, Data, Int)] = [
                ("goodbye", FeedListener.frame(0x88, Data([0x03, 0xE8])), 1_000),
                ("not masked", FeedListener.frame(0x81, Data("hi".utf8), isMasked: false), 1_002),
                ("a reserved bit", FeedListener.frame(0xC1, Data("hi".utf8)), 1_002),
                ("a reserved sort", FeedListener.frame(0x83, Data("hi".utf8)), 1_002),
                ("a ping in parts", FeedListener.frame(0x09, Data("hi".utf8)), 1_002),
                ("a long ping", FeedListener.frame(0x89, long.prefix(126)), 1_002),
                ("binary", FeedListener.frame(0x82, Data([0, 1])), 1_003),
                ("too much", FeedListener.frame(0x81, long), 1_009),
                ("another request", Data(ProtocolTests.get.utf8) + long, 1_002),
            ]
            try await RunningServer.serving { server in
                for (name, frame, code) in cases {
                    let listener = try await FeedListener(.webSocket, server)
                    listener.connection.send(frame)
                    #expect(try await listener.untilEnd() == .closed(code), "\(name)")
                }
                // Text is read and forgotten, whole or in parts; a ping is answered.
                let listener = try await FeedListener(.webSocket, server)
                for (first, text) in [(0x81, "hello"), (0x01, "hel"), (0x00, "l"), (0x80, "o")] {
                    listener.connection.send(FeedListener.frame(UInt8(first), Data(text.utf8)))
                }
                listener.connection.send(FeedListener.frame(0x89, Data("are you there".utf8)))
                try await listener.until { listener.pongs == [Data("are you there".utf8)] }
                try await Self.tell(server, "e", "started")
                #expect(try await listener.next("execution")?["id"] == "e")
            }
        }

        @Test func `at a stop every feed ends at once, and says so`() async throws {
            try await RunningServer.serving { server in
                var listeners: [FeedListener] = []
                for _ in 0..<20 {
                    for form in Form.allCases {
                        listeners.append(try await FeedListener(form, server))
                    }
                }
                for listener in listeners { _ = try await listener.next() }
                let start = ContinuousClock.now
                #expect(await server.terminate() == 0)
                #expect(ContinuousClock.now - start < .seconds(30))
                for listener in listeners {
                    #expect(
                        try await listener.untilEnd()
                            == (listener.form == .events ? .complete : .closed(1_001)))
                }
            }
        }

        @Test(.enabled(if: Program.find("curl") != nil))
        func `curl follows it`() async throws {
            try await RunningServer.serving { server in
                let output = Pipe()
                let curl = try Program(
                    try #require(Program.find("curl")),
                    ["-sN", "--max-time", "20", "\(server.url)/v1/live"], output: output,
                    errors: .nullDevice)
                let line = await output.firstLine(within: .seconds(60))
                #expect(line?.wholeMatch(of: /retry: [0-9]{4}/) != nil)
                #expect(await server.terminate() == 0)
                // The answer came to its end, as HTTP says it.
                #expect(await curl.exitCode() == 0)
            }
        }

        @Test(.enabled(if: Program.find("websockets") != nil, "websockets is not installed."))
        func `a WebSocket library follows it`() async throws {
            let script = """
                import json, sys
                from websockets.sync.client import connect
                with connect(sys.argv[1]) as socket:
                    for message in map(json.loads, socket):
                        print(message["event"], message["id"], flush=True)
                        if message["data"].get("id") == "last":
                            break
                """
            let python = try #require(Program.find("websockets"))
                .deletingLastPathComponent().appending(path: "python3")
            try await RunningServer.serving { server in
                let output = Pipe()
                let program = try Program(
                    python,
                    ["-c", script, "ws://127.0.0.1:\(server.port)/v1/live?execution=last"],
                    output: output, errors: .standardError)
                let line = await output.firstLine(within: .seconds(60))
                #expect(line?.hasPrefix("execution_update ") == true)
                try await Self.tell(server, "first", "started")
                try await Self.tell(server, "last", "started")
                #expect(await program.exitCode() == 0)
            }
        }

        @Test func `a thousand random disconnects end in the state that the server has`()
            async throws
        {
            try await RunningServer.serving { server in
                let listeners = (0..<4).map { number in
                    RestlessListener(server, Form.allCases[number % 2], seed: UInt64(number))
                }
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    for listener in listeners {
                        tasks.addTask { try await listener.disconnect(times: 250) }
                    }
                    try await tasks.waitForAll()
                }
                let truth = try await RestlessListener.load(server)
                #expect(truth.count == 60)
                for listener in listeners {
                    try await listener.listen { held, _ in held == truth }
                }
            }
        }

        @Test(arguments: Form.allCases)
        func `a slow reader is told the newest state, and holds up nobody`(_ form: Form)
            async throws
        {
            try await RunningServer.serving { server in
                let slow = try await FeedListener(form, server)
                let good = try await FeedListener(form, server)
                let text = String(repeating: "x", count: 8_000)
                // 10 MB, far more than is kept for a listener.
                for round in 0..<3 {
                    for portion in 0..<4 {
                        let events: [JSON] = (0..<100).map { number in
                            [
                                "type": "execution.updated",
                                "execution": .string("e\(portion * 100 + number)"),
                                "attributes": ["round": .number(Double(round))],
                                "summary": .string(text),
                            ]
                        }
                        let reply = try await server.post(
                            "/v1/events", try JSON.array(events).data)
                        #expect(reply.status == 200)
                        for _ in 0..<100 {
                            let told = try #require(try await good.next("execution"))
                            #expect(told["attributes"]["round"] == .number(Double(round)))
                        }
                    }
                }
                var told = 0
                while let message = try await slow.next(), message.event != "reset" {
                    if message.event == "execution" { told += 1 }
                }
                #expect(told < 600)
                try await Self.tell(server, "last", "started")
                #expect(try await slow.next("execution")?["id"] == "last")
            }
        }

        @Test func `a revoked key ends its feeds`() async throws {
            try await StoreFolder.use { folder in
                let admin = try await AccessTests.secret(folder, scope: "admin")
                let reader = try await AccessTests.secret(folder, scope: "read")
                let server = try await folder.start()
                var feeds: [FeedListener] = []
                for form in Form.allCases {
                    for key in [reader, admin] {
                        feeds.append(
                            try await FeedListener(
                                form, server, headers: ["Authorization": "Bearer \(key)"]))
                    }
                }
                let headers = AccessTests.bearer(admin)
                let keys = try await server.get("/v1/keys", headers: headers).json["items"].array
                let id = try #require(keys.first { $0["scopes"] == ["read"] }?["id"].string)
                let revoked = try await server.request(
                    .DELETE, "/v1/keys/\(id)", headers: headers)
                #expect(revoked.status == 204)
                #expect(try await feeds[0].untilEnd() == .complete)
                #expect(try await feeds[2].untilEnd() == .closed(1_008))
                try await Self.tell(server, "e", "started", key: admin)
                for feed in [feeds[1], feeds[3]] {
                    #expect(try await feed.next("execution")?["id"] == "e")
                }
            }
        }

        @Test func `who logs out, or logs in anew, ends the feeds of the session before`()
            async throws
        {
            try await StoreFolder.use { folder in
                let key = try await AccessTests.secret(folder, scope: "admin")
                let server = try await folder.start()
                let page = ["Content-Type": "application/json", "Origin": server.url]
                func logIn(_ headers: [String: String]) async throws -> [String: String] {
                    let login = try await server.request(
                        .POST, "/v1/session", headers: headers.merging(page) { $1 },
                        body: Data(#"{"key":"\#(key)"}"#.utf8))
                    let given = try #require(login.header("set-cookie"))
                    let token = try #require(login.json["token"].string)
                    return ["Cookie": String(given.prefix { $0 != ";" }), "Stint-Token": token]
                }
                let (first, other) = (try await logIn([:]), try await logIn([:]))
                let kept = try await FeedListener(.events, server, headers: other)
                let replaced = try await FeedListener(.events, server, headers: first)
                let second = try await logIn(first)
                #expect(try await replaced.untilEnd() == .complete)

                let ended = try await FeedListener(.webSocket, server, headers: second)
                let logout = try await server.request(
                    .DELETE, "/v1/session", headers: second.merging(page) { $1 })
                #expect(logout.status == 204)
                #expect(try await ended.untilEnd() == .closed(1_008))
                try await Self.tell(server, "e", "started", key: key)
                #expect(try await kept.next("execution")?["id"] == "e")
            }
        }
    }
}

/// A listener that keeps what it is told, and breaks off all the time.
private actor RestlessListener {
    private let server: RunningServer
    private let form: FeedListener.Form
    private var generator: SeededGenerator
    private var held: [String: JSON] = [:]
    private var lastID: String?

    init(_ server: RunningServer, _ form: FeedListener.Form, seed: UInt64) {
        self.server = server
        self.form = form
        generator = SeededGenerator(seed: seed)
    }

    /// Tells of some executions, connects, and breaks off: soon, or once it knows everything.
    func disconnect(times: Int) async throws {
        for _ in 0..<times {
            let events: [JSON] = (0..<Int.random(in: 1...10, using: &generator)).map { _ in
                let id = Int.random(in: 0..<60, using: &generator)
                let types = ["queued", "started", "finished"]
                return [
                    "type": .string("execution.\(types.randomElement(using: &generator)!)"),
                    "execution": .string("e\(id)"), "status": "failed",
                    "agent": .string("a\(id % 3)"),
                ]
            }
            let reply = try await server.post("/v1/events", try JSON.array(events).data)
            #expect(reply.status == 200)
            var most = Int.random(in: 0...2, using: &generator)
            if Int.random(in: 0..<4, using: &generator) == 0 { most = .max }
            var heard = -1
            try await listen { _, event in
                heard += 1
                return heard >= most || event == "execution_update"
            }
        }
    }

    /// Connects, and listens until the condition holds for what it knows and has just heard.
    func listen(until holds: ([String: JSON], _ event: String?) -> Bool) async throws {
        let listener = try await FeedListener(
            form, server, lastID.map { "?since=\($0)" } ?? "")
        if lastID == nil { held = try await Self.load(server) }
        var event: String?
        while !holds(held, event) {
            guard let message = try await listener.next() else { return }
            switch message.event {
            case "execution":
                held[message.data["id"].string ?? ""] = message.data.withoutEstimates
            case "reset": held = try await Self.load(server)
            default: break
            }
            event = message.event
            lastID = message.id
        }
    }

    static func load(_ server: RunningServer) async throws -> [String: JSON] {
        let items = try await server.get("/v1/executions?limit=500").json["items"].array
        return Dictionary(
            uniqueKeysWithValues: items.map { ($0["id"].string ?? "", $0.withoutEstimates) })
    }
}

extension JSON {
    /// Without what depends on when it was asked.
    fileprivate var withoutEstimates: JSON {
        .object(members.filter { !["etaAt", "overdue"].contains($0.key) })
    }
}
