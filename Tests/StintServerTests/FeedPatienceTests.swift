import NIOCore
import NIOPosix
import StintModel
import StintStorage
import StintStorageTesting
import Testing

@testable import StintServer

/// Listeners that do not do their part.
@Suite struct FeedPatienceTests {
    /// Says this, and reads nothing unless told to.
    private static func connect(
        _ server: ServerUnderTest, _ text: String, reads: Bool
    ) async throws -> any Channel {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.autoRead, value: reads)
            .channelOption(.socketOption(.so_rcvbuf), value: 4_096)
            .connect(host: "127.0.0.1", port: server.port).get()
        try await channel.writeAndFlush(ByteBuffer(string: text))
        return channel
    }

    private static let events = "GET /v1/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
    private static let webSocket = """
        GET /v1/live HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n
        """

    private static func until(_ server: ServerUnderTest, _ line: String) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while try await !server.send("GET", "/metrics").body.contains(line) {
            try #require(ContinuousClock.now < deadline, "There is no \(line).")
        }
    }

    @Test func `who takes nothing is cut off, and who takes all is not`() async throws {
        var settings = ServerSettings()
        settings.connections.feedPatience = .seconds(1)
        try await ServerUnderTest.use(settings) { server in
            let slow = [
                try await Self.connect(server, Self.events, reads: false),
                try await Self.connect(server, Self.webSocket, reads: false),
            ]
            let good = try await Self.connect(server, Self.events, reads: true)
            try await Self.until(server, "stint_feed_listeners 3\n")
            // More than the kernel keeps for them.
            let text = String(repeating: "x", count: 30_000)
            for number in 0..<100 {
                let reply = try await server.send(
                    "POST", "/v1/events",
                    body: """
                        {"type":"execution.updated","execution":"e\(number)","summary":"\(text)",\
                        "at":"2026-11-20T12:00:00Z"}
                        """)
                #expect(reply.status == 200)
            }
            try await Self.until(
                server, "stint_connections_cut_total{reason=\"feed_stalled\"} 2\n")
            try await Self.until(server, "stint_feed_listeners 1\n")
            #expect(good.isActive)
            for channel in slow + [good] { try? await channel.close() }
            try await Self.until(server, "stint_feed_listeners 0\n")
        }
    }

    @Test func `a WebSocket that answers no ping is cut off, an event stream needs no answer`()
        async throws
    {
        var settings = ServerSettings()
        settings.connections.feedBeat = .milliseconds(1)
        try await ServerUnderTest.use(settings) { server in
            let silent = try await Self.connect(server, Self.webSocket, reads: true)
            let events = try await Self.connect(server, Self.events, reads: true)
            try await Self.until(server, "stint_feed_listeners 2\n")
            try await silent.closeFuture.get()
            try await Self.until(
                server, "stint_connections_cut_total{reason=\"feed_silent\"} 1\n")
            #expect(events.isActive)
            try await events.close()
        }
    }
}
