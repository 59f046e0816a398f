import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import StintWire

/// Brings requests to a server.
protocol Transport: Sendable {
    /// - Parameter dropped: How many events that client has given up until now.
    func send(_ parcel: Parcel, dropped: Int) async -> Outbox.Answer
    func close() async
}

/// Over HTTP, one request at a time on a connection that is kept.
struct HTTPTransport: Transport {
    private let url: String
    private let key: String?
    /// What one request may take, to the end of its answer.
    private let timeout: Duration
    private let client: HTTPClient
    private static let answerBytes = 4 << 20

    init(_ settings: TrackerSettings) {
        (key, timeout) = (settings.key, settings.timeout)
        var base = settings.url
        while base.hasSuffix("/") { base.removeLast() }
        url = base + "/v1/events"
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(5)
        // Trying again is the outbox's affair.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1
        // Else each delivery were a span, and told in turn.
        configuration.tracing.tracer = nil
        if let file = settings.caFile {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .file(file)
            configuration.tlsConfiguration = tls
        }
        client = HTTPClient(
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton),
            configuration: configuration)
    }

    func close() async { try? await client.shutdown() }

    func send(_ parcel: Parcel, dropped: Int) async -> Outbox.Answer {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers = [
            "Content-Type": "application/x-ndjson",
            "Stint-Client": parcel.client,
            "Stint-Sequence": "\(parcel.first)-\(parcel.last)",
            "Stint-Dropped": "\(dropped)",
        ]
        if let key { request.headers.add(name: "Authorization", value: "Bearer \(key)") }
        request.body = .bytes(ByteBuffer(bytes: parcel.body))
        let count = parcel.events.count
        do {
            return try await inTime { [request] in try await answer(to: request, count: count) }
        } catch {
            return .failed(reason: String(describing: error), retryAfter: nil)
        }
    }

    /// The library's own deadline ends with the head of an answer, and a body that never comes would
    /// be waited for.
    private func inTime(
        _ work: @escaping @Sendable () async throws -> Outbox.Answer
    ) async throws -> Outbox.Answer {
        try await withThrowingTaskGroup(of: Outbox.Answer.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try await Task.sleep(for: timeout)
                throw HTTPClientError.deadlineExceeded
            }
            defer { group.cancelAll() }
            return try await group.next() ?? .failed(reason: "cancelled", retryAfter: nil)
        }
    }

    private func answer(
        to request: HTTPClientRequest, count: Int
    ) async throws -> Outbox.Answer {
        let response = try await client.execute(
            request, timeout: .microseconds(timeout.microseconds))
        let body = try await response.body.collect(upTo: Self.answerBytes)
        let status = Int(response.status.code)
        switch status {
        case 200:
            guard
                let answer = try? JSONDecoder().decode(
                    EventsAnswerBody.self, from: Data(body.readableBytesView)),
                answer.accepted + (answer.rejected?.count ?? 0) == count
            else { return .failed(reason: "the answer is not a Stint server's", retryAfter: nil) }
            return .taken(
                rejected: answer.rejected?.count ?? 0, refusal: answer.rejected?.first?.detail)
        case 408, 429, 500...:
            let seconds = response.headers.first(name: "Retry-After").flatMap { Int($0) }
            return .failed(
                reason: "the server answered \(status)",
                retryAfter: seconds.flatMap { $0 >= 0 ? .seconds($0) : nil })
        default:
            let problem = try? JSONDecoder().decode(
                ProblemBody.self, from: Data(body.readableBytesView))
            return .refused(
                reason: [
                    "the server answered \(status)", problem?.detail ?? problem?.title,
                ].compactMap(\.self).joined(separator: ": "))
        }
    }
}
