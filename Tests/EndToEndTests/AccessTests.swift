import Foundation
import NIOHTTP1
import Testing

extension EndToEnd {
    /// Who is let in, from the command line to the socket.
    @Suite struct AccessTests {
        static func keys(
            _ folder: StoreFolder, _ arguments: String...
        ) async throws -> Program.Outcome {
            try await Program.run(
                arguments: ["keys"] + arguments + ["--store", "sqlite:\(folder.storePath)"])
        }

        static func secret(
            _ folder: StoreFolder, scope: String, workspace: String = "default"
        ) async throws -> String {
            let made = try await keys(
                folder, "create", "--scope", scope, "--workspace", workspace)
            try #require(made.exitCode == 0, "\(made.errors)")
            return made.text.trimmingCharacters(in: .newlines)
        }

        static func bearer(_ secret: String) -> [String: String] {
            ["Authorization": "Bearer \(secret)", "Content-Type": "application/json"]
        }

        @Test func `without keys it keeps to this machine, and says why`() async throws {
            try await StoreFolder.use { folder in
                do {
                    _ = try await folder.start(["--host", "0.0.0.0"])
                    Issue.record("It listens to strangers.")
                } catch let error as StoreFolder.NotReady {
                    #expect(error.exitCode == 2)
                    #expect(error.log.contains("no keys"))
                    #expect(error.log.contains("stint keys create"))
                }
                #expect(!FileManager.default.fileExists(atPath: folder.storePath))

                let admin = try await Self.secret(folder, scope: "admin")
                let server = try await folder.start(["--host", "0.0.0.0"])
                expectProblem(try await server.get("/v1/executions"), 401)
                let reply = try await server.get("/v1/executions", headers: Self.bearer(admin))
                #expect(reply.status == 200)
            }
        }

        @Test func `keys are made, listed and revoked on the store and through a server`()
            async throws
        {
            try await StoreFolder.use { folder in
                let admin = try await Self.secret(folder, scope: "admin", workspace: "team")
                let reader = try await Self.secret(folder, scope: "read", workspace: "team")
                let list = try await Self.keys(folder, "list", "--output", "json")
                let ids = try JSON(list.output)["items"].array.map(\.["id"].string)
                #expect(ids.count == 2)
                #expect(!list.text.contains(reader))

                let server = try await folder.start()
                let busy = try await Self.keys(folder, "list")
                #expect(busy.exitCode == 4)
                #expect(busy.errors.contains("--url"))
                #expect(
                    try await server.get("/v1/executions", headers: Self.bearer(reader)).status
                        == 200)
                func ask(_ arguments: String...) async throws -> Program.Outcome {
                    try await Program.run(
                        arguments: ["keys"] + arguments + ["--url", server.url],
                        environment: ["STINT_KEY": admin])
                }
                let made = try await ask("create", "--scope", "ingest", "--expires", "30d")
                #expect(made.exitCode == 0)
                #expect(made.text.hasPrefix("stint_ing_"))
                let revoked = try await ask("revoke", try #require(ids[1]))
                #expect(revoked.exitCode == 0, "\(revoked.errors)")
                expectProblem(
                    try await server.get("/v1/executions", headers: Self.bearer(reader)), 401)
                #expect(try await ask("revoke", "key_nobody").exitCode == 3)
            }
        }

        @Test func `an admin key file lets the first one in, if nobody else can read it`()
            async throws
        {
            try await StoreFolder.use { folder in
                let file = folder.url.appending(path: "admin.key")
                let made = try await Program.run(arguments: ["keys", "new-secret"])
                try made.output.write(to: file)
                let options = ["--admin-key-file", file.path]
                for mode in [0o644, 0o640] {
                    try FileManager.default.setAttributes(
                        [.posixPermissions: mode], ofItemAtPath: file.path)
                    await #expect(throws: StoreFolder.NotReady.self) {
                        try await folder.start(options)
                    }
                }
                try FileManager.default.setAttributes(
                    [.posixPermissions: 0o600], ofItemAtPath: file.path)
                let secret = made.text.trimmingCharacters(in: .newlines)
                for _ in 0..<2 {
                    let server = try await folder.start(options)
                    expectProblem(try await server.get("/v1/keys"), 401)
                    let list = try await server.get("/v1/keys", headers: Self.bearer(secret))
                    #expect(list.json["items"].array.count == 1)
                    #expect(await server.terminate() == 0)
                }
            }
        }

