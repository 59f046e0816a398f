import NIOCore
import NIOEmbedded
import Testing

@testable import StintServer

/// Time is the channel's own here: it passes when a test says so.
@Suite struct OTLPConnectionGuardTests {
    private let channel = EmbeddedChannel()

    init() throws {
        try channel.pipeline.syncOperations.addHandler(
            OTLPConnectionGuard(silence: .seconds(60), farewell: .seconds(6)))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    private func pass(_ seconds: Int64) {
        channel.embeddedEventLoop.advanceTime(by: .seconds(seconds))
    }

    @Test func `a connection of which nothing is heard is closed`() throws {
        pass(59)
        try channel.writeInbound(ByteBuffer(string: "a"))
        #expect(try channel.readInbound(as: ByteBuffer.self) == ByteBuffer(string: "a"))
        pass(59)
        #expect(channel.isActive)
        pass(1)
        #expect(!channel.isActive)
    }

    @Test func `a connection that stays when the server stops is closed, whatever it says`() throws
    {
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        for _ in 0..<5 {
            pass(1)
            try channel.writeInbound(ByteBuffer(string: "a"))
            channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
        #expect(channel.isActive)
        pass(1)
        #expect(!channel.isActive)
    }
}
