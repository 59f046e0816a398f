import NIOCore
import NIOHPACK
import NIOHTTP2

/// Watches one call while its message comes: how long that takes, and that the messages of all calls
/// together, and the bodies of HTTP, stay within their budget.
///
/// It stands where frames come in, before anything is gathered of them.
final class OTLPCallGuard: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    private let budget: BodyBudget
    private let timeout: Duration
    private var taken = 0
    private var deadline: Scheduled<Void>?
    private var isRefused = false

    /// - Parameter timeout: From the beginning of the call to the end of its message.
    init(budget: BodyBudget, timeout: Duration) {
        self.budget = budget
        self.timeout = timeout
    }

    func handlerAdded(context: ChannelHandlerContext) {
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(timeout)) {
            self.refuse(context, .deadlineExceeded, "The message took too long to come.")
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
        budget.giveBack(taken)
        taken = 0
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isRefused { return }
        let frame = unwrapInboundIn(data)
        switch frame {
        case .data(let part):
            do throws(Problem) {
                let bytes = part.data.readableBytes
                try budget.take(bytes)
                taken += bytes
            } catch {
                return refuse(context, .unavailable, error.detail)
            }
            if part.endStream { deadline?.cancel() }
        case .headers(let head) where head.endStream:
            deadline?.cancel()
        default: break
        }
        context.fireChannelRead(data)
    }

    /// The codes of gRPC that say so much.
    private enum Code: String {
        case deadlineExceeded = "4"
        case unavailable = "14"
    }

    /// Answers in place of the call, and ends it.
    private func refuse(_ context: ChannelHandlerContext, _ code: Code, _ message: String) {
        isRefused = true
        let trailers: HPACKHeaders = [
            ":status": "200", "content-type": "application/grpc", "grpc-status": code.rawValue,
            "grpc-message": message,
        ]
        context.writeAndFlush(
            wrapOutboundOut(.headers(.init(headers: trailers, endStream: true))), promise: nil)
        context.close(promise: nil)
    }
}