        @Test func `a browser that was let in stays so when the server starts anew`() async throws {
            try await StoreFolder.use { folder in
                let reader = try await Self.secret(folder, scope: "read", workspace: "team")
                var server = try await folder.start()
                let login = try await server.request(
                    .POST, "/v1/session",
                    headers: ["Content-Type": "application/json", "Origin": server.url],
                    body: Data(#"{"key":"\#(reader)"}"#.utf8))
                #expect(login.status == 200)
                let given = try #require(login.header("set-cookie"))
                let cookie = ["Cookie": String(given.prefix { $0 != ";" })]
                #expect(await server.terminate() == 0)

                server = try await folder.start()
                let session = try await server.get("/v1/session", headers: cookie).json
                #expect(session["workspace"] == "team")
                #expect(session["token"] == login.json["token"])
                #expect(try await server.get("/v1/executions", headers: cookie).status == 200)
                #expect(await server.terminate() == 0)

                let ids = try JSON(
                    try await Self.keys(folder, "list", "--output", "json").output)["items"].array
                _ = try await Self.keys(folder, "revoke", try #require(ids[0]["id"].string))
                server = try await folder.start()
                expectProblem(try await server.get("/v1/executions", headers: cookie), 401)
            }
        }

        @Test func `secrets and payloads appear in no log and no error`() async throws {
            try await StoreFolder.use { folder in
                let admin = try await Self.secret(folder, scope: "admin")
                let server = try await folder.start(["--log-level", "trace"])
                let canary = "canary-3141592653"
                var said = ""
                func ask(
                    _ method: HTTPMethod, _ path: String, _ key: String, _ body: String? = nil
                ) async throws {
                    let reply = try await server.request(
                        method, path, headers: Self.bearer(key), body: body.map { Data($0.utf8) })
                    if reply.status >= 400 { said += String(decoding: reply.data, as: UTF8.self) }
                }
                let event =
                    #"{"type":"execution.started","execution":"e","agent":"a","attributes":{"note":"\#(canary)","password":"\#(canary)"}}"#
                try await ask(.POST, "/v1/events", admin, event)
                try await ask(.POST, "/v1/events", admin, "{\"type\":\"\(canary)")
                try await ask(.POST, "/v1/events", admin + "x", event)
                try await ask(.POST, "/v1/keys", admin, "{\"name\":[\"\(canary)\"]}")
                try await ask(
                    .POST, "/v1/session", "", "{\"key\":\"\(admin)\",\"x\":\"\(canary)\"}")
                try await ask(.POST, "/v1/session", "", "{\"key\":\"\(admin)x\"}")
                let login = try await server.post(
                    "/v1/session", Data("{\"key\":\"\(admin)\"}".utf8))
                let given = try #require(login.header("set-cookie"))
                let cookie = given.prefix { $0 != ";" }.drop { $0 != "=" }.dropFirst()
                let shown = try await server.get(
                    "/v1/executions?x=1", headers: ["Cookie": "stint=\(cookie)"])
                #expect(shown.status == 400)
                try await ask(.GET, "/v1/executions?attr.note=\(canary)&x=1", admin)
                try await ask(.GET, "/v1/executions?cursor=\(canary)", admin)
                let kept = try await server.get("/v1/executions/e", headers: Self.bearer(admin))
                #expect(kept.json["attributes"]["password"] == "[redacted]")
                #expect(await server.terminate() == 0)
                said += try String(
                    decoding: Data(contentsOf: folder.url.appending(path: "log")), as: UTF8.self)
                #expect(said.count > 500)
                #expect(!said.contains(canary), "\(said)")
                #expect(!said.contains(admin.dropFirst(12)), "\(said)")
                #expect(!said.contains(cookie), "\(said)")
            }
        }

        @Test func `one noisy key takes nothing from the others`() async throws {
            try await StoreFolder.use { folder in
                let noisy = try await Self.secret(folder, scope: "ingest")
                var quiet: [String] = []
                for _ in 0..<5 { quiet.append(try await Self.secret(folder, scope: "ingest")) }
                let server = try await folder.start(["--rate-limit-ingest", "50"])
                func send(_ key: String, _ id: String) async throws -> Int {
                    let event =
                        #"{"type":"execution.started","execution":"\#(id)","agent":"a"}"#
                    return try await server.request(
                        .POST, "/v1/events", headers: Self.bearer(key), body: Data(event.utf8)
                    ).status
                }
                let statuses = try await withThrowingTaskGroup(of: (Bool, [Int]).self) { group in
                    for lane in 0..<8 {
                        group.addTask {
                            var statuses: [Int] = []
                            for number in 0..<125 {
                                statuses.append(try await send(noisy, "noisy-\(lane)-\(number)"))
                            }
                            return (false, statuses)
                        }
                    }
                    for (number, key) in quiet.enumerated() {
                        group.addTask {
                            var statuses: [Int] = []
                            for turn in 0..<10 {
                                statuses.append(try await send(key, "quiet-\(number)-\(turn)"))
                            }
                            return (true, statuses)
                        }
                    }
                    return try await group.reduce(into: [Bool: [Int]]()) {
                        $0[$1.0, default: []] += $1.1
                    }
                }
                #expect(statuses[true] == Array(repeating: 200, count: 50))
                let noise = statuses[false] ?? []
                #expect(noise.contains(200) && noise.contains(429))
                #expect(noise.allSatisfy { $0 == 200 || $0 == 429 })
            }
        }
    }
}
