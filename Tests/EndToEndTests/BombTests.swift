import Foundation
import Testing

extension EndToEnd {
    /// Bodies that are small on the wire and large in memory, or slow to read.
    @Suite struct BombTests {
        struct Bomb: CustomTestStringConvertible {
            var testDescription: String
            var type = "application/json"
            var encoding: String?
            /// What is answered.
            var status: Int
            /// Fewer of those that are read whole, for the tests are built without optimisation.
            var count = 8
            var body: @Sendable () -> Data
        }

        static func repeated(_ text: String, _ count: Int) -> Data {
            Data(String(repeating: text, count: count).utf8)
        }

        static let bombs = [
            Bomb(testDescription: "arrays 100,000 deep", status: 400) { repeated("[", 100_000) },
            Bomb(testDescription: "objects 100,000 deep", status: 400) {
                repeated("{\"a\":", 100_000)
            },
            Bomb(testDescription: "a million keys", status: 200, count: 1) {
                Data("{".utf8) + repeated("\"key\":1,", 1_000_000) + Data("\"k\":1}".utf8)
            },
            Bomb(testDescription: "a million attributes", status: 200, count: 1) {
                Data("{\"type\":\"execution.started\",\"attributes\":{".utf8)
                    + Data((0..<1_000_000).map { "\"\($0)\":1" }.joined(separator: ",").utf8)
                    + Data("}}".utf8)
            },
            Bomb(testDescription: "a number of a million digits", status: 200, count: 2) {
                Data("{\"at\":".utf8) + repeated("9", 1_000_000) + Data("}".utf8)
            },
            Bomb(testDescription: "a million empty elements", status: 413) {
                Data("[".utf8) + repeated("[],", 1_000_000) + Data("[]]".utf8)
            },
            Bomb(
                testDescription: "a million empty lines", type: "application/x-ndjson", status: 200,
                count: 2
            ) { repeated("\n", 1_000_000) },
            Bomb(testDescription: "sixteen gibibytes as gzip", encoding: "gzip", status: 413) {
                Gzip.bomb
            },
            Bomb(testDescription: "gzip of gzip", encoding: "gzip", status: 400) {
                Gzip.members(of: Gzip.members(of: Data("[]".utf8)))
            },
            Bomb(testDescription: "gzip of a million members", encoding: "gzip", status: 400) {
                Gzip.empty(500_000)
            },
            Bomb(testDescription: "deflate of a window too large", encoding: "deflate", status: 400)
            { Data([0x88, 0x1C]) + repeated("a", 1_000) },
        ]

        @Test func `bombs do not go off, several at once`() async throws {
            try await RunningServer.serving { server in
                for bomb in Self.bombs {
                    let body = bomb.body()
                    let before = server.process.residentBytes
                    let start = ContinuousClock.now
                    try server.forgetPeak()
                    let statuses = try await withThrowingTaskGroup { group in
                        for _ in 0..<bomb.count {
                            group.addTask {
                                let connection = try RawConnection(server)
                                return await connection.post(
                                    body, type: bomb.type, encoding: bomb.encoding)
                            }
                        }
                        return try await group.reduce(into: Set<Int?>()) { $0.insert($1) }
                    }
                    #expect(statuses == [bomb.status], "\(bomb.testDescription)")
                    // Optimised it takes less than one.
                    #expect(.now - start < .seconds(60), "\(bomb.testDescription)")
                    // What is not compressed is held as it came, within the budget of all bodies.
                    let held = bomb.encoding == nil ? bomb.count * body.count : 0
                    let grown = server.process.peakBytes - before - held
                    #expect(grown < 64 << 20, "\(bomb.testDescription): \(grown >> 20) MiB")
                }
            }
        }

