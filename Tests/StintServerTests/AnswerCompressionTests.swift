import AsyncHTTPClient
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import StintModel
import StintStorage
import StintStorageSQLite
import StintStorageTesting
import Testing

@testable import StintServer

/// Large answers to those who take them compressed.
@Suite struct AnswerCompressionTests {
    @Test(arguments: [
        ("gzip", true), ("deflate, gzip;q=1.0, *;q=0.5", true), ("*", true), ("GZIP", true),
        ("x-gzip", true), ("br", false), ("", false), ("gzip;q=0", false),
        ("gzip; q=0.0, *", false), ("*;q=0", false), ("gzipped", false),
    ])
    func `gzip is sent to whoever accepts it`(_ accepted: String, _ isTaken: Bool) {
        let head = HTTPRequest(
            method: .get, scheme: nil, authority: nil, path: "/",
            headerFields: [.acceptEncoding: accepted])
        let request = Request(head: head, body: .init(buffer: ByteBuffer()))
        #expect(AnswerCompression.isTaken(by: request) == isTaken)
    }

    @Test func `a compressed answer says the same, and is known by its tag`() async throws {
        try await ServerUnderTest.use { server in
            for path in ["/v1/executions?limit=500", "/openapi.json"] {
                let plain = try await server.send(
                    "GET", path, headers: [("Accept-Encoding", "identity")])
                #expect(plain.headers.first(name: "Content-Encoding") == nil)
                #expect(plain.headers.first(name: "Vary") == "Accept-Encoding")
                let packed = try await server.bytes(path, accepting: "gzip")
                #expect(packed.headers.first(name: "Content-Encoding") == "gzip")
                #expect(packed.body.readableBytes < plain.body.utf8.count / 3, "\(path)")
                let inflation = Inflation(limit: 1 << 24)
                var text = ByteBuffer()
                try inflation.inflate(packed.body, into: &text)
                try inflation.finish()
                #expect(String(buffer: text) == plain.body)

                if let tag = packed.headers.first(name: "ETag") {
                    #expect(tag.hasPrefix("W/"))
                    let again = try await server.send(
                        "GET", path, headers: [("If-None-Match", tag), ("Accept-Encoding", "gzip")])
                    #expect(again.status == 304)
                }
            }
        } preparing: { store in
            var fleet = SampleFleet(seed: 71)
            for _ in 0..<60 { _ = try await store.record(RecordingGroup(fleet.next())) }
        }
    }

    @Test func `what is small, has no body, or is a problem is sent as it is`() async throws {
        try await ServerUnderTest.use { server in
            for (method, path) in [
                ("GET", "/health/live"), ("HEAD", "/openapi.json"), ("GET", "/v1/executions/none"),
            ] {
                let reply = try await server.send(
                    method, path, headers: [("Accept-Encoding", "gzip")])
                #expect(reply.headers.first(name: "Content-Encoding") == nil, "\(method) \(path)")
            }
        }
    }

    @Test func `data are kept by nobody unless they say so`() async throws {
        try await ServerUnderTest.use { server in
            for (path, control) in [
                ("/v1/executions/none", "no-store"), ("/health/live", "no-store"),
                ("/metrics", "no-store"), ("/v1/keys", "no-store"),
                ("/v1/executions", "private, no-cache"), ("/v1/metrics", "private, no-cache"),
            ] {
                let reply = try await server.send("GET", path)
                #expect(reply.headers.first(name: "Cache-Control") == control, "\(path)")
            }
        }
    }
}

extension ServerUnderTest {
    /// What is sent, byte for byte.
    fileprivate func bytes(
        _ path: String, accepting encoding: String
    ) async throws -> (headers: HTTPHeaders, body: ByteBuffer) {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.headers.add(name: "Accept-Encoding", value: encoding)
        // The shared client would inflate it.
        let client = HTTPClient(configuration: .init(decompression: .disabled))
        let response = try await client.execute(request, timeout: .seconds(30))
        let body = try await response.body.collect(upTo: 64 << 20)
        try await client.shutdown()
        return (response.headers, body)
    }
}
