import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import StintModel
import StintStorage
import StintStorageSQLite
import StintStorageTesting

@testable import StintServer

/// A server in this process, on a free port, over a store in a folder of its own.
struct ServerUnderTest: Sendable {
    let store: SQLiteExecutionStore
    let server: Server
    let port: Int

    /// What a request came to.
    struct Reply: Sendable {
        var status: Int
        var headers: HTTPHeaders
        var body: String
    }

    static func use(
        _ settings: ServerSettings = ServerSettings(),
        now: @escaping @Sendable () -> Instant = { SampleFleet.noon },
        _ body: @Sendable (ServerUnderTest) async throws -> Void,
        preparing: @Sendable (SQLiteExecutionStore) async throws -> Void = { _ in }
    ) async throws {
        let folder = NSTemporaryDirectory() + "stint-server-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try SQLiteExecutionStore(path: folder + "/stint.sqlite")
        try await preparing(store)
        var settings = settings
        settings.port = 0
        settings.grpcPort = nil
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let (ports, listening) = AsyncStream.makeStream(of: Int.self)
        let server = try Server(
            settings: settings, store: store, logger: logger, version: "test", now: now,
            onListening: { listening.yield($0) })
        let group = ServiceGroup(
            configuration: .init(services: [.init(service: server)], logger: logger))
        try await withThrowingTaskGroup { tasks in
            tasks.addTask {
                defer { listening.finish() }
                try await group.run()
            }
            guard let port = await ports.first(where: { _ in true }) else {
                return try await tasks.waitForAll()
            }
            let result: Result<Void, any Error>
            do {
                result = .success(
                    try await body(ServerUnderTest(store: store, server: server, port: port)))
            } catch {
                result = .failure(error)
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            try result.get()
        }
        try await store.close()
    }

    /// Takes answers as they are, not compressed, and waits for a turn as long as a busy machine takes.
    private static let client = HTTPClient(
        configuration: .init(
            timeout: .init(connect: .seconds(90), read: .seconds(90)), decompression: .disabled))

    func send(
        _ method: String, _ path: String, key: String? = nil, body: String? = nil,
        type: String = "application/json", headers: [(String, String)] = []
    ) async throws -> Reply {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = HTTPMethod(rawValue: method)
        if let key { request.headers.add(name: "Authorization", value: "Bearer \(key)") }
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body {
            request.headers.add(name: "Content-Type", value: type)
            request.body = .bytes(ByteBuffer(string: body))
        }
        let response = try await Self.client.execute(request, timeout: .seconds(90))
        // A feed does not end: its first part is heard.
        let isFeed = response.headers.first(name: "Content-Type") == "text/event-stream"
        let bytes =
            isFeed
            ? try await response.body.first { _ in true } ?? ByteBuffer()
            : try await response.body.collect(upTo: 64 << 20)
        return Reply(
            status: Int(response.status.code), headers: response.headers,
            body: String(buffer: bytes))
    }
}

extension SQLiteExecutionStore {
    /// Makes a key and gives its secret.
    func key(
        _ scopes: AccessScopes, in workspace: Workspace = .default, expiresAt: Instant? = nil,
        isRevoked: Bool = false
    ) async throws -> String {
        let (key, secret) = AccessKey.make(
            in: workspace, name: "test", scopes: scopes, expiresAt: expiresAt,
            at: SampleFleet.noon - .days(1))
        try await add(key, digest: secret.digest)
        if isRevoked {
            _ = try await revokeKey(key.id, in: nil, at: SampleFleet.noon - .seconds(1))
        }
        return secret.text
    }

    /// Begins the session of a browser, with a key of its own.
    func session(
        _ scopes: AccessScopes, in workspace: Workspace = .default,
        from begin: Instant = SampleFleet.noon, used: Instant = SampleFleet.noon,
        expiresAt: Instant? = nil, isRevoked: Bool = false
    ) async throws -> SessionSecret {
        let secret = KeySecret(text: try await key(scopes, in: workspace, expiresAt: expiresAt))!
        let key = try await key(digest: secret.digest)!
        let session = SessionSecret()
        try await add(
            BrowserSession(key: key, createdAt: begin, lastUsedAt: used), digest: session.digest)
        if isRevoked {
            _ = try await revokeKey(key.id, in: nil, at: SampleFleet.noon - .seconds(1))
        }
        return session
    }
}
