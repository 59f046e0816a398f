import NIOCore

/// Closes a connection of gRPC that is silent for too long, or that stays when the server stops.
///
/// grpc-swift bids such a connection farewell and then waits for its answer, for ever: a client that is
/// stopped, or beyond a network that is cut, would keep its place and hold up the server's end.
/// It stands next to the socket, so that a handshake which never ends is no exception.
final class OTLPConnectionGuard: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let silence: TimeAmount
    private let farewell: TimeAmount
    private var heard = NIODeadline.uptimeNanoseconds(0)
    private var timer: Scheduled<Void>?
    private var isStopping = false

    /// - Parameters:
    ///   - silence: How long nothing may come.
    ///   - farewell: How long it may stay once the server stops.
    init(silence: Duration, farewell: Duration) {
        self.silence = TimeAmount(silence)
        self.farewell = TimeAmount(farewell)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        heard = context.eventLoop.now
        watch(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        heard = context.eventLoop.now
        context.fireChannelRead(data)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent, !isStopping {
            isStopping = true
            timer?.cancel()
            timer = context.eventLoop.assumeIsolated().scheduleTask(in: farewell) {
                context.close(promise: nil)
            }
        }
        context.fireUserInboundEventTriggered(event)
    }

    private func watch(_ context: ChannelHandlerContext) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: heard + silence) {
            if context.eventLoop.now - self.heard < self.silence {
                self.watch(context)
            } else {
                context.close(promise: nil)
            }
        }
    }
}
