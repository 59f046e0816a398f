import GRPCCore
import GRPCNIOTransportHTTP2Posix
import GRPCProtobuf
import HTTPTypes
import Logging
import NIOCore
import NIOPosix
import OTLPMessages
import ServiceLifecycle

/// OTLP over gRPC, on a port of its own: what is sent there means what it means over HTTP, and is let
/// in, bounded and refused by the same rules.
///
/// Where the port is taken it says so in the log and serves nothing: what comes over HTTP matters more.
struct OTLPGRPCServer: Service {
    private typealias Transport = HTTP2ServerTransport.Custom<OTLPGRPCListener>

    let host: String
    /// 0 takes a free one.
    let port: Int
    let ingest: OTLPIngest
    let access: AccessControl
    let budget: BodyBudget
    /// The most bytes of a message, after decompression.
    let bodyBytes: Int
    let limits: ConnectionLimits
    let certificate: ServerCertificate?
    let eventLoops: MultiThreadedEventLoopGroup
    let logger: Logger

    func run() async throws {
        let listener = OTLPGRPCListener(
            host: host, port: port, certificate: certificate, limit: max(1, limits.open / 4),
            silence: limits.idleTimeout + Self.grace, farewell: Self.grace * 2,
            metrics: metrics, eventLoopGroup: eventLoops
        ) { [host, logger] port in
            logger.notice("OTLP/gRPC on \(host.contains(":") ? "[\(host)]" : host):\(port)")
        }
        let server = GRPCServer(
            transport: Transport(listenerFactory: listener, config: config), router: router)
        do {
            try await withGracefulShutdownHandler {
                try await server.serve()
            } onGracefulShutdown: {
                server.beginGracefulShutdown()
            }
        } catch let error as RuntimeError where error.cause is OTLPGRPCListener.CannotListen {
            logger.warning(
                "There is no OTLP/gRPC: \(host):\(port) cannot be listened on.",
                metadata: ["error": "\(error.cause.map { "\($0)" } ?? "")"])
            // A service that returned would stop the others.
            try? await gracefulShutdown()
        } catch let error as RuntimeError where error.code == .serverIsStopped {
            // It was asked to stop before it began.
        }
    }

    private var metrics: ServerMetrics { ingest.metrics }

    /// How long calls may take that are open when their connection is to end.
    private static let grace = Duration.seconds(3)

    private var config: Transport.Config {
        var config = Transport.Config.defaults
        // What callers are told. Messages come here inflated (``OTLPCallMessage``).
        config.compression.enabledAlgorithms = [.gzip, .deflate]
        config.connection.maxIdleTime = limits.idleTimeout
        config.connection.maxGraceTime = Self.grace
        // An exporter may ask whether the server is there as often as exporters do.
        config.connection.keepalive.clientBehavior = .init(
            minPingIntervalWithoutCalls: .seconds(10), allowWithoutCalls: true)
        config.http2.maxConcurrentStreams = 100
        config.http2.targetWindowSize = 256 << 10
        config.rpc.maxRequestPayloadSize = bodyBytes
        config.channelDebuggingCallbacks.onAcceptHTTP2Stream = {
            [budget, bodyBytes, limits] channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(
                    OTLPCallGuard(
                        budget: budget, bodyBytes: bodyBytes, timeout: limits.bodyTimeout),
                    position: .first)
            }
        }
        return config
    }

    // MARK: Methods

    /// What OpenTelemetry calls the services, less what all of them begin with.
    private static let dropped = [
        "metrics.v1.MetricsService", "logs.v1.LogsService",
        "profiles.v1development.ProfilesService",
    ]

    private var router: RPCRouter<Transport> {
        var router = RPCRouter<Transport>()
        add("trace.v1.TraceService", to: &router) { message, identity, allowance in
            let (submission, outcome) = try message.body.withUnsafeReadableBytes {
                (bytes) throws(Problem) in
                try ingest.read(bytes, as: .protobuf, of: identity.workspace, allowance)
            }
            try await ingest.record(submission, outcome)
            return outcome.message
        }
        for name in Self.dropped {
            add(name, to: &router) { _, _, allowance in
                try allowance?.take(1)
                return OTLPTraceExportAnswer()
            }
        }
        return router
    }

    private func add(
        _ name: String, to router: inout RPCRouter<Transport>,
        _ export:
            @escaping @Sendable (OTLPGRPCMessage, Identity, Allowance?) async throws ->
            OTLPTraceExportAnswer
    ) {
        router.registerHandler(
            forMethod: MethodDescriptor(
                fullyQualifiedService: "opentelemetry.proto.collector.\(name)", method: "Export"),
            deserializer: OTLPGRPCMessage.Reading(),
            serializer: ProtobufSerializer<OTLPTraceExportAnswer>()
        ) { request, context in
            try await answer(request, context, name, export)
        }
    }

    /// Lets the caller in, then takes its message: what a stranger sends is not looked at.
    private func answer(
        _ request: StreamingServerRequest<OTLPGRPCMessage>, _ context: ServerContext,
        _ name: String,
        _ export: (OTLPGRPCMessage, Identity, Allowance?) async throws -> OTLPTraceExportAnswer
    ) async throws -> StreamingServerResponse<OTLPTraceExportAnswer> {
        let start = ContinuousClock.now
        var status = HTTPResponse.Status.ok
        defer {
            metrics.count(
                route: "grpc \(name)", method: .post, status: status, latency: .now - start)
        }
        do {
            let (identity, allowance) = try await access.admit(
                authorization: request.metadata[stringValues: "authorization"].first { _ in true },
                from: Self.address(of: context.remotePeer), to: .ingest)
            let answer = try await export(try await message(of: request), identity, allowance)
            return StreamingServerResponse(single: ServerResponse(message: answer))
        } catch let error as RPCError {
            status = .badRequest
            throw error
        } catch {
            if !(error is Problem), !(error is RecorderError) {
                logger.error("A call failed", metadata: ["error": "\(error)"])
            }
            let problem = Problem(error)
            metrics.problems.add(problem.code)
            status = problem.status
            throw problem.rpcStatus
        }
    }

    /// - Throws: ``RPCError`` where the call broke off, or was refused while it came: nobody hears it.
    private func message(
        of request: StreamingServerRequest<OTLPGRPCMessage>
    ) async throws(RPCError) -> OTLPGRPCMessage {
        do {
            for try await message in request.messages { return message }
        } catch {}
        throw RPCError(code: .cancelled, message: "The call ended before its message was whole.")
    }

    /// The address in `ipv4:127.0.0.1:31415` or `ipv6:[::1]:443`, as ``RequestScope/address``.
    static func address(of peer: String) -> String {
        let place = peer.drop { $0 != ":" }.dropFirst()
        let host = place.lastIndex(of: ":").map { place[..<$0] } ?? place
        return RequestScope.network(of: String(host.filter { $0 != "[" && $0 != "]" }))
    }
}

/// The bytes of a message, which are read once its sender is let in.
struct OTLPGRPCMessage: Sendable {
    let body: ByteBuffer

    struct Reading: MessageDeserializer {
        func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) -> OTLPGRPCMessage {
            bytes.withUnsafeBytes { OTLPGRPCMessage(body: ByteBuffer(bytes: $0)) }
        }
    }
}
