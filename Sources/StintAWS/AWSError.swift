/// Why AWS did not answer a question.
public enum AWSError: Error, Hashable, Sendable {
    /// None of the places where credentials are looked for has any, and why.
    case noCredentials(reason: String)
    /// No answer came. The same request may succeed later.
    case unreachable(reason: String)
    /// The service said no.
    case refused(code: String, message: String, status: Int)
    /// An answer came that is not what the service promises.
    case unreadable(reason: String)
    /// The answer is larger than is read.
    case tooLarge

    /// Whether the service asks for fewer requests.
    public var isThrottling: Bool {
        guard case .refused(let code, _, let status) = self else { return false }
        return status == 429 || Self.throttlingCodes.contains(code)
    }

    /// Whether the same request may succeed after a while.
    public var isPassing: Bool {
        switch self {
        case .unreachable: true
        case .refused(_, _, let status): status >= 500 || isThrottling
        case .noCredentials, .unreadable, .tooLarge: false
        }
    }

    /// Whether other credentials are needed, the old ones having run out.
    var isExpiry: Bool {
        guard case .refused(let code, _, _) = self else { return false }
        return ["ExpiredToken", "ExpiredTokenException", "RequestExpired"].contains(code)
    }

    /// - Returns: Whether the service refused with this code.
    public func isRefusal(_ code: String) -> Bool {
        if case .refused(code, _, _) = self { true } else { false }
    }

    private static let throttlingCodes: Set<String> = [
        "Throttling", "ThrottlingException", "ThrottledException", "TooManyRequestsException",
        "RequestThrottled", "RequestThrottledException", "RequestLimitExceeded", "SlowDown",
        "BandwidthLimitExceeded", "ProvisionedThroughputExceededException",
    ]
}

extension AWSError: CustomStringConvertible {
    /// One sentence, without anything secret.
    public var description: String {
        switch self {
        case .noCredentials(let reason): "No credentials for AWS: \(reason)"
        case .unreachable(let reason): "AWS did not answer: \(reason)"
        case .refused(let code, let message, _):
            message.isEmpty ? "AWS refused: \(code)." : "AWS refused: \(code): \(message)"
        case .unreadable(let reason): "The answer of AWS cannot be read: \(reason)"
        case .tooLarge: "The answer of AWS is larger than is read."
        }
    }
}
