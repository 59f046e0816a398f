import Foundation
import StintModel
import Testing

extension EndToEnd {
    /// State machines that really run, in a simulator of AWS; `make test` installs it where it can.
    @Suite(.enabled(if: SimulatedAmazon.python != nil, "The simulator (moto) is not installed."))
    struct AmazonTests {
        static let missing = "arn:aws:states:us-west-2:123456789012:execution:report-agent:never"

        @Test func `final events that were dropped are found by asking`() async throws {
            let python = try #require(SimulatedAmazon.python)
            try await SimulatedAmazon.use(python) { amazon in
                try await StoreFolder.use { folder in
                    let server = try await folder.start(
                        [
                            "--aws-region", "us-west-2", "--aws-reconcile-interval", "1s",
                            "--aws-silence", "1s",
                        ], launcher: Self.environment(amazon))
                    for execution in amazon.known.executions {
                        let reply = try await server.post(
                            "/v1/eventbridge", execution.change("RUNNING"))
                        #expect(reply.status == 200)
                    }
                    var never = try #require(amazon.known.executions.first)
                    never.arn = Self.missing
                    _ = try await server.post("/v1/eventbridge", never.change("RUNNING"))

                    try await Self.expectTable(of: server, toEqual: amazon)
                    try await Self.until {
                        let gone = try await server.execution(Self.missing).json
                        return gone["status"].string == "lost"
                            && gone["lostBecause"]["rule"].string == "origin"
                    }
                    // The steps came along, and the name that a tag gives.
                    let arn = try #require(amazon.known.executions.first?.arn)
                    let execution = try await server.execution(arn).json
                    #expect(execution["agent"].string == "reporter")
                    let names = execution["steps"].array.compactMap(\.["name"].string)
                    #expect(names == ["Plan", "Each", "One", "One", "One"])
                    #expect(await server.terminate() == 0)
                }
            }
        }

        @Test func `a queue is emptied of what was recorded, and of nothing else`() async throws {
            let python = try #require(SimulatedAmazon.python)
            try await SimulatedAmazon.use(python) { amazon in
                try await StoreFolder.use { folder in
                    let server = try await folder.start(
                        ["--sqs-queue", amazon.known.queue], launcher: Self.environment(amazon))
                    // The simulator's events, as the oldest of AWS, do not say what went wrong.
                    try await Self.expectTable(of: server, toEqual: amazon, withErrors: false)
                    try await Self.until {
                        try await server.execution("native-1").json["agent"].string == "own"
                    }
                    // The one that cannot be taken stays.
                    try await Self.until { try await amazon.messagesLeft() == 1 }
                    #expect(await server.terminate() == 0)
                }
            }
        }

        @Test func `what a queue says is of the workspace that is named for it`() async throws {
            let python = try #require(SimulatedAmazon.python)
            try await SimulatedAmazon.use(python) { amazon in
                try await StoreFolder.use { folder in
                    let keys = [
                        try await AccessTests.secret(folder, scope: "read", workspace: "queues"),
                        try await AccessTests.secret(folder, scope: "read"),
                    ].map(AccessTests.bearer)
                    let server = try await folder.start(
                        ["--sqs-queue", amazon.known.queue, "--sqs-workspace", "queues"],
                        launcher: Self.environment(amazon))
                    func status(_ key: [String: String]) async throws -> Int {
                        try await server.get("/v1/executions/native-1", headers: key).status
                    }
                    try await Self.until { try await status(keys[0]) == 200 }
                    #expect(try await status(keys[1]) == 404)
                }
            }
        }

        @Test func `what ran before is brought in, once however often, and asked about by hand`()
            async throws
        {
            let python = try #require(SimulatedAmazon.python)
            try await SimulatedAmazon.use(python) { amazon in
                try await RunningServer.serving { server in
                    let folder = try TemporaryFolder()
                    defer { folder.remove() }
                    var environment = amazon.environment
                    environment["STINT_URL"] = server.url
                    environment["XDG_CACHE_HOME"] = folder.url.path
                    func stint(_ arguments: String...) async throws -> Program.Outcome {
                        try await Program.run(arguments: arguments, environment: environment)
                    }

                    let counted = try await stint("backfill", "stepfunctions", "--dry-run")
                    #expect(counted.exitCode == 0 && counted.errors.contains("9 executions to"))
                    #expect(try await server.get("/v1/executions").json["items"].array.isEmpty)

                    let first = try await stint("backfill", "stepfunctions")
                    #expect(first.exitCode == 0, "\(first.errors)")
                    try await Self.expectTable(of: server, toEqual: amazon)
                    let arn = try #require(amazon.known.executions.first?.arn)
                    let held = try await server.execution(arn).json
                    #expect(held["steps"].array.count == 5)

                    let second = try await stint("backfill", "stepfunctions")
                    #expect(second.exitCode == 0, "\(second.errors)")
                    #expect(try await server.execution(arn).json == held)

                    // Something is open that ended long ago at its origin, and something never was.
                    var never = try #require(amazon.known.executions.first)
                    never.arn = Self.missing
                    _ = try await server.post("/v1/eventbridge", never.change("RUNNING"))
                    let asked = try await stint("reconcile", "--silent", "0s")
                    #expect(asked.exitCode == 1)
                    #expect(asked.errors.contains("gone: \(Self.missing)"))
                    #expect(
                        asked.errors.contains(
                            "asked about 3 executions: 0 ended, 2 running, 1 gone"))
                }
            }
        }

        private static func environment(_ amazon: SimulatedAmazon) -> [String] {
            ["/usr/bin/env"] + amazon.environment.map { "\($0)=\($1)" }
        }

        /// The server's executions are the source's, each with its status, times and error.
        private static func expectTable(
            of server: RunningServer, toEqual amazon: SimulatedAmazon, withErrors: Bool = true
        ) async throws {
            for expected in amazon.known.executions {
                try await until {
                    try await server.execution(expected.arn).json["status"].string
                        == expected.status.lowercased()
                }
                let execution = try await server.execution(expected.arn).json
                #expect(instant(execution["startedAt"]) == milliseconds(expected.start))
                #expect(instant(execution["finishedAt"]) == expected.stop.map(milliseconds))
                if withErrors { #expect(execution["error"]["type"].string == expected.error) }
                #expect(execution["conflict"] == false)
            }
        }

        /// Whole milliseconds: EventBridge knows no others.
        private static func instant(_ value: JSON) -> Int64? {
            value.string.flatMap { Instant(rfc3339: $0) }.map { $0.microseconds / 1_000 }
        }

        private static func milliseconds(_ seconds: Double) -> Int64 {
            Int64((seconds * 1_000).rounded())
        }

        private static func until(_ condition: () async throws -> Bool) async throws {
            let deadline = ContinuousClock.now + .seconds(60)
            while try await !condition() {
                try #require(ContinuousClock.now < deadline, "It does not come about.")
                await Task.yield()
            }
        }
    }
}
