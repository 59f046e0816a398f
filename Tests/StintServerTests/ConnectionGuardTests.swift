import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import StintServer

/// Time is the channel's own here: it passes when a test says so.
@Suite struct ConnectionGuardTests {
    private let channel = EmbeddedChannel()
    private let metrics = ServerMetrics()
    private let post = "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"
    private let get = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n"

    init() throws {
        var limits = ConnectionLimits()
        limits.headTimeout = .seconds(10)
        limits.bodyTimeout = .seconds(30)
        limits.idleTimeout = .seconds(60)
        limits.bodyBytesPerWindow = 10_240
        limits.bodyWindow = .seconds(10)
        try channel.pipeline.syncOperations.addHandlers([
            HTTPResponseEncoder(), ByteToMessageHandler(HTTPRequestDecoder()),
            ConnectionGuard(limits: limits, bodyLimit: 1 << 20, metrics: metrics),
        ])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    /// What the peer says.
    private func hear(_ text: String) {
        _ = try? channel.writeInbound(ByteBuffer(string: text))
        channel.pipeline.read()
    }

    /// What the server says on its own behalf, and what it answers.
    private func said() throws -> String {
        var text = ""
        while let part = try channel.readOutbound(as: ByteBuffer.self) {
            text += String(buffer: part)
        }
        return text
    }

    private func pass(_ seconds: Int64) {
        channel.embeddedEventLoop.advanceTime(by: .seconds(seconds))
    }

    private func answer() throws {
        try channel.writeOutbound(
            HTTPServerResponsePart.head(
                .init(version: .http1_1, status: .ok, headers: ["content-length": "0"])))
        try channel.writeOutbound(HTTPServerResponsePart.end(nil))
    }

    @Test func `a head that trickles in is refused ten seconds after the opening`() throws {
        for byte in "GET /x HT" {
            hear(String(byte))
            pass(1)
        }
        #expect(try said().isEmpty)
        pass(1)
        #expect(try said().hasPrefix("HTTP/1.1 408 "))
        #expect(metrics.connectionsCut.values == ["slow_head": 1])
    }

    @Test func `a later head is timed from its first byte`() throws {
        hear(get)
        try answer()
        pass(50)
        hear("G")
        pass(9)
        hear("E")
        _ = try said()
        #expect(channel.isActive)
        pass(1)
        #expect(try said().hasPrefix("HTTP/1.1 408 "))
    }

    @Test func `a connection between requests is closed after the idle time, without a word`()
        throws
    {
        hear(get)
        try answer()
        _ = try said()
        pass(59)
        #expect(channel.isActive)
        pass(1)
        #expect(!channel.isActive)
        #expect(try said().isEmpty)
        #expect(metrics.connectionsCut.values == ["idle": 1])
    }

    @Test func `a body that comes steadily is given its whole time, and no more`() throws {
        hear(post)
        for _ in 0..<29 {
            hear(String(repeating: "a", count: 2_048))
            pass(1)
        }
        #expect(metrics.connectionsCut.values.isEmpty)
        pass(1)
        #expect(metrics.connectionsCut.values == ["slow_body": 1])
        #expect(throws: Problem.self) { try channel.throwIfErrorCaught() }
    }

    @Test func `a body slower than a kilobyte a second is cut after ten seconds`() throws {
        hear(post)
        for _ in 0..<10 {
            hear(String(repeating: "a", count: 1_000))
            pass(1)
        }
        #expect(metrics.connectionsCut.values == ["slow_body": 1])
        try answer()
        #expect(try said().contains("connection: close"))
        // It hears the peer out for a moment, then closes.
        pass(2)
        #expect(!channel.isActive)
    }

    @Test func `a sender is not slow where it was not asked for more`() throws {
        hear(post)
        // Parts are heard, but the reader asks for none.
        _ = try? channel.writeInbound(ByteBuffer(string: "a"))
        pass(29)
        #expect(metrics.connectionsCut.values.isEmpty)
        pass(1)
        #expect(metrics.connectionsCut.values == ["slow_body": 1])
    }

    @Test func `who does not take an answer is cut after the idle time`() throws {
        hear(get)
        channel.isWritable = false
        channel.pipeline.fireChannelWritabilityChanged()
        pass(59)
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
        pass(60)
        #expect(channel.isActive)
        channel.isWritable = false
        channel.pipeline.fireChannelWritabilityChanged()
        pass(60)
        #expect(!channel.isActive)
    }

    @Test func `a request that is being answered may take its time`() throws {
        hear(get)
        pass(3_600)
        #expect(channel.isActive)
        try answer()
        #expect(try said().hasPrefix("HTTP/1.1 200 "))
    }

    @Test func `a malformed request is answered after those before it`() throws {
        hear(get + "NONSENSE\r\n\r\n")
        #expect(try said().isEmpty)
        try answer()
        let answers = try said()
        #expect(answers.hasPrefix("HTTP/1.1 200 "))
        #expect(answers.contains("HTTP/1.1 400 "))
        #expect(answers.hasSuffix("}"))
    }

    @Test func `nothing is read after a request to change the protocol`() throws {
        hear("GET /x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
        hear(get)
        try answer()
        let answers = try said()
        #expect(answers.split(separator: "HTTP/1.1 ").count == 1)
        #expect(answers.contains("connection: close"))
        #expect(!channel.isActive)
    }

    @Test(arguments: [false, true])
    func `a long rest of a body ends the connection, a short one does not`(isLong: Bool) throws {
        let length = isLong ? 65_537 : 65_536
        hear("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: \(length)\r\n\r\n")
        try answer()
        #expect(try said().contains("connection: close") == isLong)
    }
}
