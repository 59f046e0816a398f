import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// What a server answered.
struct Reply: Sendable {
    var status: Int
    var headers: HTTPHeaders
    var data: Data

    /// The body as JSON; null where it is none.
    var json: JSON { (try? JSON(data)) ?? .null }

    func header(_ name: String) -> String? { headers.first(name: name) }
}

extension RunningServer {
    /// For all tests: sixteen connections to a server, each tried once.
    private static let client = {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 16
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    /// - Parameter path: Path and query, percent-encoded.
    func request(
        _ method: HTTPMethod, _ path: String, headers: [String: String] = [:], body: Data? = nil
    ) async throws -> Reply {
        var request = HTTPClientRequest(url: url + path)
        request.method = method
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(ByteBuffer(data: body)) }
        let response = try await Self.client.execute(request, timeout: .seconds(90))
        // A feed does not end: its first part is heard.
        let isFeed = response.headers.first(name: "Content-Type") == "text/event-stream"
        var buffer =
            isFeed
            ? try await response.body.first { _ in true } ?? ByteBuffer()
            : try await response.body.collect(upTo: 64 << 20)
        return Reply(
            status: Int(response.status.code), headers: response.headers,
            data: buffer.readData(length: buffer.readableBytes) ?? Data())
    }

    func get(_ path: String, headers: [String: String] = [:]) async throws -> Reply {
        try await request(.GET, path, headers: headers)
    }

    func post(
        _ path: String, _ body: Data, type: String = "application/json", encoding: String? = nil
    ) async throws -> Reply {
        var headers = ["Content-Type": type]
        headers["Content-Encoding"] = encoding
        return try await request(.POST, path, headers: headers, body: body)
    }

    func post(
        _ path: String, _ body: String, type: String = "application/json"
    ) async throws -> Reply {
        try await post(path, Data(body.utf8), type: type)
    }

    /// Everything about one execution.
    func execution(_ id: String) async throws -> Reply {
        try await get("/v1/executions/\(id.percentEncoded)")
    }
}

extension String {
    /// Fit for any part of a URL: all but the unreserved characters of RFC 3986 encoded.
    var percentEncoded: String {
        utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                String(UnicodeScalar(byte))
            default:
                "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }
}
