import Foundation
import Testing

extension EndToEnd {
    /// The description in the hands of programs that know nothing of Stint. `make test` installs
    /// them where it can.
    @Suite struct InterfaceToolTests {
        static let validator = Program.find("openapi-spec-validator")
        static let schemathesis = Program.find("schemathesis")
        /// How long chance is given: `STINT_TEST_SCHEMATHESIS_SECONDS`. What is systematic may take
        /// twice as long.
        static let seconds =
            ProcessInfo.processInfo.environment["STINT_TEST_SCHEMATHESIS_SECONDS"]
            .flatMap { Int($0) } ?? 15

        static let checks = [
            "not_a_server_error", "status_code_conformance", "content_type_conformance",
            "response_headers_conformance", "response_schema_conformance", "unsupported_method",
        ]

        @Test(.enabled(if: validator != nil, "openapi-spec-validator is not installed."))
        func `the description is OpenAPI 3.1`() async throws {
            try await RunningServer.serving { server in
                let folder = try TemporaryFolder()
                defer { folder.remove() }
                let file = folder.url.appending(path: "openapi.json")
                try await server.get("/openapi.json").data.write(to: file)
                let outcome = try await Program.run(
                    try #require(Self.validator), ["--schema", "3.1", file.path])
                #expect(outcome.exitCode == 0, "\(outcome.text)\(outcome.errors)")
            }
        }

        @Test(.enabled(if: schemathesis != nil, "schemathesis is not installed."))
        func `whatever is asked is answered as described`() async throws {
            try await RunningServer.serving("--retention", "36500d") { server in
                // A key made by the way would shut out what follows.
                try await Self.run(
                    server, seconds: Self.seconds, checks: Self.checks,
                    ["--phases", "fuzzing", "--exclude-path", "/v1/keys"])
            }
        }

        @Test(.enabled(if: schemathesis != nil, "schemathesis is not installed."))
        func `with a key it is the same`() async throws {
            let options = ["--retention", "36500d", "--rate-limit-read", "0"]
            try await StoreFolder.use { folder in
                let made = try await Program.run(
                    Program.stint,
                    [
                        "keys", "create", "--scope", "admin", "--store",
                        "sqlite:\(folder.storePath)",
                    ])
                let key = made.text.trimmingCharacters(in: .whitespacesAndNewlines)
                let server = try await folder.start(options)
                // Among the keys that it finds is its own.
                try await Self.run(
                    server, seconds: 2 * Self.seconds, checks: Self.checks,
                    [
                        "--phases", "coverage,fuzzing", "--exclude-operation-id", "revokeKey",
                        "--header", "Authorization: Bearer \(key)",
                    ])
                let last = try await server.get(
                    "/v1/keys", headers: ["Authorization": "Bearer \(key)"])
                #expect(last.status == 200, "It was shut out by the way.")
            }
        }

        private static func run(
            _ server: RunningServer, seconds: Int, checks: [String], _ options: [String]
        ) async throws {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let file = folder.url.appending(path: "openapi.json")
            try await server.get("/openapi.json").json.withoutWaiting.data.write(to: file)
            // It leaves what it learnt where it runs.
            let outcome = try await Program.run(
                try #require(Program.find("env")),
                [
                    "-C", folder.url.path, try #require(schemathesis).path, "run", file.path,
                    "--url", server.url, "--checks", checks.joined(separator: ","),
                    "--max-time", String(seconds), "--generation-database", "none",
                    "--continue-on-failure", "--no-color",
                    // What does not end is not for a program that waits for the end.
                    "--exclude-path", "/v1/live",
                ] + options)
            #expect(outcome.exitCode == 0, "\(outcome.text)\(outcome.errors)")
        }
    }
}

extension JSON {
    /// A description in which no answer waits for a change: a minute a request is too long here.
    fileprivate var withoutWaiting: JSON {
        switch self {
        case .object(let members) where members["name"] == "wait":
            .object(members.merging(["schema": ["type": "integer", "enum": [0]]]) { $1 })
        case .object(let members): .object(members.mapValues(\.withoutWaiting))
        case .array(let elements): .array(elements.map(\.withoutWaiting))
        default: self
        }
    }
}
