import Foundation
import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle
import Synchronization
import UnixSignals

/// Where the certificate and its key lie, each a PEM file.
public struct CertificateFiles: Hashable, Sendable {
    /// The server's own certificate first, then those between it and one that clients know.
    public var certificate: String
    public var key: String

    public init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}

/// The certificate that new connections are shown.
final class ServerCertificate: Sendable {
    private let files: CertificateFiles
    private struct Contexts {
        var http: NIOSSLContext
        var grpc: NIOSSLContext
    }

    private let current: Mutex<Contexts>

    /// - Throws: Where a file cannot be read, or the key is not the certificate's.
    init(_ files: CertificateFiles) throws {
        self.files = files
        current = Mutex(try Self.read(files))
    }

    /// For connections that speak HTTP/1.1.
    var context: NIOSSLContext { current.withLock(\.http) }
    /// For connections that speak gRPC, over HTTP/2.
    var grpcContext: NIOSSLContext { current.withLock(\.grpc) }

    /// Reads the files again. Connections that are open go on with what they have.
    ///
    /// - Throws: As at the start; the old certificate stays then.
    func reload() throws {
        let contexts = try Self.read(files)
        current.withLock { $0 = contexts }
    }

    /// What is wrong with one of the files.
    struct Unusable: Error, CustomStringConvertible {
        let description: String
    }

    private static func read(_ files: CertificateFiles) throws -> Contexts {
        for file in [files.certificate, files.key]
        where !FileManager.default.isReadableFile(atPath: file) {
            throw Unusable(description: "\(file) is not there, or cannot be read.")
        }
        guard let chain = try? NIOSSLCertificate.fromPEMFile(files.certificate), !chain.isEmpty
        else { throw Unusable(description: "\(files.certificate) holds no certificate as PEM.") }
        guard let key = try? NIOSSLPrivateKey(file: files.key, format: .pem) else {
            throw Unusable(description: "\(files.key) holds no private key as PEM.")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        // How long a peer may take to say goodbye in turn.
        configuration.shutdownTimeout = .seconds(2)
        do {
            configuration.applicationProtocols = ["http/1.1"]
            let http = try NIOSSLContext(configuration: configuration)
            configuration.applicationProtocols = ["h2"]
            return Contexts(http: http, grpc: try NIOSSLContext(configuration: configuration))
        } catch {
            throw Unusable(
                description: "\(files.key) is not the key of \(files.certificate) (\(error)).")
        }
    }
}

/// Reads the certificate again at each SIGHUP.
struct CertificateReload: Service {
    let certificate: ServerCertificate
    let logger: Logger

    func run() async {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            do {
                try certificate.reload()
                logger.notice("The certificate was read again.")
            } catch {
                logger.error(
                    "The new certificate cannot be used; the old one stays.",
                    metadata: ["error": "\(error)"])
            }
        }
    }
}