        @Test func `bodies together stay within their budget`() async throws {
            try await RunningServer.serving("--body-limit", "65536", "--bodies-limit", "65536") {
                server in
                let large = Self.repeated(" ", 48 << 10) + Data("[]".utf8)
                // Two of these are more than may be read at once; each is held back before its end.
                let first = try RawConnection(server)
                first.send(Self.head(length: large.count))
                first.send(large.dropLast())
                try await server.until { $0["stint_body_bytes"] == Double(large.count - 1) }
                let second = try RawConnection(server)
                let refused = await second.post(large, type: "application/json", encoding: nil)
                #expect(refused == 503)
                first.send(large.suffix(1))
                #expect(await first.hear(answers: 1).answers.map(\.status) == [200])
                try await server.until { $0["stint_body_bytes"] == 0 }
                #expect(
                    try await server.figures()["stint_problems_total{code=\"overloaded\"}"] == 1)
            }
        }

        private static func head(length: Int) -> String {
            "\(ProtocolTests.post)Content-Length: \(length)\r\n\r\n"
        }
    }
}

extension RawConnection {
    /// - Returns: The status, which may come before the body is sent; `nil` where none came.
    fileprivate func post(_ body: Data, type: String, encoding: String?) async -> Int? {
        send(
            "POST /v1/events HTTP/1.1\r\n\(EndToEnd.ProtocolTests.host)Content-Type: \(type)\r\n"
                + (encoding.map { "Content-Encoding: \($0)\r\n" } ?? "")
                + "Connection: close\r\nContent-Length: \(body.count)\r\n\r\n")
        send(body)
        return await hear(answers: 1, within: .seconds(60)).answers.first?.status
    }
}

/// gzip, written by hand: stored blocks for what is small, one block again and again for what is
/// large.
enum Gzip {
    private static let header = Data([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255])

    /// Many members of nothing: an empty block, its checksum and its length.
    static func empty(_ count: Int) -> Data {
        let member = header + Data([3, 0]) + Data(count: 8)
        return repeated(member, toAtLeast: count * member.count)
    }

    /// One member with a stored block. Its checksum is not that of the data; nobody gets to it
    /// before the data itself is refused.
    static func members(of data: Data) -> Data {
        let length = UInt16(data.count)
        var block = Data([1])
        for value in [length, ~length] { block += [UInt8(value & 0xFF), UInt8(value >> 8)] }
        return header + block + data + checksum(of: data)
            + [UInt8(length & 0xFF), UInt8(length >> 8), 0, 0]
    }

    /// 16 MiB that would be 16 GiB: a block of fixed codes that says a zero and then 258 times the
    /// byte before, over and over.
    static var bomb: Data {
        // Final bit 0, type 01, literal 0 (00110000), then length 258 (11000101) distance 1 (00000).
        var bits: [Bool] = [false, true, false]
        bits += [false, false, true, true, false, false, false, false]
        let again =
            [true, true, false, false, false, true, false, true] + Array(repeating: false, count: 5)
        // 8 repetitions of 13 bits are 13 bytes; 3 + 8 bits come before them.
        while bits.count % 8 != 0 { bits += again }
        var body = Data()
        for start in stride(from: 0, to: bits.count, by: 8) {
            body.append((0..<8).reduce(0) { $0 | (bits[start + $1] ? 1 << $1 : 0) })
        }
        var pattern = Data()
        let cycle = Array(repeating: again, count: 8).flatMap(\.self)
        for start in stride(from: 0, to: cycle.count, by: 8) {
            pattern.append((0..<8).reduce(0) { $0 | (cycle[start + $1] ? 1 << $1 : 0) })
        }
        return header + body + repeated(pattern, toAtLeast: 16_000_000)
    }

    private static func repeated(_ data: Data, toAtLeast count: Int) -> Data {
        var data = data
        while data.count < count { data += data }
        return data
    }

    /// CRC-32, bit by bit.
    private static func checksum(of data: Data) -> Data {
        var value = UInt32.max
        for byte in data {
            value ^= UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
        }
        return withUnsafeBytes(of: (~value).littleEndian) { Data($0) }
    }
}
