import Foundation
import NIOHTTP1
import OTLPMessages
import SwiftProtobuf
import Testing

extension EndToEnd {
    /// How OTLP over HTTP is answered: an exporter sends again what 429, 502, 503 and 504 answer, and
    /// drops everything else.
    @Suite struct OTLPTests {
        static let protobuf = "application/x-protobuf"

        @Test(arguments: ["/v1/traces", "/v1/metrics", "/v1/logs", "/v1development/profiles"])
        func `success is the empty message of the request's form`(_ path: String) async throws {
            try await RunningServer.serving { server in
                for type in ["application/json", "application/json; charset=utf-8"] {
                    let reply = try await server.post(path, "{}", type: type)
                    #expect(reply.status == 200)
                    #expect(reply.header("Content-Type") == "application/json")
                    #expect(reply.json == [:])
                }
                for encoding in [nil, "gzip"] {
                    let body = encoding == nil ? Data() : Gzip.empty(2)
                    let reply = try await server.post(
                        path, body, type: Self.protobuf, encoding: encoding)
                    #expect(reply.status == 200)
                    #expect(reply.header("Content-Type") == Self.protobuf)
                    #expect(reply.data.isEmpty)
                }
            }
        }

        @Test func `a refusal is a status of the request's form`() async throws {
            try await RunningServer.serving("--event-limit", "3", "--body-limit", "65536") {
                server in
                let spans = try Data(
                    contentsOf: EndToEnd.fixtures.appending(path: "otlp-http-proto/ok/0000.bin"))
                let cases: [(body: Data, type: String, status: Int, code: Int)] = [
                    (Data([0xFF]), Self.protobuf, 400, 3),
                    (Data("{".utf8), "application/json", 400, 3),
                    (Data(#"{"resourceSpans":7}"#.utf8), "application/json", 400, 3),
                    (spans, Self.protobuf, 413, 3),
                    (Data(repeating: 32, count: 65_537), "application/json", 413, 3),
                    (spans, "text/plain", 415, 3),
                ]
                for (body, type, status, code) in cases {
                    let reply = try await server.post("/v1/traces", body, type: type)
                    #expect(reply.status == status)
                    if type == Self.protobuf {
                        #expect(reply.header("Content-Type") == Self.protobuf)
                        let refusal = try OTLPRefusalStatus(serializedBytes: reply.data)
                        #expect(refusal.code == code)
                        #expect(!refusal.message.isEmpty)
                    } else {
                        #expect(reply.header("Content-Type") == "application/json")
                        #expect(reply.json["code"] == .number(Double(code)))
                        #expect(reply.json["message"].string?.isEmpty == false)
                    }
                }
                let reply = try await server.post("/v1/traces?dance=1", "{}")
                #expect(reply.status == 400)
                #expect(reply.json["code"] == 3)
            }
        }

        @Test func `keys are asked for, and spans are counted as events`() async throws {
            try await StoreFolder.use { folder in
                let ingest = try await AccessTests.secret(folder, scope: "ingest")
                let reader = try await AccessTests.secret(folder, scope: "read")
                let server = try await folder.start([
                    "--retention", "36500d", "--rate-limit-ingest", "1",
                ])
                let spans = try Data(
                    contentsOf: EndToEnd.fixtures.appending(path: "otlp-http-proto/ok/0000.bin"))
                func send(_ key: String?) async throws -> Reply {
                    var headers = ["Content-Type": Self.protobuf]
                    headers["Authorization"] = key.map { "Bearer \($0)" }
                    return try await server.request(
                        .POST, "/v1/traces", headers: headers, body: spans)
                }
                for (key, status, code) in [(nil, 401, 16), (reader, 403, 7)] {
                    let reply = try await send(key)
                    #expect(reply.status == status)
                    #expect(try OTLPRefusalStatus(serializedBytes: reply.data).code == code)
                }
                #expect(try await send(ingest).status == 200)
                let reply = try await send(ingest)
                #expect(reply.status == 429)
                #expect(reply.header("Retry-After").flatMap { Int($0) } ?? 0 >= 1)
                #expect(try OTLPRefusalStatus(serializedBytes: reply.data).code == 8)
            }
        }

        @Test func `bodies that are small on the wire and large in memory do not go off`()
            async throws
        {
            let bombs: [(name: String, body: Data, type: String, status: Int)] = [
                (
                    "millions of empty messages",
                    Data(repeating: 0, count: 8 << 20).asEmptyMessages,
                    Self.protobuf, 413
                ),
                (
                    "millions of empty objects",
                    Data(#"{"resourceSpans":["#.utf8)
                        + BombTests.repeated("{},", 2_000_000) + Data("{}]}".utf8),
                    "application/json", 413
                ),
                ("messages 10,000 deep", Self.nested(10_000), Self.protobuf, 400),
                (
                    "a field of 2^31 bytes", Data([0x0A, 0x80, 0x80, 0x80, 0x80, 0x08]),
                    Self.protobuf, 400
                ),
            ]
            try await RunningServer.serving { server in
                for bomb in bombs {
                    let before = server.process.residentBytes
                    try server.forgetPeak()
                    try await withThrowingTaskGroup { group in
                        for _ in 0..<8 {
                            group.addTask {
                                let reply = try await server.post(
                                    "/v1/traces", bomb.body, type: bomb.type)
                                #expect(reply.status == bomb.status, "\(bomb.name)")
                            }
                        }
                        try await group.waitForAll()
                    }
                    let grown = server.process.peakBytes - before - 8 * bomb.body.count
                    #expect(grown < 64 << 20, "\(bomb.name): \(grown >> 20) MiB")
                }
            }
        }

        /// A value in an array in a value, so many times, as an attribute of a resource.
        private static func nested(_ levels: Int) -> Data {
            var bytes: [UInt8] = []
            func wrap(_ field: UInt8) {
                var length = bytes.count
                var head = [field << 3 | 2]
                repeat {
                    head.append(UInt8(length & 0x7F) | (length > 0x7F ? 0x80 : 0))
                    length >>= 7
                } while length > 0
                bytes = head + bytes
            }
            for _ in 0..<levels {
                wrap(1)
                wrap(5)
            }
            for field: UInt8 in [2, 1, 1, 1] { wrap(field) }
            return Data(bytes)
        }
    }
}

extension Data {
    /// Every two bytes an empty `ResourceSpans`.
    fileprivate var asEmptyMessages: Data {
        var bytes = self
        for index in Swift.stride(from: 0, to: count, by: 2) { bytes[index] = 0x0A }
        return bytes
    }
}

extension Reply {
    /// How many spans were refused, as the answer says in its own form; `nil` where it says nothing.
    var rejectedSpans: Int? {
        if let text = json["partialSuccess"]["rejectedSpans"].string { return Int(text) }
        guard let answer = try? OTLPTraceExportAnswer(serializedBytes: data),
            answer.hasPartialSuccess
        else { return nil }
        return Int(answer.partialSuccess.rejected)
    }
}
