import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL

/// Sets up a connection that was accepted: TLS where the server has a certificate, HTTP, and the
/// guard over both.
struct ConnectionChannel: ServerChildChannel {
    private let http: HTTP1Channel
    private let limits: ConnectionLimits
    private let bodyLimit: Int
    private let certificate: ServerCertificate?
    private let metrics: ServerMetrics

    init(
        responder: @escaping HTTPChannelHandler.Responder, limits: ConnectionLimits,
        bodyLimit: Int, certificate: ServerCertificate?, metrics: ServerMetrics
    ) {
        var configuration = HTTP1Channel.Configuration()
        configuration.httpDecoder = .init(
            maxHeaderFieldSize: limits.headBytes, maxHeaderListSize: limits.headBytes,
            maxHeaderFieldCount: limits.headFields)
        http = HTTP1Channel(responder: responder, configuration: configuration)
        self.limits = limits
        self.bodyLimit = bodyLimit
        self.certificate = certificate
        self.metrics = metrics
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        channel.eventLoop.makeCompletedFuture {
            if let certificate {
                try channel.pipeline.syncOperations.addHandler(
                    NIOSSLServerHandler(context: certificate.context))
            }
        }.flatMap {
            http.setup(channel: channel, logger: logger)
        }.flatMapThrowing { connection in
            let pipeline = channel.pipeline.syncOperations
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandler(
                ConnectionGuard(limits: limits, bodyLimit: bodyLimit, metrics: metrics),
                position: .after(decoder))
            return connection
        }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await http.handle(value: value, logger: logger)
    }
}
