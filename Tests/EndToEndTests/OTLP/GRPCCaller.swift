import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix

/// Calls a server as exporters of gRPC do, with a client that is not ours.
struct GRPCCaller {
    typealias Transport = HTTP2ClientTransport.Posix

    var port: Int
    var security = Transport.TransportSecurity.plaintext
    var key: String?
    var compression = CompressionAlgorithm.none

    /// What a call came to.
    struct Outcome: Sendable {
        /// `nil` where it succeeded.
        var code: RPCError.Code?
        var message = ""
        /// Seconds that it is asked to wait; `nil` where nothing was said.
        var retryDelay: Double?
        /// The message of the answer.
        var bytes: [UInt8] = []
    }

    /// - Parameter service: Less what the names of all begin with.
    func export(
        _ message: [UInt8], to service: String = "trace.v1.TraceService"
    ) async throws -> Outcome {
        var options = CallOptions.defaults
        options.compression = compression
        options.timeout = .seconds(60)
        options.waitForReady = true
        options.maxRequestMessageBytes = 64 << 20
        let descriptor = MethodDescriptor(
            fullyQualifiedService: "opentelemetry.proto.collector.\(service)", method: "Export")
        let transport = try Transport(
            target: .ipv4(address: "127.0.0.1", port: port), transportSecurity: security,
            config: .defaults {
                $0.compression.enabledAlgorithms = [.gzip]
                $0.http2.authority = "localhost"
            })
        var metadata = Metadata()
        if let key { metadata.addString("Bearer \(key)", forKey: "authorization") }
        return try await withGRPCClient(transport: transport) { [options, metadata] client in
            try await client.unary(
                request: ClientRequest(message: message, metadata: metadata),
                descriptor: descriptor, serializer: Bytes(), deserializer: Bytes(),
                options: options
            ) { response in
                switch response.accepted {
                case .success(let contents):
                    switch contents.message {
                    case .success(let bytes): return Outcome(bytes: bytes)
                    case .failure(let error): return Outcome(error)
                    }
                case .failure(let error): return Outcome(error)
                }
            }
        }
    }

    /// Messages as they are.
    private struct Bytes: MessageSerializer, MessageDeserializer {
        func serialize<Bytes: GRPCContiguousBytes>(_ message: [UInt8]) -> Bytes { Bytes(message) }

        func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) -> [UInt8] {
            bytes.withUnsafeBytes { Array($0) }
        }
    }
}

extension GRPCCaller.Outcome {
    fileprivate init(_ error: RPCError) {
        code = error.code
        message = error.message
        retryDelay = error.metadata[binaryValues: "grpc-status-details-bin"].first { _ in true }
            .flatMap(Self.retryDelay)
    }

    /// The delay in a `google.rpc.Status` that holds a `RetryInfo`: whole seconds are the first field
    /// of its innermost message.
    private static func retryDelay(in status: [UInt8]) -> Double? {
        let name = Array("type.googleapis.com/google.rpc.RetryInfo".utf8)
        guard let place = status.firstRange(of: name) else { return nil }
        // The value of `Any`, `retry_delay`, `seconds`: two bytes of tag and length each.
        let rest = status[place.upperBound...].dropFirst(4)
        return rest.first == 0x08 ? rest.dropFirst().first.map(Double.init) : nil
    }
}

extension StoreFolder {
    /// The port of OTLP/gRPC, as the log says it.
    var grpcPort: Int {
        get async throws {
            let mark = "OTLP/gRPC on 127.0.0.1:"
            try await untilLogged(mark, within: .seconds(30))
            let rest = try logged.split(separator: mark).last ?? ""
            guard let port = Int(rest.prefix { $0.isNumber }) else { throw NeverLogged(text: mark) }
            return port
        }
    }
}
