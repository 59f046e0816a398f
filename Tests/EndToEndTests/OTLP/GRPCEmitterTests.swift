import Foundation
import GRPCCore
import Testing

extension EndToEnd {
    /// The exporter of OpenTelemetry's SDK for Python over gRPC, and that gRPC by itself, where they are
    /// refused: what they send again, and what not.
    @Suite(.enabled(if: Emitters.areThere, "The emitters are not installed."))
    struct GRPCEmitterTests {
        private static let script = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Emitters/calls.py")

        private static func run(
            _ name: String, _ port: Int, _ certificate: String? = nil, key: String? = nil,
            readKey: String = ""
        ) async throws -> JSON {
            var environment = ["NO_PROXY": "*", "READ_KEY": readKey]
            environment["KEY"] = key
            let outcome = try await Program.run(
                try #require(Emitters.python(in: "native")),
                [script.path, name, "\(port)"] + (certificate.map { [$0] } ?? []),
                environment: environment)
            try #require(outcome.exitCode == 0, "\(outcome.text)\(outcome.errors)")
            return try JSON(outcome.output)
        }

        @Test func `what is refused for good is sent once`() async throws {
            try await StoreFolder.use { folder in
                let keys = [
                    try await AccessTests.secret(folder, scope: "ingest"),
                    try await AccessTests.secret(folder, scope: "read"),
                ]
                let server = try await folder.start(
                    GRPCTests.options + ["--body-limit", "65536"])
                let said = try await Self.run(
                    "refusals", try await folder.grpcPort, key: keys[0], readKey: keys[1])
                #expect(Set(said.members.values) == ["FAILURE"], "\(said)")
                let figures = try await server.get(
                    "/metrics", headers: AccessTests.bearer(keys[1]))
                let lines = String(decoding: figures.data, as: UTF8.self).split(separator: "\n")
                for line in [
                    "stint_problems_total{code=\"unauthorized\"} 1",
                    "stint_problems_total{code=\"wrong_scope\"} 1",
                    "stint_problems_total{code=\"too_large\"} 2", "stint_body_bytes 0",
                ] {
                    #expect(lines.contains(Substring(line)), "\(lines)")
                }
            }
        }

        @Test func `each refusal has the code that says what to do`() async throws {
            try await StoreFolder.use { folder in
                _ = try await folder.start(GRPCTests.options + ["--body-limit", "65536"])
                let said = try await Self.run("codes", try await folder.grpcPort)
                #expect(
                    said == [
                        "empty": "OK", "bad": "INVALID_ARGUMENT", "bad gzip": "INVALID_ARGUMENT",
                        "gzip": "OK", "deflate": "OK", "large": "INVALID_ARGUMENT",
                        "large gzip": "INVALID_ARGUMENT", "large deflate": "INVALID_ARGUMENT",
                        "again": "OK",
                    ])
            }
        }

        @Test(.needsToMount, .timeLimit(.minutes(4)))
        func `what comes while the store is full is sent again until there is room`() async throws {
            try await StoreFolder.use { folder in
                let disk = try await SmallDisk(megabytes: 64, over: folder.url)
                let server = try await folder.start(GRPCTests.options, launcher: disk.launcher)
                let port = try await folder.grpcPort
                try disk.fill()
                _ = try await FullDiskTests.writeUntilRefused("full", each: 1, to: server)
                let refused = try await GRPCCaller(port: port).export(
                    Array(try FixtureCase("otlp-grpc/ok").messages[0].body))
                #expect(refused.code == .unavailable)
                #expect(refused.retryDelay == 1)
                async let said = Self.run("patient", port)
                let full = "stint_problems_total{code=\"storage_full\"}"
                let before = try await server.figures()[full] ?? 0
                try await server.until { ($0[full] ?? 0) > before + 1 }
                try disk.free()
                #expect(try await said == ["patient": "SUCCESS"])
                let listed = try await server.get("/v1/executions?agent=patient")
                #expect(listed.json["items"].array.map(\.["status"]) == ["succeeded"])
                #expect(await server.terminate() == 0)
            }
        }

        @Test(.enabled(if: Program.find("openssl") != nil, "openssl is not installed."))
        func `a certificate that is changed under way is the one that new calls see`() async throws
        {
            try await StoreFolder.use { folder in
                let key = try await AccessTests.secret(folder, scope: "ingest")
                let reader = try await AccessTests.secret(folder, scope: "read")
                let first = try await TLSTests.Certificate(in: folder.url, named: "first")
                let second = try await TLSTests.Certificate(in: folder.url, named: "second")
                let kept = folder.url.appending(path: "kept.pem").path
                try Data(contentsOf: URL(filePath: first.certificate))
                    .write(to: URL(filePath: kept))
                let server = try await folder.start(GRPCTests.options + first.options)
                let port = try await folder.grpcPort
                let all: JSON = ["plain": "SUCCESS", "gzip": "SUCCESS"]
                #expect(try await Self.run("secured", port, kept, key: key) == all)

                try second.replace(first)
                server.send(SIGHUP)
                try await folder.untilLogged("The certificate was read again")
                let new = second.certificate
                #expect(try await Self.run("secured", port, new, key: key) == all)
                #expect(try await Self.trusts(port, kept) == false)
                #expect(try await Self.trusts(port, new))
                #expect(await server.terminate() == 0)

                let plain = try await folder.start()
                let listed = try await plain.get(
                    "/v1/executions", headers: AccessTests.bearer(reader))
                let agents = listed.json["items"].array.compactMap(\.["agent"].string)
                #expect(agents.sorted() == ["gzip", "gzip", "plain", "plain"])
            }
        }

        /// Whether a client that trusts this certificate trusts the server.
        private static func trusts(_ port: Int, _ certificate: String) async throws -> Bool {
            let outcome = try await Program.run(
                try #require(Program.find("openssl")),
                [
                    "s_client", "-connect", "127.0.0.1:\(port)", "-alpn", "h2", "-CAfile",
                    certificate, "-verify_return_error",
                ])
            return outcome.exitCode == 0 && outcome.text.contains("ALPN protocol: h2")
        }
    }
}
