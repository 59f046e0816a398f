import ArgumentParser
import NIOSSL
import StintModel

/// Which server a command talks to, and how long it waits for an answer.
struct ServerOptions: ParsableArguments {
    @OptionGroup var place: ServerPlace

    @Option(
        help: ArgumentHelp(
            "How long to wait for the server, as in 30s or 2m.", valueName: "span"))
    var timeout = ServerPlace.timeout

    var url: String? { place.url }

    func client(_ console: Console) throws -> ServerClient {
        try place.client(console, timeout: timeout)
    }
}

/// Where the server is. The key comes from the environment alone: a flag would show it to everybody
/// who lists processes.
struct ServerPlace: ParsableArguments {
    /// How long an answer is waited for where nobody says.
    static let timeout = SpanArgument(text: "30s", span: .seconds(30))

    @Option(
        help: ArgumentHelp(
            "The server (default: $STINT_URL, else \(ServerAddress.standard)).",
            valueName: "address"))
    var url: String?

    @Option(
        help: ArgumentHelp(
            """
            Whom to trust for the server's certificate, as PEM, instead of those the system knows. \
            (STINT_CA_FILE)
            """, valueName: "file"))
    var caFile: String?

    func client(
        _ console: Console, timeout: SpanArgument = ServerPlace.timeout
    ) throws -> ServerClient {
        let named = console.environment["STINT_URL"].flatMap { $0.isEmpty ? nil : $0 }
        let text = url ?? named ?? ServerAddress.standard
        guard let address = ServerAddress(text) else {
            throw CommandFailure.wrongArguments(
                "'\(text)' is not the address of a server",
                next: "Give one as \(ServerAddress.standard), with --url or STINT_URL.")
        }
        let key = console.environment["STINT_KEY"].flatMap { $0.isEmpty ? nil : $0 }
        if let key, !key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
            throw CommandFailure.wrongArguments(
                "STINT_KEY holds characters that no key has",
                next: "Look for a blank or a line break in it.")
        }
        let trusted =
            caFile ?? console.environment["STINT_CA_FILE"].flatMap { $0.isEmpty ? nil : $0 }
        if let trusted, (try? NIOSSLCertificate.fromPEMFile(trusted))?.isEmpty ?? true {
            throw CommandFailure.wrongArguments(
                "\(trusted) holds no certificate as PEM", next: "See --ca-file.")
        }
        return ServerClient(address: address, key: key, timeout: timeout.span, trusted: trusted)
    }
}
