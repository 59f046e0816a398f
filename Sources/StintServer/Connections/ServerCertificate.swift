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
    private let current: Mutex<NIOSSLContext>

    /// - Throws: Where a file cannot be read, or the key is not the certificate's.
    init(_ files: CertificateFiles) throws {
        self.files = files
        current = Mutex(try Self.read(files))
    }

    var context: NIOSSLContext { current.withLock(\.self) }

    /// Reads the files again. Connections that are open go on with what they have.
    ///
    /// - Throws: As at the start; the old certificate stays then.
    func reload() throws {
        let context = try Self.read(files)
        current.withLock { $0 = context }
    }

    private static func read(_ files: CertificateFiles) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(files.certificate)
                .map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: files.key, format: .pem)))
        configuration.minimumTLSVersion = .tlsv12
        // How long a peer may take to say goodbye in turn.
        configuration.shutdownTimeout = .seconds(2)
        configuration.applicationProtocols = ["http/1.1"]
        return try NIOSSLContext(configuration: configuration)
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
