import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// A request to a service of AWS, or to one of the places that hand out credentials.
public struct AWSRequest: Hashable, Sendable {
    public var method = "POST"
    public var url: String
    /// In order; `Host` is not among them.
    public var headers: [Header] = []
    public var body: [UInt8] = []
    /// What the whole of it may take.
    public var timeout = Duration.seconds(30)

    public struct Header: Hashable, Sendable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    public init(url: String) {
        self.url = url
    }
}

public struct AWSResponse: Hashable, Sendable {
    public var status: Int
    /// By name in small letters.
    public var headers: [String: String]
    public var body: [UInt8]

    public init(status: Int, headers: [String: String] = [:], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// Carries requests to AWS.
public protocol AWSTransport: Sendable {
    /// - Throws: ``AWSError/unreachable(reason:)`` or ``AWSError/tooLarge``.
    func send(_ request: AWSRequest) async throws(AWSError) -> AWSResponse
}

/// Carries them over the network, each once.
public struct HTTPTransport: AWSTransport {
    /// The most of an answer that is read. A page of 1,000 history events is mostly below 1 MiB;
    /// with the largest inputs and outputs it may be beyond this.
    static let answerBytes = 64 << 20

    /// Lives as long as the process.
    private static let client = {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 16
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    public init() {}

    public func send(_ request: AWSRequest) async throws(AWSError) -> AWSResponse {
        do {
            return try await Self.inTime(request.timeout) { try await Self.exchange(request) }
        } catch is NIOTooManyBytesError {
            throw .tooLarge
        } catch {
            throw .unreachable(reason: "\(error)")
        }
    }

    private static func exchange(_ request: AWSRequest) async throws -> AWSResponse {
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.method = HTTPMethod(rawValue: request.method)
        for header in request.headers {
            outgoing.headers.add(name: header.name, value: header.value)
        }
        if !request.body.isEmpty { outgoing.body = .bytes(ByteBuffer(bytes: request.body)) }
        let response = try await client.execute(
            outgoing, timeout: .nanoseconds(Int64(request.timeout / .nanoseconds(1))))
        let body = try await response.body.collect(upTo: answerBytes)
        var headers: [String: String] = [:]
        for (name, value) in response.headers { headers[name.lowercased()] = value }
        return AWSResponse(
            status: Int(response.status.code), headers: headers, body: Array(buffer: body))
    }

    /// The client's own deadline ends with the head of an answer; a body may never come.
    private static func inTime(
        _ limit: Duration, _ work: @escaping @Sendable () async throws -> AWSResponse
    ) async throws -> AWSResponse {
        try await withThrowingTaskGroup(of: AWSResponse.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try await Task.sleep(for: limit)
                throw HTTPClientError.deadlineExceeded
            }
            defer { group.cancelAll() }
            guard let answer = try await group.next() else { throw CancellationError() }
            return answer
        }
    }
}
