import Foundation
import StintModel

/// A role that is lent to whoever shows a token of another system, as in a pod of Kubernetes.
struct WebIdentity {
    private let role: String
    private let tokenFile: String
    private let session: String

    init?(environment: [String: String]) {
        guard let role = environment["AWS_ROLE_ARN"],
            let file = environment["AWS_WEB_IDENTITY_TOKEN_FILE"]
        else { return nil }
        self.role = role
        tokenFile = file
        session = environment["AWS_ROLE_SESSION_NAME"] ?? "stint"
    }

    init?(profile: SharedProfile) {
        guard let role = profile["role_arn"], let file = profile["web_identity_token_file"] else {
            return nil
        }
        self.role = role
        tokenFile = file
        session = profile["role_session_name"] ?? "stint"
    }

    /// Asks the token service; nothing is signed, the token is the proof.
    func credentials(
        region: String?, environment: [String: String], by transport: any AWSTransport, at: Instant
    ) async throws(AWSError) -> AWSCredentials {
        guard let token = try? String(contentsOfFile: tokenFile, encoding: .utf8) else {
            throw .noCredentials(reason: "\(tokenFile) cannot be read.")
        }
        guard let region = region.flatMap(AWSRegion.init) else {
            throw .noCredentials(reason: "AWS_REGION is needed to show the token of \(tokenFile).")
        }
        var form = URLComponents()
        form.queryItems = [
            URLQueryItem(name: "Action", value: "AssumeRoleWithWebIdentity"),
            URLQueryItem(name: "Version", value: "2011-06-15"),
            URLQueryItem(name: "RoleArn", value: role),
            URLQueryItem(name: "RoleSessionName", value: session),
            URLQueryItem(
                name: "WebIdentityToken",
                value: token.trimmingCharacters(in: .whitespacesAndNewlines)),
        ]
        let body = (form.percentEncodedQuery ?? "").replacing("+", with: "%2B")
        var request = AWSRequest(
            url: region.endpoint(host: "sts", variable: "STS", environment: environment) + "/")
        request.headers = [.init("Content-Type", "application/x-www-form-urlencoded")]
        request.body = Array(body.utf8)
        request.timeout = .seconds(10)
        let response = try await transport.send(request)
        let answer = String(decoding: response.body, as: UTF8.self)
        guard response.status == 200, let id = Self.text(of: "AccessKeyId", in: answer),
            let secret = Self.text(of: "SecretAccessKey", in: answer),
            let sessionToken = Self.text(of: "SessionToken", in: answer)
        else {
            let code = Self.text(of: "Code", in: answer) ?? "\(response.status)"
            throw .noCredentials(reason: "the token service did not lend the role: \(code).")
        }
        return AWSCredentials(
            accessKeyID: id, secret: secret, sessionToken: sessionToken,
            expiresAt: Self.text(of: "Expiration", in: answer).flatMap { Instant(rfc3339: $0) })
    }

    /// The text of the first such element. The answer is XML of a few elements without attributes,
    /// whose texts need no escapes.
    private static func text(of element: String, in document: String) -> String? {
        guard let start = document.firstRange(of: "<\(element)>"),
            let end = document[start.upperBound...].firstRange(of: "</\(element)>")
        else { return nil }
        return String(document[start.upperBound..<end.lowerBound])
    }
}
