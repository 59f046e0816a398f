import HTTPTypes
import NIOCore
import NIOHTTP1

/// Watches over one connection: that it does not take too long, and that it ends well.
///
/// It stands next to the HTTP decoder, so it knows bytes from requests. Where the head of a request
/// is at fault it answers by itself, after the answers that are still due; where the body is, it
/// lets reading fail with the ``Problem``, which the route's answer then tells. After either, and
/// after an answer to a request whose body nobody wanted, the connection closes: first what is sent,
/// then, a little later, the rest, so that the answer is not lost on a sender that still talks.
///
/// Time costs next to nothing: one timer a connection, moved rarely, and deadlines as numbers.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// What of a request is on its way in.
    private enum Incoming { case nothing, head, body }
    /// How the connection comes to its end.
    private enum Ending { case none, flushing, lingering }

    private let limits: ConnectionLimits
    /// The largest body that is worth asking for.
    private let bodyLimit: Int
    private let metrics: ServerMetrics

    private var incoming = Incoming.nothing
    private var ending = Ending.none
    /// Whether no request has come yet.
    private var isFresh = true
    /// Whether the parts that come are passed on.
    private var isTaking = false
    /// Requests passed on whose answer has not ended.
    private var unanswered = 0
    /// Whether the last of these is the last of the connection.
    private var isLast = false
    /// Whether what follows the last request is another protocol, which nobody here will read.
    private var isForeign = false
    /// What is answered once all else is.
    private var refusal: Problem?

    /// Whether a part came since the last pause in reading.
    private var hasHeard = false
    private var isReadPending = false
    private var bodyEnd = NIODeadline.distantFuture
    private var windowBytes = 0
    /// What is to come of a body whose length was told.
    private var bodyRest: Int?

    private var deadline: NIODeadline?
    private var timer: (fires: NIODeadline, task: Scheduled<Void>)?

    init(limits: ConnectionLimits, bodyLimit: Int, metrics: ServerMetrics) {
        self.limits = limits
        self.bodyLimit = bodyLimit
        self.metrics = metrics
    }

    // MARK: Opening and closing

    func handlerAdded(context: ChannelHandlerContext) {
        setDeadline(in: limits.headTimeout, context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.task.cancel()
        timer = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline = nil
        timer?.task.cancel()
        timer = nil
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The server stops: the answer that is due says that it is the last.
        if event is ChannelShouldQuiesceEvent, unanswered > 0 { isLast = true }
        context.fireUserInboundEventTriggered(event)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .output else { return context.close(mode: mode, promise: promise) }
        promise?.succeed()
        if ending == .none { linger(context) }
    }

    // MARK: Requests

    func read(context: ChannelHandlerContext) {
        // What comes after the last request is left to the kernel.
        if isLast, incoming == .nothing, ending == .none { return }
        isReadPending = true
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        hasHeard = true
        switch unwrapInboundIn(data) {
        case .head(let head):
            guard !isLast, ending == .none else { return }
            take(head, data, context)
        case .body(let bytes):
            guard isTaking else { return }
            windowBytes += bytes.readableBytes
            bodyRest = bodyRest.map { $0 - bytes.readableBytes }
            context.fireChannelRead(data)
        case .end:
            guard isTaking else { return }
            isTaking = false
            incoming = .nothing
            deadline = nil
            context.fireChannelRead(data)
            if unanswered == 0 { setDeadline(in: limits.idleTimeout, context) }
        }
    }

    private func take(_ head: HTTPRequestHead, _ data: NIOAny, _ context: ChannelHandlerContext) {
        let facts = HeadFacts(head)
        if let problem = facts.fault(within: limits) {
            return refuse(with: problem, context)
        }
        unanswered += 1
        isFresh = false
        isTaking = true
        incoming = .body
        deadline = nil
        bodyEnd = context.eventLoop.now + TimeAmount(limits.bodyTimeout)
        bodyRest = facts.isChunked ? nil : facts.contentLength ?? 0
        isForeign = facts.isForeign
        isLast = !head.isKeepAlive || isForeign
        if facts.expectsContinue, unanswered == 1, bodyRest.map({ $0 <= bodyLimit }) ?? true {
            let head = HTTPResponseHead(version: .http1_1, status: .continue)
            context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReadPending = false
        if ending == .none {
            switch incoming {
            case .nothing where !hasHeard && !isLast:
                // Bytes came that are not a request yet. The first is timed from the opening on.
                incoming = .head
                if !isFresh { setDeadline(in: limits.headTimeout, context) }
            case .body where deadline == nil:
                beginWindow(context)
            case .nothing, .head, .body:
                break
            }
        }
        hasHeard = false
        context.fireChannelReadComplete()
        // Nobody else asks for what is only heard out.
        if ending == .lingering { context.read() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError, context.channel.isActive, ending == .none
        else { return context.fireErrorCaught(error) }
        if isTaking {
            fail(
                with: Problem(
                    .badRequest, "malformed_request",
                    "The body is cut short, or not chunked as HTTP says."), context)
        } else if !isLast {
            refuse(with: Problem(error), context)
        }
    }

    // MARK: Answers

    func write(
        context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?
    ) {
        switch unwrapOutboundIn(data) {
        case .head(var head) where head.status.code >= 200 && unanswered == 1:
            // A short rest is read and forgotten; a long one is not worth the connection.
            if incoming == .body, bodyRest.map({ $0 > 64 << 10 }) ?? true { isLast = true }
            guard isLast, refusal == nil else { return context.write(data, promise: promise) }
            head.headers.replaceOrAdd(name: "connection", value: "close")
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .end where unanswered == 1:
            unanswered = 0
            if let refusal {
                context.write(data, promise: promise)
                answer(refusal, context)
            } else if isLast {
                finish(with: data, promise: promise, context)
            } else {
                context.write(data, promise: promise)
                if incoming == .nothing { setDeadline(in: limits.idleTimeout, context) }
            }
        case .end:
            unanswered -= 1
            context.write(data, promise: promise)
        case .head, .body:
            context.write(data, promise: promise)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        // Who asks and does not take the answer is idle.
        if unanswered > 0, incoming == .nothing {
            deadline = nil
            if !context.channel.isWritable { setDeadline(in: limits.idleTimeout, context) }
        }
        context.fireChannelWritabilityChanged()
    }

    /// Ends reading for a fault in a head.
    private func refuse(with problem: Problem, _ context: ChannelHandlerContext) {
        metrics.connectionsCut.add(problem.code)
        incoming = .nothing
        isTaking = false
        isLast = true
        deadline = nil
        if unanswered == 0 { answer(problem, context) } else { refusal = problem }
    }

    /// Ends reading for a fault in a body, of which the route hears.
    private func fail(with problem: Problem, _ context: ChannelHandlerContext) {
        metrics.connectionsCut.add(problem.code)
        incoming = .nothing
        isTaking = false
        isLast = true
        deadline = nil
        context.fireErrorCaught(problem)
        // The answer came before the body.
        if unanswered == 0, ending == .none { linger(context) }
    }

    private func answer(_ problem: Problem, _ context: ChannelHandlerContext) {
        let body = problem.json(requestID: nil)
        let head = HTTPResponseHead(
            version: .http1_1, status: .init(statusCode: problem.status.code),
            headers: [
                "content-type": "application/problem+json", "content-length": "\(body.count)",
                "cache-control": "no-store", "x-content-type-options": "nosniff",
                "connection": "close",
            ])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
        finish(with: wrapOutboundOut(.end(nil)), promise: nil, context)
    }

    // MARK: Ending

    /// Sends the last part, then closes.
    private func finish(
        with data: NIOAny, promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext
    ) {
        ending = .flushing
        isTaking = false
        setDeadline(in: limits.idleTimeout, context)
        let promise = promise ?? context.eventLoop.makePromise()
        promise.futureResult.assumeIsolated().whenComplete { _ in self.linger(context) }
        context.writeAndFlush(data, promise: promise)
    }

    /// Says no more, and hears the peer out for a moment: closing at once would reset the
    /// connection, and what was sent might not arrive (RFC 9112 §9.6).
    private func linger(_ context: ChannelHandlerContext) {
        guard ending != .lingering, context.channel.isActive else { return }
        ending = .lingering
        isTaking = false
        guard !isForeign else { return context.close(promise: nil) }
        context.close(mode: .output, promise: nil)
        setDeadline(in: .seconds(2), context)
        context.read()
    }

    // MARK: Time

    private func setDeadline(in duration: Duration, _ context: ChannelHandlerContext) {
        setDeadline(context.eventLoop.now + TimeAmount(duration), context)
    }

    private func setDeadline(_ deadline: NIODeadline, _ context: ChannelHandlerContext) {
        self.deadline = deadline
        // A timer that fires earlier looks again then.
        if let timer {
            if timer.fires <= deadline { return }
            timer.task.cancel()
        }
        let task = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
            self.timer = nil
            guard let deadline = self.deadline else { return }
            if context.eventLoop.now < deadline {
                self.setDeadline(deadline, context)
            } else {
                self.expire(context)
            }
        }
        timer = (deadline, task)
    }

    private func beginWindow(_ context: ChannelHandlerContext) {
        windowBytes = 0
        let end = context.eventLoop.now + TimeAmount(limits.bodyWindow)
        setDeadline(min(bodyEnd, end), context)
    }

    private func expire(_ context: ChannelHandlerContext) {
        deadline = nil
        switch incoming {
        case _ where ending != .none:
            context.close(promise: nil)
        case .nothing:
            metrics.connectionsCut.add("idle")
            context.close(promise: nil)
        case .head:
            refuse(
                with: Problem(
                    .requestTimeout, "slow_head",
                    "The request's head took longer than \(limits.headTimeout)."), context)
        case .body:
            // A sender is not slow where we have not asked for more.
            let isSlow = isReadPending && windowBytes < limits.bodyBytesPerWindow
            guard isSlow || context.eventLoop.now >= bodyEnd else { return beginWindow(context) }
            fail(
                with: Problem(
                    .requestTimeout, "slow_body",
                    "The body took longer than \(limits.bodyTimeout), or less than "
                        + "\(limits.bodyBytesPerWindow) bytes came of it in \(limits.bodyWindow)."),
                context)
        }
    }
}
