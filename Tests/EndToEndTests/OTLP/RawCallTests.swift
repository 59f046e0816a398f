import Foundation
import NIOCore
import NIOHPACK
import Testing

extension EndToEnd {
    /// Calls of gRPC of which a test says every byte.
    @Suite struct RawCallTests {
        /// A message of gzip, of which the last bytes lack.
        private static let cutGzip = framed(Gzip.members(of: Data(count: 64)).dropLast(12), flag: 1)

        @Test func `a message that is cut is refused, and holds nobody up`() async throws {
            try await StoreFolder.use { folder in
                let server = try await folder.start(GRPCTests.options)
                let port = try await folder.grpcPort
                let cut: [(name: String, encoding: String?, body: Data?)] = [
                    ("gzip", "gzip", Self.cutGzip),
                    ("message", nil, Self.framed(Data(count: 9)).dropLast()),
                    ("head", nil, Data(count: 3)), ("everything", nil, nil),
                ]
                for (name, encoding, body) in cut {
                    // As many as there are threads that a call could take with it.
                    for _ in 0..<8 {
                        let call = try RawCall(port: port)
                        call.begin(encoding: encoding, isWhole: body == nil)
                        if let body { call.send(body, isLast: true) }
                        #expect(try await call.status() == "3", "\(name)")
                    }
                }
                #expect(try await GRPCCaller(port: port).export([]).code == nil)
                #expect(try await server.figures()["stint_body_bytes"] == 0)
                #expect(await server.terminate() == 0)
            }
        }

        @Test func `what a caller leaves behind in the middle of a message is given back`()
            async throws
        {
            try await StoreFolder.use { folder in
                let server = try await folder.start(GRPCTests.options)
                let port = try await folder.grpcPort
                let half = Self.framed(Data(count: 10_000)).prefix(5_000)
                let (left, reset) = (try RawCall(port: port), try RawCall(port: port))
                for call in [left, reset] {
                    call.begin()
                    call.send(half)
                }
                try await server.until { $0["stint_body_bytes"] == 2 * 4_995 }
                reset.reset()
                try await server.until { $0["stint_body_bytes"] == 4_995 }
                left.close()
                try await server.until { $0["stint_body_bytes"] == 0 }
                #expect(try await GRPCCaller(port: port).export([]).code == nil)
                // One of them is still there, and does not answer the server's farewell.
                reset.begin(on: 3)
                let start = ContinuousClock.now
                #expect(await server.terminate() == 0)
                #expect(.now - start < .seconds(30))
            }
        }

        private static func framed(_ message: Data, flag: UInt8 = 0) -> Data {
            Data([flag]) + withUnsafeBytes(of: UInt32(message.count).bigEndian) { Data($0) }
                + message
        }
    }
}

/// One call on a connection of its own, in the frames of HTTP/2 (RFC 9113).
private final class RawCall: Sendable {
    private let connection: RawConnection

    private enum Kind: UInt8 {
        case data = 0
        case headers = 1
        case reset = 3
        case settings = 4
    }

    init(port: Int) throws {
        connection = try RawConnection(port: UInt16(port))
        connection.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        connection.send(Self.frame(.settings, of: 0, Data()))
    }

    /// - Parameter isWhole: Whether nothing follows.
    /// - Parameter stream: Another one for another call.
    func begin(encoding: String? = nil, isWhole: Bool = false, on stream: UInt8 = 1) {
        let service = "opentelemetry.proto.collector.trace.v1.TraceService"
        var head: HPACKHeaders = [
            ":method": "POST", ":scheme": "http", ":path": "/\(service)/Export",
            ":authority": "localhost", "te": "trailers", "content-type": "application/grpc",
        ]
        if let encoding { head.add(name: "grpc-encoding", value: encoding) }
        var encoder = HPACKEncoder(allocator: ByteBufferAllocator())
        var buffer = ByteBuffer()
        try? encoder.encode(headers: head, to: &buffer)
        // The head ends with it; and the call, where nothing follows.
        connection.send(
            Self.frame(.headers, isWhole ? 5 : 4, of: stream, Data(buffer.readableBytesView)))
    }

    func send(_ bytes: Data, isLast: Bool = false) {
        connection.send(Self.frame(.data, isLast ? 1 : 0, of: 1, bytes))
    }

    func reset() {
        connection.send(Self.frame(.reset, of: 1, Data([0, 0, 0, 8])))
    }

    func close() {
        connection.finishSending()
    }

    /// Listens until the call is answered.
    ///
    /// - Returns: `grpc-status`; `nil` where the server did not say one in time.
    func status() async throws -> String? {
        let deadline = ContinuousClock.now + .seconds(60)
        var decoder = HPACKDecoder(allocator: ByteBufferAllocator())
        var heard = Data()
        while ContinuousClock.now < deadline {
            guard let more = await connection.receive(within: .seconds(10)) else { return nil }
            heard += more
            while heard.count >= 9 {
                let head = [UInt8](heard.prefix(9))
                let end = 9 + Int(head[0]) << 16 + Int(head[1]) << 8 + Int(head[2])
                guard heard.count >= end else { break }
                let payload = heard.dropFirst(9).prefix(end - 9)
                heard = Data(heard.dropFirst(end))
                guard head[3] == Kind.headers.rawValue else { continue }
                var buffer = ByteBuffer(bytes: payload)
                let headers = try decoder.decodeHeaders(from: &buffer)
                if let status = headers.first(name: "grpc-status") { return status }
            }
        }
        return nil
    }

    private static func frame(
        _ kind: Kind, _ flags: UInt8 = 0, of stream: UInt8, _ payload: Data
    ) -> Data {
        let length = [16, 8, 0].map { UInt8(truncatingIfNeeded: payload.count >> $0) }
        return Data(length + [kind.rawValue, flags, 0, 0, 0, stream]) + payload
    }
}
