import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import StintModel
import Synchronization

/// Why no answer came: no connection, no end in time, or more than anybody should send.
struct NoAnswer: Error {
    var reason: String
}

/// Asks one server, with one key.
struct ServerClient: Sendable {
    /// The most of an answer that is read.
    private static let answerBytes = 64 << 20

    let address: ServerAddress
    let key: String?
    /// What one request may take, from its connection to the end of its answer.
    let timeout: TimeSpan
    /// A PEM file of those to trust; `nil` for those the system knows.
    var trusted: String?

    /// For how long a stream may be silent before it counts as broken: three of the server's signs
    /// of life.
    private static let longestSilence = TimeAmount.seconds(45)

    private struct Use: Hashable {
        var trusted: String?
        var isStream: Bool
    }

    /// One for the whole process, whom it trusts and what it is for. It tells at once that nothing
    /// listens; the shared one would go on trying for as long as the request may take.
    private static let clients = Mutex<[Use: HTTPClient]>([:])

    private func http(forStream isStream: Bool = false) -> HTTPClient {
        Self.clients.withLock { clients in
            let use = Use(trusted: trusted, isStream: isStream)
            if let held = clients[use] { return held }
            var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
            if isStream { configuration.timeout.read = Self.longestSilence }
            configuration.connectionPool.retryConnectionEstablishment = false
            if let trusted {
                var tls = TLSConfiguration.makeClientConfiguration()
                tls.trustRoots = .file(trusted)
                configuration.tlsConfiguration = tls
            }
            let client = HTTPClient(
                eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton),
                configuration: configuration)
            clients[use] = client
            return client
        }
    }

    /// - Throws: ``NoAnswer``.
    func exchange(
        _ method: HTTPMethod = .GET, path: [String], query: [QueryItem] = [],
        body: (type: String, bytes: [UInt8])? = nil
    ) async throws -> ServerAnswer {
        var request = request(path, query, accept: "application/json, application/problem+json")
        request.method = method
        if let body {
            request.headers.add(name: "Content-Type", value: body.type)
            request.body = .bytes(ByteBuffer(bytes: body.bytes))
        }
        do {
            return try await inTime { [request] in try await answer(to: request) }
        } catch {
            throw noAnswer(error)
        }
    }

    private func request(
        _ path: [String], _ query: [QueryItem], accept: String
    ) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: address.url(path, query))
        request.headers.add(name: "Accept", value: accept)
        request.headers.add(name: "User-Agent", value: "stint/\(Stint.version)")
        if let key { request.headers.add(name: "Authorization", value: "Bearer \(key)") }
        return request
    }

    private func answer(to request: HTTPClientRequest) async throws -> ServerAnswer {
        let response = try await http().execute(
            request, timeout: .microseconds(timeout.microseconds))
        return try await answer(response)
    }

    private func answer(_ response: HTTPClientResponse) async throws -> ServerAnswer {
        let bytes = try await response.body.collect(upTo: Self.answerBytes)
        return ServerAnswer(
            status: Int(response.status.code),
            requestID: response.headers.first(name: "X-Request-Id"),
            retryAfter: response.headers.first(name: "Retry-After")
                .flatMap { Int($0) }.flatMap { $0 >= 0 ? .seconds($0) : nil },
            location: response.headers.first(name: "Location"),
            body: Data(bytes.readableBytesView))
    }

    /// Ends the work at the time-out. The library's own deadline ends with the head of the answer,
    /// and a body that never comes would be waited for.
    private func inTime(
        _ work: @escaping @Sendable () async throws -> ServerAnswer
    ) async throws -> ServerAnswer {
        try await withThrowingTaskGroup(of: ServerAnswer.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try await Task.sleep(for: .microseconds(timeout.microseconds))
                throw HTTPClientError.deadlineExceeded
            }
            defer { group.cancelAll() }
            guard let answer = try await group.next() else { throw CancellationError() }
            return answer
        }
    }

    /// Asks for a document.
    ///
    /// - Throws: ``CommandFailure`` for any answer but 200, and for none.
    func get(_ path: [String], _ query: [QueryItem] = []) async throws -> ServerAnswer {
        let answer: ServerAnswer
        do {
            answer = try await exchange(path: path, query: query)
        } catch let error as NoAnswer {
            throw unreachable(error)
        }
        guard answer.status == 200 else { throw answer.failure(at: address) }
        return answer
    }

    /// What a server does when it is asked for a stream.
    enum Stream: Sendable {
        case body(HTTPClientResponse.Body)
        case refused(ServerAnswer)
    }

    /// Asks for a stream of server-sent events. Its body ends in an error where nothing comes for
    /// 45 s.
    ///
    /// - Parameter lastEventID: After which message to go on; empty for what comes from now on.
    func stream(
        _ path: [String], _ query: [QueryItem], resuming lastEventID: String
    ) async throws -> Stream {
        var request = request(path, query, accept: "text/event-stream")
        if !lastEventID.isEmpty {
            request.headers.add(name: "Last-Event-ID", value: lastEventID)
        }
        let response = try await http(forStream: true).execute(request, deadline: .distantFuture)
        let type = response.headers.first(name: "Content-Type") ?? ""
        guard response.status == .ok, type.hasPrefix("text/event-stream") else {
            return .refused(try await answer(response))
        }
        return .body(response.body)
    }

    /// Asks for a document of any length. Its body ends in an error where nothing comes for 45 s.
    ///
    /// - Throws: ``CommandFailure`` for any answer but 200, and for none.
    func download(
        _ path: [String], _ query: [QueryItem]
    ) async throws -> HTTPClientResponse.Body {
        let request = request(path, query, accept: "*/*")
        do {
            let response = try await http(forStream: true).execute(
                request, deadline: .distantFuture)
            if response.status == .ok { return response.body }
            throw try await answer(response).failure(at: address)
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw unreachable(noAnswer(error))
        }
    }

    func unreachable(_ error: NoAnswer) -> CommandFailure {
        CommandFailure(
            what: "cannot reach \(address.text)", why: error.reason,
            next: "Start one with `stint serve`, or name another with --url or STINT_URL.",
            status: .unreachable)
    }

    /// Why no answer came, in words.
    func noAnswer(_ error: any Error) -> NoAnswer { NoAnswer(reason: reason(error)) }

    private func reason(_ error: any Error) -> String {
        let span = DurationFormat.exact(timeout)
        switch error {
        case let error as HTTPClientError:
            switch error {
            case .readTimeout: return "Nothing came for a while."
            case .deadlineExceeded, .connectTimeout, .getConnectionFromPoolTimeout:
                return "No answer within \(span) (--timeout)."
            case .remoteConnectionClosed: return "The connection was closed before the answer."
            default: return "\(error)."
            }
        case let error as NIOConnectionError:
            if error.dnsAError != nil || error.dnsAAAAError != nil, error.connectionErrors.isEmpty {
                return "No such host: \(error.host)."
            }
            if let first = error.connectionErrors.first?.error as? IOError {
                return first.errnoCode == ECONNREFUSED
                    ? "Nothing listens there (connection refused)."
                    : "\(String(cString: strerror(first.errnoCode)))."
            }
            return "No connection."
        case let error as IOError:
            return error.errnoCode == ECONNREFUSED
                ? "Nothing listens there (connection refused)."
                : "\(String(cString: strerror(error.errnoCode)))."
        case is NIOSSLError:
            return "Its certificate is not one to trust, or it does not speak TLS (--ca-file names "
                + "whom to trust)."
        case is NIOTooManyBytesError:
            return "Its answer is larger than \(Self.answerBytes >> 20) MiB; ask for fewer rows."
        default:
            return "\(error)"
        }
    }
}
