import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A server on a free port of this machine that answers as a test tells it to.
final class TestServer: Sendable {
    struct Request: Sendable {
        var method: String
        /// Path and query as they were sent.
        var target: String
        /// By name in small letters.
        var headers: [String: String]
        var body: String
    }

    struct Answer: Sendable {
        var status = 200
        var headers: [(String, String)] = []
        var body = ""
        /// Bytes that are announced after the body and never come.
        var missingBytes = 0
    }

    let url: String
    private let channel: any Channel
    private let log: RequestLog

    /// Every request so far, in the order of arrival.
    var requests: [Request] { log.requests.withLock(\.self) }

    private init(channel: any Channel, log: RequestLog) {
        self.channel = channel
        self.log = log
        url = "http://127.0.0.1:\(channel.localAddress?.port ?? 0)"
    }

    /// Serves for as long as the body runs.
    ///
    /// - Parameter answer: Is given the number of the request, from 0.
    static func serving(
        _ answer: @escaping @Sendable (Int, Request) -> Answer,
        _ body: (TestServer) async throws -> Void
    ) async throws {
        let log = RequestLog()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(
                        Handler(log: log, answer: answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = TestServer(channel: channel, log: log)
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(server))
        } catch {
            result = .failure(error)
        }
        try await channel.close().get()
        try result.get()
    }
}

private final class RequestLog: Sendable {
    let requests = Mutex<[TestServer.Request]>([])
}

private final class Handler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let log: RequestLog
    private let answer: @Sendable (Int, TestServer.Request) -> TestServer.Answer
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()

    init(
        log: RequestLog, answer: @escaping @Sendable (Int, TestServer.Request) -> TestServer.Answer
    ) {
        self.log = log
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body.clear()
        case .body(var bytes):
            body.writeBuffer(&bytes)
        case .end:
            guard let head else { return }
            let request = TestServer.Request(
                method: head.method.rawValue, target: head.uri,
                headers: Dictionary(
                    head.headers.map { ($0.name.lowercased(), $0.value) }
                ) { "\($0), \($1)" },
                body: String(buffer: body))
            let number = log.requests.withLock { requests in
                requests.append(request)
                return requests.count - 1
            }
            let answer = answer(number, request)
            var headers = HTTPHeaders(answer.headers)
            headers.add(
                name: "Content-Length", value: String(answer.body.utf8.count + answer.missingBytes))
            let status = HTTPResponseStatus(statusCode: answer.status)
            context.write(
                wrapOutboundOut(.head(.init(version: .http1_1, status: status, headers: headers))),
                promise: nil)
            context.write(
                wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: answer.body)))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
