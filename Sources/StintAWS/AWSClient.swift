import Foundation
public import StintModel

/// Asks one service of AWS in one region, in its JSON protocol: signs, waits, tries again.
struct AWSClient: Sendable {
    /// What the services differ in.
    struct Service: Sendable {
        /// As it signs, and as its hosts are called.
        var name: String
        /// How the environment names an address of it: `SFN`.
        var variable: String
        /// What stands before an operation in `X-Amz-Target`.
        var target: String
    }

    private let service: Service
    private let region: AWSRegion
    private let context: AWSContext
    private let pace: RequestPace<ContinuousClock>?
    /// Without a slash at its end.
    private let endpoint: String

    /// How often a request is tried before its refusal is taken for an answer.
    private static let tries = 6

    /// - Parameters:
    ///   - address: Where it listens, unless the environment says otherwise; `nil` for its own place.
    ///   - isPaced: Whether requests are held back before the service does so.
    init(
        _ service: Service, in region: AWSRegion, at address: String? = nil, context: AWSContext,
        isPaced: Bool
    ) {
        self.service = service
        self.region = region
        self.context = context
        endpoint = region.endpoint(
            host: service.name, variable: service.variable, environment: context.environment,
            standard: address)
        pace = isPaced ? RequestPace(clock: ContinuousClock()) : nil
    }

    /// Asks until an answer comes that asking again would not change.
    ///
    /// - Throws: ``AWSError``; ``AWSError/unreachable(reason:)`` also where the task is cancelled.
    func ask<Answer: Decodable>(
        _ operation: String, _ body: [UInt8], timeout: Duration = .seconds(30),
        for type: Answer.Type
    ) async throws(AWSError) -> Answer {
        let bytes = try await ask(operation, body, timeout: timeout)
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw .unreadable(reason: "\(operation) is not what the service promises.")
        }
    }

    func ask(
        _ operation: String, _ body: [UInt8], timeout: Duration = .seconds(30)
    ) async throws(AWSError) -> [UInt8] {
        var number = 1
        while true {
            do throws(AWSError) {
                try await wait(for: operation)
                return try await askOnce(operation, body, timeout: timeout)
            } catch {
                if error.isThrottling { await pace?.slow(operation) }
                if error.isExpiry { await context.credentials.forget() }
                guard number < Self.tries, error.isPassing || error.isExpiry, !Task.isCancelled
                else { throw error }
            }
            // Anything from nothing to the whole, so that those who were refused together come apart.
            let longest = min(20, 0.25 * Double(1 << number))
            await context.pause(.seconds(Double.random(in: 0...longest)))
            number += 1
        }
    }

    private func wait(for operation: String) async throws(AWSError) {
        do throws(CancellationError) {
            try await pace?.take(operation)
        } catch {
            throw .unreachable(reason: "The question was withdrawn.")
        }
    }

    private func askOnce(
        _ operation: String, _ body: [UInt8], timeout: Duration
    ) async throws(AWSError) -> [UInt8] {
        let credentials = try await context.credentials.current()
        guard let parts = URLComponents(string: endpoint), let host = parts.host else {
            throw .unreachable(reason: "'\(endpoint)' is no address.")
        }
        let now = context.now()
        var request = AWSRequest(url: endpoint + "/")
        request.timeout = timeout
        request.body = body
        request.headers = [
            .init("Content-Type", "application/x-amz-json-1.0"),
            .init("X-Amz-Date", RequestSignature.date(now)),
            .init("X-Amz-Target", "\(service.target).\(operation)"),
        ]
        if let token = credentials.sessionToken {
            request.headers.append(.init("X-Amz-Security-Token", token))
        }
        let signature = RequestSignature(
            credentials: credentials, region: region.name, service: service.name)
        let port = parts.port.map { ":\($0)" } ?? ""
        request.headers.append(
            .init(
                "Authorization",
                signature.authorization(
                    "POST", path: parts.percentEncodedPath + "/",
                    headers: [.init("Host", host + port)] + request.headers, body: body, at: now)))
        let response = try await context.transport.send(request)
        guard response.status == 200 else { throw Self.refusal(response) }
        return response.body
    }

    /// The code stands in the body as `__type`, after a `#` where a namespace is before it, or in a
    /// header.
    private static func refusal(_ response: AWSResponse) -> AWSError {
        struct Body: Decodable {
            var type: String?
            var message: String?
            var otherMessage: String?

            enum CodingKeys: String, CodingKey {
                case type = "__type"
                case message
                case otherMessage = "Message"
            }
        }
        let body = try? JSONDecoder().decode(Body.self, from: Data(response.body))
        let header = response.headers["x-amzn-errortype"]?.prefix { $0 != ":" }
        let type = body?.type ?? header.map(String.init) ?? "HTTP \(response.status)"
        let code = type.split(separator: "#").last.map(String.init) ?? type
        return .refused(
            code: String(code.prefix(200)),
            message: String((body?.message ?? body?.otherMessage ?? "").prefix(1_000)),
            status: response.status)
    }
}

/// What every question to AWS needs: who asks, by which way, and when.
public struct AWSContext: Sendable {
    let credentials: CredentialChain
    let environment: [String: String]
    let transport: any AWSTransport
    let now: @Sendable () -> Instant
    /// Waits; returns at once where the task is cancelled.
    let pause: @Sendable (Duration) async -> Void

    /// - Parameters:
    ///   - environment: The variables by which AWS's own tools are told who they are.
    ///   - now: The clock that signatures carry.
    public init(
        environment: [String: String], transport: any AWSTransport = HTTPTransport(),
        now: @escaping @Sendable () -> Instant,
        pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) {
        // A variable that is empty says nothing.
        let environment = environment.filter { !$0.value.isEmpty }
        self.environment = environment
        self.transport = transport
        self.now = now
        self.pause = pause
        credentials = CredentialChain(environment: environment, transport: transport, now: now)
    }

    /// The region that the environment or the profile names, where one does.
    public var region: AWSRegion? {
        let named =
            environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"]
            ?? SharedProfile(environment: environment)?["region"]
        return named.flatMap(AWSRegion.init)
    }
}
