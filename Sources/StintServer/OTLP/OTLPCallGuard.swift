import GRPCCore
import GRPCProtobuf
import HTTPTypes
import NIOCore
import NIOHPACK
import NIOHTTP2

/// Watches one call while its message comes: how long that takes, that it is a message, and that the
/// messages of all calls together, and the bodies of HTTP, stay within their budget.
///
/// It stands where frames come in, before anything is gathered of them, and hands the message on
/// without compression.
final class OTLPCallGuard: ChannelDuplexHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = HTTP2Frame.FramePayload
    typealias OutboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    private let budget: BodyBudget
    private let bodyBytes: Int
    private let timeout: Duration
    /// `nil` before the head of the call has come.
    private var message: OTLPCallMessage?
    private var taken = 0
    private var deadline: Scheduled<Void>?
    /// Whether the caller has said everything.
    private var isWhole = false
    /// What still comes after the answer is passed over.
    private var isAnswered = false

    /// - Parameters:
    ///   - bodyBytes: The most bytes of the message, after decompression.
    ///   - timeout: From the beginning of the call to the end of its message.
    init(budget: BodyBudget, bodyBytes: Int, timeout: Duration) {
        self.budget = budget
        self.bodyBytes = bodyBytes
        self.timeout = timeout
    }

    func handlerAdded(context: ChannelHandlerContext) {
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(timeout)) {
            self.refuse(
                context,
                Problem(.requestTimeout, "slow_body", "The message took too long to come."))
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
        budget.giveBack(taken)
        taken = 0
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isAnswered { return }
        do throws(Problem) {
            if let frame = try handedOn(unwrapInboundIn(data)) {
                context.fireChannelRead(wrapInboundOut(frame))
            }
        } catch {
            refuse(context, error)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .headers(let head) = unwrapOutboundIn(data), head.endStream { isAnswered = true }
        context.write(data, promise: promise)
    }

    /// - Returns: The frame as it is handed on; `nil` while there is nothing to hand on.
    private func handedOn(
        _ frame: HTTP2Frame.FramePayload
    ) throws(Problem) -> HTTP2Frame.FramePayload? {
        switch frame {
        case .headers(let head):
            isWhole = head.endStream
            return .headers(try begun(head))
        case .data(var part):
            isWhole = part.endStream
            guard case .byteBuffer(let bytes) = part.data, let ready = try message?.take(bytes)
            else { return frame }
            let held = message?.bytes ?? 0
            try budget.take(held - taken)
            taken = held
            if part.endStream {
                try message?.finish()
                deadline?.cancel()
            } else if ready.readableBytes == 0 {
                return nil
            }
            part.data = .byteBuffer(ready)
            return .data(part)
        default: return frame
        }
    }

    /// Reads the head of the call.
    private func begun(
        _ head: HTTP2Frame.FramePayload.Headers
    ) throws(Problem) -> HTTP2Frame.FramePayload.Headers {
        guard message == nil else {
            throw Problem(.badRequest, "malformed_body", "Nothing comes after the message.")
        }
        // What is no call of gRPC is refused by its library.
        let type = head.headers.first(name: "content-type") ?? ""
        guard type.hasPrefix("application/grpc") else { return head }
        let encoding = head.headers.first(name: "grpc-encoding")
        let message = OTLPCallMessage(encoding: encoding, limit: bodyBytes)
        if head.endStream { try message.finish() }
        self.message = message
        var head = head
        // The library refuses others, and says which are known.
        if let encoding, OTLPCallMessage.inflates(encoding) {
            head.headers.remove(name: "grpc-encoding")
        }
        return head
    }

    /// Answers in place of the call, and ends it.
    private func refuse(_ context: ChannelHandlerContext, _ problem: Problem) {
        if !isAnswered {
            isAnswered = true
            budget.metrics.problems.add(problem.code)
            let status = problem.rpcStatus
            var trailers: HPACKHeaders = [
                ":status": "200", "content-type": "application/grpc",
                "grpc-status": "\(status.rpcErrorCode.rawValue)",
                "grpc-message": status.rpcErrorMessage,
            ]
            for (name, value) in status.rpcErrorMetadata {
                trailers.add(name: name, value: value.encoded())
            }
            context.writeAndFlush(
                wrapOutboundOut(.headers(.init(headers: trailers, endStream: true))), promise: nil)
        }
        // Closing alone says that the call is cancelled, which some take for the answer (RFC 9113, 8.1).
        if !isWhole {
            context.writeAndFlush(wrapOutboundOut(.rstStream(.noError)), promise: nil)
        }
        context.close(promise: nil)
    }
}
