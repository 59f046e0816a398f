import Foundation
import StintModel

/// Credentials as a container's address and an instance's metadata tell them.
struct LentCredentials: Decodable {
    var accessKeyID: String
    var secret: String
    var token: String?
    var expiration: String?

    private enum CodingKeys: String, CodingKey {
        case accessKeyID = "AccessKeyId"
        case secret = "SecretAccessKey"
        case token = "Token"
        case expiration = "Expiration"
    }

    /// - Throws: ``AWSError/noCredentials(reason:)`` where an answer is something else.
    static func read(_ response: AWSResponse, of place: String) throws(AWSError) -> AWSCredentials {
        guard response.status == 200 else {
            throw .noCredentials(reason: "\(place) answered \(response.status).")
        }
        guard let lent = try? JSONDecoder().decode(Self.self, from: Data(response.body)) else {
            throw .noCredentials(reason: "\(place) answered something else.")
        }
        return AWSCredentials(
            accessKeyID: lent.accessKeyID, secret: lent.secret, sessionToken: lent.token,
            expiresAt: lent.expiration.flatMap { Instant(rfc3339: $0) })
    }
}

/// The address at which a container finds the credentials of its task or pod.
struct ContainerCredentials {
    private let url: String
    private let environment: [String: String]

    /// - Returns: `nil` where the environment names no address, or one that secrets are not taken
    ///   from: beyond this machine and the two link-local services, only over TLS.
    init?(environment: [String: String]) {
        self.environment = environment
        if let path = environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] {
            url = "http://169.254.170.2" + path
        } else if let full = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"],
            let parts = URLComponents(string: full), let host = parts.host
        {
            let near = [
                "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]", "fd00:ec2::23", "127.0.0.1",
                "localhost", "::1", "[::1]",
            ]
            guard parts.scheme == "https" || near.contains(host) else { return nil }
            url = full
        } else {
            return nil
        }
    }

    func credentials(by transport: any AWSTransport) async throws(AWSError) -> AWSCredentials {
        var request = AWSRequest(url: url)
        request.method = "GET"
        request.timeout = .seconds(5)
        // The token of a pod changes in its file.
        if let file = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] {
            guard let token = try? String(contentsOfFile: file, encoding: .utf8) else {
                throw .noCredentials(reason: "\(file) cannot be read.")
            }
            request.headers.append(
                .init("Authorization", token.trimmingCharacters(in: .whitespacesAndNewlines)))
        } else if let token = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] {
            request.headers.append(.init("Authorization", token))
        }
        return try LentCredentials.read(
            try await transport.send(request), of: "The container's address")
    }
}

/// The metadata service of an instance, version 2: a token first, then whose credentials there are.
struct InstanceCredentials {
    private let base: String

    init(environment: [String: String]) {
        base = environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] ?? "http://169.254.169.254"
    }

    func credentials(by transport: any AWSTransport) async throws(AWSError) -> AWSCredentials {
        let answer: AWSResponse
        do throws(AWSError) {
            answer = try await ask(
                "PUT", "/latest/api/token",
                [.init("X-aws-ec2-metadata-token-ttl-seconds", "21600")], by: transport)
        } catch {
            throw .noCredentials(
                reason: "neither the environment nor a profile has any, and this is no instance.")
        }
        guard answer.status == 200 else {
            throw .noCredentials(reason: "the instance's metadata answered \(answer.status).")
        }
        let token = [
            AWSRequest.Header(
                "X-aws-ec2-metadata-token", String(decoding: answer.body, as: UTF8.self))
        ]
        let folder = "/latest/meta-data/iam/security-credentials/"
        let roles = try await ask("GET", folder, token, by: transport)
        guard roles.status == 200,
            let role = String(decoding: roles.body, as: UTF8.self).split(
                whereSeparator: \.isNewline
            )
            .first
        else { throw .noCredentials(reason: "the instance has no role.") }
        return try LentCredentials.read(
            try await ask("GET", folder + role, token, by: transport), of: "The instance's metadata"
        )
    }

    private func ask(
        _ method: String, _ path: String, _ headers: [AWSRequest.Header],
        by transport: any AWSTransport
    ) async throws(AWSError) -> AWSResponse {
        var request = AWSRequest(url: base + path)
        request.method = method
        request.headers = headers
        request.timeout = .seconds(1)
        return try await transport.send(request)
    }
}
