import GRPCCore
import GRPCNIOTransportHTTP2Posix
import NIOCore
import NIOPosix
import NIOSSL

/// Accepts the connections of gRPC: as many as may be open, each shown the certificate that the server
/// has at that moment.
struct OTLPGRPCListener: HTTP2ServerTransport.ListenerFactory {
    /// The address is taken, or not this machine's, or not allowed.
    struct CannotListen: Error {
        let cause: any Error
    }

    let host: String
    let port: Int
    let certificate: ServerCertificate?
    /// Connections open at once, beside those of HTTP: an exporter keeps one.
    let limit: Int
    /// How long one may be silent.
    let silence: Duration
    /// How long one may stay once the server stops.
    let farewell: Duration
    let metrics: ServerMetrics
    let eventLoopGroup: any EventLoopGroup
    let onListening: @Sendable (_ port: Int) -> Void
    private let open = Gauge()

    init(
        host: String, port: Int, certificate: ServerCertificate?, limit: Int,
        silence: Duration, farewell: Duration, metrics: ServerMetrics,
        eventLoopGroup: any EventLoopGroup,
        onListening: @escaping @Sendable (_ port: Int) -> Void
    ) {
        self.host = host
        self.port = port
        self.certificate = certificate
        self.limit = limit
        self.silence = silence
        self.farewell = farewell
        self.metrics = metrics
        self.eventLoopGroup = eventLoopGroup
        self.onListening = onListening
    }

    func makeListeningChannel(
        listenerConfigurator: HTTP2ServerTransport.ListenerConfigurator,
        connectionConfigurator: HTTP2ServerTransport.ConnectionConfigurator
    ) async throws -> NIOAsyncChannel<
        HTTP2ServerTransport.ConnectionConfigurator.ConnectionChannel, Never
    > {
        let bootstrap = ServerBootstrap(group: eventLoopGroup)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .serverChannelInitializer { listenerConfigurator.configure(channel: $0) }
        do {
            let channel = try await bootstrap.bind(host: host, port: port) { connection in
                set(up: connection, connectionConfigurator)
            }
            onListening(channel.channel.localAddress?.port ?? 0)
            return channel
        } catch {
            throw CannotListen(cause: error)
        }
    }

    private func set(
        up connection: any Channel, _ configurator: HTTP2ServerTransport.ConnectionConfigurator
    ) -> EventLoopFuture<HTTP2ServerTransport.ConnectionConfigurator.ConnectionChannel> {
        metrics.connectionsAccepted.add()
        metrics.connectionsOpen.add(1)
        let isTooMany = open.add(1) > limit
        connection.closeFuture.whenComplete { [metrics, open] _ in
            metrics.connectionsOpen.add(-1)
            open.add(-1)
        }
        return connection.eventLoop.makeCompletedFuture {
            try connection.pipeline.syncOperations.addHandler(
                OTLPConnectionGuard(silence: silence, farewell: farewell))
            if let certificate {
                try connection.pipeline.syncOperations.addHandler(
                    NIOSSLServerHandler(context: certificate.grpcContext))
            }
        }.flatMap {
            configurator.configure(
                channel: connection,
                tls: certificate == nil ? .none : .configured(requireALPN: false))
        }.map { configured in
            // Exporters come again by themselves.
            if isTooMany {
                metrics.connectionsCut.add("too_many")
                connection.close(promise: nil)
            }
            return configured
        }
    }
}
