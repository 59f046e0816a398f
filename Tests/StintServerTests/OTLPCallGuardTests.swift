import NIOCore
import NIOEmbedded
import NIOHPACK
import NIOHTTP2
import Testing

@testable import StintServer

/// What of a call is handed on to gRPC, and what is refused before.
@Suite struct OTLPCallGuardTests {
    private let channel = EmbeddedChannel()
    private let metrics = ServerMetrics()
    private static let message = Array("a message that is long enough to be cut anywhere".utf8)

    init() throws {
        try channel.pipeline.syncOperations.addHandler(
            OTLPCallGuard(
                budget: BodyBudget(limit: 4_096, metrics: metrics), bodyBytes: 1_024,
                timeout: .seconds(30)))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    // MARK: What the caller sends

    private func begin(encoding: String? = nil, end: Bool = false) throws {
        var head: HPACKHeaders = [":method": "POST", "content-type": "application/grpc"]
        if let encoding { head.add(name: "grpc-encoding", value: encoding) }
        try channel.writeInbound(
            HTTP2Frame.FramePayload.headers(.init(headers: head, endStream: end)))
    }

    private func send(_ bytes: [UInt8], end: Bool = false) throws {
        try channel.writeInbound(
            HTTP2Frame.FramePayload.data(
                .init(data: .byteBuffer(ByteBuffer(bytes: bytes)), endStream: end)))
    }

    private static func framed(
        _ message: [UInt8], flag: UInt8 = 0, length: Int? = nil
    ) -> [UInt8] {
        let length = UInt32(length ?? message.count)
        return [flag] + withUnsafeBytes(of: length.bigEndian) { Array($0) } + message
    }

    // MARK: What comes of it

    /// The bytes that were handed on.
    private func handedOn() throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let frame = try channel.readInbound(as: HTTP2Frame.FramePayload.self) {
            if case .data(let part) = frame, case .byteBuffer(let buffer) = part.data {
                bytes += buffer.readableBytesView
            }
        }
        return bytes
    }

    /// The code and the details of the refusal; `nil` where there is none.
    private func refusal() throws -> (code: String, details: String?)? {
        guard let frame = try channel.readOutbound(as: HTTP2Frame.FramePayload.self),
            case .headers(let head) = frame
        else { return nil }
        #expect(head.endStream)
        return (
            head.headers.first(name: "grpc-status") ?? "",
            head.headers.first(name: "grpc-status-details-bin")
        )
    }

    @Test(arguments: [nil, "gzip", "deflate"], [1, 2, 4, 5, 6, 7, 1_000])
    func `a message is handed on as it was before it was compressed, however it comes`(
        _ encoding: String?, _ size: Int
    ) throws {
        let body =
            switch encoding {
            case nil: Self.framed(Self.message)
            case let encoding?:
                Self.framed(
                    InflationTests.deflated(Self.message, encoding == "gzip" ? .gzip : .zlib),
                    flag: 1)
            }
        try begin(encoding: encoding)
        for start in stride(from: 0, to: body.count, by: size) {
            let end = min(start + size, body.count)
            try send(Array(body[start..<end]), end: end == body.count)
        }
        #expect(try handedOn() == Self.framed(Self.message))
        #expect(try refusal() == nil)
        #expect(metrics.bodyBytes.value > 0)
        _ = try channel.finish()
        #expect(metrics.bodyBytes.value == 0)
    }

    @Test func `what is compressed by a call may come as it is`() throws {
        try begin(encoding: "gzip")
        try send(Self.framed(Self.message), end: true)
        #expect(try handedOn() == Self.framed(Self.message))
    }

    @Test(arguments: [
        ("more than it says", framed(message, length: 7), nil, false),
        ("less than it says", framed(message, length: 70), nil, true),
        ("nothing of it", [0, 0, 0], nil, true),
        ("two of them", framed(message) + framed(message), nil, true),
        ("compressed in a way that is not said", framed(gzip, flag: 1), nil, false),
        ("compressed in no way there is", framed(gzip, flag: 2), "gzip", false),
        ("no gzip", framed(message, flag: 1), "gzip", false),
        ("gzip cut short", framed(Array(gzip.dropLast(12)), flag: 1), "gzip", true),
        ("gzip of nothing at all", framed([], flag: 1), "gzip", true),
        ("too large", framed([], length: 1_025), nil, false),
        ("too large by far", framed([], length: 1 << 31), nil, false),
        ("too large once inflated", framed(large, flag: 1), "gzip", true),
    ])
    func `a message that is not what it says is refused for good`(
        _ name: String, _ body: [UInt8], _ encoding: String?, _ end: Bool
    ) throws {
        try begin(encoding: encoding)
        try send(body, end: end)
        let refusal = try refusal()
        #expect(refusal?.code == "3")
        #expect(!channel.isActive)
        // A caller who is still sending is told that it need not, which is no other answer.
        var resets: [HTTP2ErrorCode] = []
        while case .rstStream(let code)? = try channel.readOutbound(
            as: HTTP2Frame.FramePayload.self)
        {
            resets.append(code)
        }
        #expect(resets == (end ? [] : [.noError]))
        channel.embeddedEventLoop.run()
        #expect(metrics.bodyBytes.value == 0)
    }

    private static let gzip = InflationTests.deflated(message)
    private static let large = InflationTests.deflated([UInt8](repeating: 7, count: 1_025))

    @Test func `a message of the greatest size is taken`() throws {
        let largest = [UInt8](repeating: 7, count: 1_024)
        try begin(encoding: "gzip")
        try send(Self.framed(InflationTests.deflated(largest), flag: 1), end: true)
        #expect(try handedOn() == Self.framed(largest))
    }

    @Test func `a call without a message, or with something behind it, is refused`() throws {
        try begin(end: true)
        #expect(try refusal()?.code == "3")
        let other = try OTLPCallGuardTests()
        try other.begin()
        try other.send(Self.framed(Self.message))
        try other.begin(end: true)
        #expect(try other.refusal()?.code == "3")
    }

    @Test func `what finds no room may be sent again, and is told when`() throws {
        metrics.bodyBytes.add(4_090)
        try begin()
        try send(Self.framed(Self.message))
        let refusal = try refusal()
        #expect(refusal?.code == "14")
        #expect(refusal?.details?.isEmpty == false)
        _ = try? channel.finish()
        #expect(metrics.bodyBytes.value == 4_090)
    }

    @Test func `a message that trickles in is refused in time`() throws {
        try begin()
        for byte in Self.framed(Self.message).prefix(20) {
            try send([byte])
            channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        }
        #expect(try refusal() == nil)
        channel.embeddedEventLoop.advanceTime(by: .seconds(10))
        #expect(try refusal()?.code == "4")
        #expect(!channel.isActive)
    }

    @Test func `a call that was answered is not answered again, and ends in time`() throws {
        try begin()
        try channel.writeOutbound(
            HTTP2Frame.FramePayload.headers(
                .init(headers: [":status": "200", "grpc-status": "16"], endStream: true)))
        #expect(try refusal()?.code == "16")
        try send([9, 9, 9, 9, 9, 9], end: true)
        #expect(try refusal() == nil)
        #expect(try handedOn() == [])
        channel.embeddedEventLoop.advanceTime(by: .seconds(31))
        #expect(try refusal() == nil)
        #expect(!channel.isActive)
    }
}
