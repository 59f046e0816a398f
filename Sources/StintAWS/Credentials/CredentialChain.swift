import Foundation
import StintModel

/// Finds credentials where AWS's own tools find them, and keeps them until shortly before they run
/// out.
///
/// In this order: the environment; a web identity, whose token a file holds; the profile; the
/// address that a container is told; the metadata of the instance. The first place that has any is
/// asked from then on.
actor CredentialChain {
    private let environment: [String: String]
    private let transport: any AWSTransport
    private let now: @Sendable () -> Instant
    private var held: AWSCredentials?

    /// Lent credentials are renewed so long before they end.
    private static let margin = TimeSpan.seconds(300)

    /// - Parameter environment: Without variables that are empty.
    init(
        environment: [String: String], transport: any AWSTransport,
        now: @escaping @Sendable () -> Instant
    ) {
        self.environment = environment
        self.transport = transport
        self.now = now
    }

    /// - Throws: ``AWSError/noCredentials(reason:)``.
    func current() async throws(AWSError) -> AWSCredentials {
        if let held, isFresh(held, for: Self.margin) { return held }
        do throws(AWSError) {
            let found = try await find()
            held = found
            return found
        } catch {
            // Who lends them may be away for a moment.
            if let held, isFresh(held, for: .zero) { return held }
            throw error
        }
    }

    /// Forgets those that a service took for expired.
    func forget() {
        held = nil
    }

    private func isFresh(_ credentials: AWSCredentials, for span: TimeSpan) -> Bool {
        guard let end = credentials.expiresAt else { return true }
        return now() + span < end
    }

    private func find() async throws(AWSError) -> AWSCredentials {
        if let id = environment["AWS_ACCESS_KEY_ID"],
            let secret = environment["AWS_SECRET_ACCESS_KEY"]
        {
            return AWSCredentials(
                accessKeyID: id, secret: secret, sessionToken: environment["AWS_SESSION_TOKEN"])
        }
        let profile = SharedProfile(environment: environment)
        let identity = WebIdentity(environment: environment) ?? profile.flatMap(WebIdentity.init)
        if let identity {
            return try await identity.credentials(
                region: environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"]
                    ?? profile?["region"], environment: environment, by: transport, at: now())
        }
        if let profile, let id = profile["aws_access_key_id"],
            let secret = profile["aws_secret_access_key"]
        {
            return AWSCredentials(
                accessKeyID: id, secret: secret, sessionToken: profile["aws_session_token"])
        }
        if let container = ContainerCredentials(environment: environment) {
            return try await container.credentials(by: transport)
        }
        if environment["AWS_EC2_METADATA_DISABLED"]?.lowercased() != "true" {
            return try await InstanceCredentials(environment: environment).credentials(
                by: transport)
        }
        let why = profile.map { "the profile \($0.name) has no keys that are understood here." }
        throw .noCredentials(
            reason: why ?? "neither the environment nor a profile has any.")
    }
}
