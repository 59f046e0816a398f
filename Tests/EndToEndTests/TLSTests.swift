import Foundation
import Testing

extension EndToEnd {
    /// TLS of the server's own, asked by a client that is not ours.
    @Suite(.enabled(if: Program.find("openssl") != nil && Program.find("curl") != nil))
    struct TLSTests {
        /// A certificate for localhost that signs for itself, and its key.
        struct Certificate {
            let certificate: String
            let key: String

            init(in folder: URL, named name: String) async throws {
                certificate = folder.appending(path: "\(name).pem").path
                key = folder.appending(path: "\(name)-key.pem").path
                let made = try await Program.run(
                    try #require(Program.find("openssl")),
                    [
                        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                        "-nodes", "-days", "2", "-subj", "/CN=\(name)", "-addext",
                        "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out",
                        certificate,
                    ])
                try #require(made.exitCode == 0, "\(made.errors)")
            }

            var options: [String] { ["--tls-certificate", certificate, "--tls-key", key] }

            /// Lays this one where another was.
            func replace(_ other: Certificate) throws {
                for (from, to) in [(certificate, other.certificate), (key, other.key)] {
                    try Data(contentsOf: URL(filePath: from)).write(
                        to: URL(filePath: to), options: .atomic)
                }
            }
        }

        /// - Returns: What `curl` says, headers included; its exit code is 60 where it does not
        ///   trust the certificate.
        private func curl(
            _ server: RunningServer, trusting authority: String, _ options: [String] = []
        ) async throws -> Program.Outcome {
            try await Program.run(
                try #require(Program.find("curl")),
                ["-sS", "-i", "--max-time", "10", "--cacert", authority] + options
                    + ["\(server.url)/health/live"])
        }

        @Test func `it speaks TLS 1.2 and later, and says so to browsers`() async throws {
            try await StoreFolder.use { folder in
                let certificate = try await Certificate(in: folder.url, named: "first")
                let server = try await folder.start(certificate.options)
                #expect(server.url.hasPrefix("https://"))
                let trusted = certificate.certificate
                for options in [[], ["--tls-max", "1.2"], ["--tlsv1.3"]] {
                    let answer = try await curl(server, trusting: trusted, options)
                    #expect(answer.exitCode == 0, "\(answer.errors)")
                    #expect(answer.text.hasPrefix("HTTP/1.1 200 "))
                    #expect(
                        answer.text.lowercased().contains("strict-transport-security: max-age="))
                }
                let old = try await curl(
                    server, trusting: trusted,
                    ["--tlsv1.0", "--tls-max", "1.1", "--ciphers", "DEFAULT:@SECLEVEL=0"])
                #expect(old.exitCode == 35)
                // Plain HTTP on that port is no request, and harms nobody.
                let plain = try await server.talk(ProtocolTests.get)
                #expect(plain.answers.isEmpty)
                #expect(plain.isClosed)
            }
        }

        @Test func `a certificate is changed under way, and a bad one is not taken`() async throws {
            try await StoreFolder.use { folder in
                let first = try await Certificate(in: folder.url, named: "first")
                let second = try await Certificate(in: folder.url, named: "second")
                let kept = folder.url.appending(path: "kept.pem").path
                try Data(contentsOf: URL(filePath: first.certificate))
                    .write(to: URL(filePath: kept))
                let server = try await folder.start(first.options)
                // Open before the change, and in use after it.
                let held = try await OpenTLS(server, trusting: kept)
                #expect(await held.ask().hasPrefix("HTTP/1.1 200 "))

                try Data("no certificate".utf8).write(to: URL(filePath: first.certificate))
                server.send(SIGHUP)
                try await folder.untilLogged("The new certificate cannot be used")
                #expect(try await curl(server, trusting: kept).exitCode == 0)

                try second.replace(first)
                server.send(SIGHUP)
                try await folder.untilLogged("The certificate was read again")
                #expect(try await curl(server, trusting: second.certificate).exitCode == 0)
                #expect(try await curl(server, trusting: kept).exitCode == 60)
                #expect(await held.ask().hasPrefix("HTTP/1.1 200 "))
                await held.close()
                #expect(await server.terminate() == 0)
            }
        }

        @Test func `a certificate that cannot be shown keeps it from starting`() async throws {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let one = try await Certificate(in: folder.url, named: "one")
            let other = try await Certificate(in: folder.url, named: "other")
            for options in [
                ["--tls-certificate", one.certificate], ["--tls-key", one.key],
                ["--tls-certificate", one.certificate, "--tls-key", other.key],
                ["--tls-certificate", "/nowhere", "--tls-key", one.key],
            ] {
                let store = folder.url.appending(path: "store").path
                let outcome = try await Program.run(
                    Program.stint,
                    [
                        "serve", "--store", "sqlite:\(store)", "--port", "0", "--otlp-grpc-port",
                        "off",
                    ] + options)
                #expect(outcome.exitCode != 0)
                #expect(outcome.errors.contains("certificate"), "\(outcome.errors)")
                #expect(!FileManager.default.fileExists(atPath: store))
            }
        }
    }
}

/// One TLS connection that stays open, held by `openssl s_client`.
private final class OpenTLS: Sendable {
    private let program: Program
    private let input = Pipe()
    private let output = Pipe()

    init(_ server: RunningServer, trusting authority: String) async throws {
        program = try Program(
            try #require(Program.find("openssl")),
            [
                "s_client", "-quiet", "-verify_return_error", "-CAfile", authority, "-connect",
                "127.0.0.1:\(server.port)",
            ], input: input.fileHandleForReading, output: output, errors: .nullDevice)
    }

    /// - Returns: The answer, to the end of its body.
    func ask() async -> String {
        input.fileHandleForWriting.write(Data(EndToEnd.ProtocolTests.get.utf8))
        let reading = output.fileHandleForReading
        return await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                var answer = Data()
                while !answer.contains(UInt8(ascii: "}")) {
                    let part = reading.availableData
                    if part.isEmpty { break }
                    answer += part
                }
                continuation.resume(returning: String(decoding: answer, as: UTF8.self))
            }
        }
    }

    func close() async {
        program.send(SIGKILL)
        _ = await program.exitCode()
    }
}
