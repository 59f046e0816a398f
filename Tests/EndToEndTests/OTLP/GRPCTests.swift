import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Testing

extension EndToEnd {
    /// OTLP over gRPC, which is let in, refused and recorded as OTLP over HTTP is.
    @Suite struct GRPCTests {
        static let options = ["--otlp-grpc-port", "0", "--retention", "36500d"]

        @Test func `a trace is recorded, compressed or not, and the rest is taken and dropped`()
            async throws
        {
            try await StoreFolder.use { folder in
                let server = try await folder.start(Self.options)
                var caller = GRPCCaller(port: try await folder.grpcPort)
                for (name, algorithm) in [("ok", CompressionAlgorithm.none), ("error", .gzip)] {
                    caller.compression = algorithm
                    let fixture = try FixtureCase("otlp-grpc/\(name)")
                    for message in fixture.messages {
                        let outcome = try await caller.export(Array(message.body))
                        #expect(outcome.code == nil, "\(outcome)")
                        #expect(outcome.bytes.isEmpty)
                    }
                    for claim in fixture.expected["executions"].array {
                        let shown = try await server.execution(claim["id"].string ?? "").json
                        expectExecution(shown, claim, fixture.name)
                    }
                }
                for service in ["metrics.v1.MetricsService", "logs.v1.LogsService"] {
                    #expect(try await caller.export([0x0A, 0x00], to: service).code == nil)
                }
                #expect(await server.terminate() == 0)
            }
        }

        @Test func `what cannot be taken is refused, and not for another try`() async throws {
            try await StoreFolder.use { folder in
                _ = try await folder.start(
                    Self.options + ["--body-limit", "65536", "--event-limit", "2"])
                let caller = GRPCCaller(port: try await folder.grpcPort)
                let bad = try await caller.export([0xFF, 0xFF, 0xFF])
                #expect(bad.code == .invalidArgument)
                #expect(bad.message.contains("protobuf"))
                let partial = try await caller.export(
                    Array(try FixtureCase("otlp-invalid/zero-ids").messages[0].body))
                #expect(partial.code == .invalidArgument, "It holds four spans.")
                let large = try await caller.export([UInt8](repeating: 0, count: 65_537))
                #expect(large.code == .invalidArgument)
                #expect(large.retryDelay == nil)
                let unknown = try await caller.export([], to: "dance.v1.DanceService")
                #expect(unknown.code == .unimplemented)
                #expect(try await caller.export([]).code == nil)
            }
        }

        @Test func `keys are asked for, and counted`() async throws {
            try await StoreFolder.use { folder in
                let ingest = try await AccessTests.secret(folder, scope: "ingest")
                let reader = try await AccessTests.secret(folder, scope: "read")
                _ = try await folder.start(Self.options + ["--rate-limit-ingest", "1"])
                var caller = GRPCCaller(port: try await folder.grpcPort)
                #expect(try await caller.export([]).code == .unauthenticated)
                caller.key = "rubbish"
                #expect(try await caller.export([]).code == .unauthenticated)
                caller.key = reader
                #expect(try await caller.export([]).code == .permissionDenied)
                caller.key = ingest
                let body = Array(try FixtureCase("otlp-grpc/ok").messages[0].body)
                #expect(try await caller.export(body).code == nil)
                // It paid for more spans than a second gives.
                let refused = try await caller.export(body)
                #expect(refused.code == .resourceExhausted)
                #expect(refused.retryDelay ?? 0 >= 1, "\(refused)")
            }
        }

        @Test func `a port that is taken costs gRPC and nothing else`() async throws {
            try await StoreFolder.use { first in
                _ = try await first.start(Self.options)
                let port = try await first.grpcPort
                try await StoreFolder.use { second in
                    let server = try await second.start(["--otlp-grpc-port", "\(port)"])
                    try await second.untilLogged("There is no OTLP/gRPC", within: .seconds(30))
                    #expect(try await server.get("/health/ready").status == 200)
                    #expect(await server.terminate() == 0)
                }
            }
        }

        @Test(.enabled(if: Program.find("openssl") != nil, "openssl is not installed."))
        func `it speaks TLS where the server does`() async throws {
            try await StoreFolder.use { folder in
                let certificate = try await TLSTests.Certificate(in: folder.url, named: "grpc")
                _ = try await folder.start(Self.options + certificate.options)
                let port = try await folder.grpcPort
                let caller = GRPCCaller(
                    port: port,
                    security: .tls {
                        $0.trustRoots = .certificates([
                            .file(path: certificate.certificate, format: .pem)
                        ])
                    })
                #expect(try await caller.export([]).code == nil)
            }
        }
    }
}
