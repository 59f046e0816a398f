import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOWebSocket
import StintFeed
import StintModel

/// One listener: takes its connection over once the answer to its request has begun, and tells it
/// the news until it leaves.
///
/// The request came through the router like any other. This handler stands in wait beside the guard
/// while it is answered; it holds the end of the answer back, and from there on the connection is
/// the feed's: no task waits and no timer runs for it, it acts when the loop calls it.
final class FeedConnection: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private enum Stage { case waiting, open, ended }

    let form: FeedForm
    let filter: FeedFilter
    /// By what it was let in.
    let identity: Identity
    var workspace: Workspace { identity.workspace }
    /// Up to where it was told; `nil` where it said something that is no position.
    private(set) var position: FeedPosition?
    private let isNew: Bool
    /// Whether it still waits for its first figures.
    private(set) var awaitsUpdate = true

    private let live: LiveFeed
    private var loop: FeedLoop?
    private var context: ChannelHandlerContext?
    private var stage = Stage.waiting
    /// Figures that could not be sent yet: the newest.
    private var update: FeedUpdate?

    private var beatAt = NIODeadline.distantFuture
    private var unansweredPings = 0
    /// Bytes handed to the connection, the most of them that the peer has taken so far, and since
    /// when it has taken no more.
    private var written = 0
    private var taken = 0
    private var takenAt = NIODeadline.distantFuture

    /// Pings that may go without a pong.
    private static let mostUnanswered = 2
    /// Listeners have nothing to say; what they say is read and forgotten.
    private static let largestFrame = 4 << 10
    /// Bytes that the kernel holds for a listener: beyond, it is told the newest state, not old news.
    private static let socketBytes: SocketOptionValue = 128 << 10

    /// - Parameter since: What it was told last; `nil` of who wants to hear of what is to come.
    init(
        _ form: FeedForm, _ identity: Identity, _ filter: FeedFilter, since: String?, live: LiveFeed
    ) {
        self.form = form
        self.identity = identity
        self.filter = filter
        self.live = live
        position = since.flatMap { FeedPosition(text: $0) }
        isNew = since == nil
    }

    // MARK: Taking over

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let newest = live.feed.join(workspace, agent: filter.agent)
        if isNew { position = newest }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        leave()
        self.context = nil
    }

    func write(
        context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?
    ) {
        switch (stage, unwrapOutboundIn(data)) {
        case (.waiting, .head(let head)):
            context.write(data, promise: promise)
            // Something else is answered.
            if head.status != .ok && head.status != .switchingProtocols { leave() }
        case (.waiting, .end):
            promise?.succeed()
            begin(context)
        case (.open, _):
            promise?.succeed()
        case (.waiting, .body), (.ended, _):
            context.write(data, promise: promise)
        }
    }

    private func begin(_ context: ChannelHandlerContext) {
        stage = .open
        let pipeline = context.pipeline.syncOperations
        do {
            let requests = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            let guarding = try pipeline.handler(type: ConnectionGuard.self)
            pipeline.removeHandler(requests, promise: nil)
            pipeline.removeHandler(guarding, promise: nil)
            if form == .webSocket {
                context.flush()
                let answers = try pipeline.handler(type: HTTPResponseEncoder.self)
                pipeline.removeHandler(answers, promise: nil)
                try pipeline.addHandler(
                    ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: Self.largestFrame)),
                    position: .before(self))
            }
            try? context.channel.syncOptions?.setOption(
                .socketOption(.so_sndbuf), value: Self.socketBytes)
        } catch {
            return context.close(promise: nil)
        }
        loop = live.loop(on: context.eventLoop)
        loop?.add(self)
        live.metrics.feedListeners.add(1)
        let now = context.eventLoop.now
        beatAt = now + TimeAmount(live.limits.feedBeat)
        takenAt = now
        if let greeting = form.greeting { send(greeting) }
        context.flush()
        catchUp()
        live.welcome(workspace, agent: filter.agent)
        if form == .webSocket { context.read() }
    }

    // MARK: Telling

    /// Tells whatever is new, unless the listener has more than enough to take already.
    func catchUp() {
        guard stage == .open, let context, let loop, context.channel.isWritable else { return }
        if let messages = loop.messages(for: self) {
            position = messages.position
            if let bytes = messages.bytes {
                live.metrics.feedTold.add(messages.count)
                if messages.isReset { live.metrics.feedResets.add() }
                send(bytes)
                context.flush()
            }
        }
        guard let update, context.channel.isWritable else { return }
        self.update = nil
        awaitsUpdate = false
        live.metrics.feedTold.add()
        send(update.message(in: form, at: position))
        context.flush()
    }

    /// Figures older than these are not sent any more.
    func take(_ update: FeedUpdate) {
        self.update = update
        catchUp()
    }

    private func send(_ bytes: ByteBuffer) {
        written += bytes.readableBytes
        switch form {
        case .events: context?.write(wrapOutboundOut(.body(.byteBuffer(bytes))), promise: nil)
        case .webSocket: context?.write(NIOAny(bytes), promise: nil)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if stage == .open { catchUp() }
        context.fireChannelWritabilityChanged()
    }

    // MARK: Time

    /// To be called about once a second.
    func tick(at now: NIODeadline) {
        guard stage == .open, let context else { return }
        let waiting =
            (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        if waiting == 0 || written - waiting > taken {
            taken = written - waiting
            takenAt = now
        } else if now - takenAt >= TimeAmount(live.limits.feedPatience) {
            return cut("feed_stalled")
        }
        guard now >= beatAt else { return }
        beatAt = now + TimeAmount(live.limits.feedBeat)
        if form == .webSocket {
            guard unansweredPings < Self.mostUnanswered else { return cut("feed_silent") }
            unansweredPings += 1
        }
        guard context.channel.isWritable else { return }
        send(form.heartbeat)
        context.flush()
    }

    private func cut(_ reason: String) {
        live.metrics.connectionsCut.add(reason)
        leave()
        context?.close(promise: nil)
    }

    // MARK: Hearing

    func read(context: ChannelHandlerContext) {
        // Nothing that follows the request of a feed of events is for us.
        if stage == .open, form == .events { return }
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch stage {
        case .waiting: context.fireChannelRead(data)
        case .open where form == .webSocket: hear(unwrapInboundIn(data))
        case .open, .ended: break
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        if stage == .open, form == .webSocket { context.read() }
    }

    private func hear(_ frame: WebSocketFrame) {
        // RFC 6455 §5.1 and §5.2: who masks nothing, or uses what was not agreed on, is cut off.
        guard frame.maskKey != nil, !frame.rsv1, !frame.rsv2, !frame.rsv3 else {
            return end(.protocolError)
        }
        switch frame.opcode {
        case .text, .continuation: break
        case .binary: end(.unacceptableData)
        case .pong: unansweredPings = 0
        case .ping:
            guard let context, context.channel.isWritable else { return }
            send(WebSocketFrames.pong(frame.unmaskedData))
            context.flush()
        case .connectionClose: end(.normalClosure)
        default: end(.protocolError)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard stage == .open else { return context.fireErrorCaught(error) }
        switch error {
        case NIOWebSocketError.invalidFrameLength: end(.messageTooLarge)
        case is NIOWebSocketError: end(.protocolError)
        default:
            leave()
            context.close(promise: nil)
        }
    }

    // MARK: Ending

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard stage == .open else { return context.fireUserInboundEventTriggered(event) }
        switch event {
        case is ChannelShouldQuiesceEvent: end(.goingAway)
        // Who will say no more has left.
        case ChannelEvent.inputClosed:
            leave()
            context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        // For the server's own part the answer is complete; the feed goes on.
        guard stage == .open, mode == .output else {
            return context.close(mode: mode, promise: promise)
        }
        promise?.succeed()
    }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    /// Says goodbye, as far as that can be said at once, and closes.
    func end(_ code: WebSocketErrorCode) {
        guard stage == .open, let context else { return }
        leave()
        switch form {
        case .events: context.write(wrapOutboundOut(.end(nil)), promise: nil)
        case .webSocket: context.write(NIOAny(WebSocketFrames.close(code)), promise: nil)
        }
        context.flush()
        context.close(promise: nil)
    }

    private func leave() {
        guard stage != .ended else { return }
        if stage == .open {
            loop?.remove(self)
            live.metrics.feedListeners.add(-1)
        }
        stage = .ended
        loop = nil
        update = nil
        live.feed.leave(workspace, agent: filter.agent)
    }
}
