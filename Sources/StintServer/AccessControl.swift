import Crypto
import HTTPTypes
import Hummingbird
import Logging
import StintModel
import StintStorage
import Synchronization

/// Decides on every request by its key: who asks, whether that may be asked, and how often.
///
/// What was verified is remembered for a minute, so that a request costs one digest; revoking a key
/// through this server forgets it at once.
final class AccessControl: Sendable {
    private struct Verified {
        var key: AccessKey
        /// When it was looked up, on the clock that only goes on.
        var at: Duration
    }

    private struct State {
        var requiresKeys: Bool
        var verified: [SHA256.Digest: Verified] = [:]
        /// Counts revocations, so that a look-up that began before one is not remembered after it.
        var revocations = 0
        /// By key and sort.
        var allowances: [String: Allowance] = [:]
        /// Failed attempts, by address.
        var failures: [String: TokenBucket] = [:]
    }

    private let keys: any KeyStore
    private let limits: RateLimits
    private let now: @Sendable () -> Instant
    private let uptime: @Sendable () -> Duration
    private let logger: Logger
    private let state: Mutex<State>

    /// For how long a key that was looked up is good.
    private static let memory = Duration.seconds(60)
    private static let mostRemembered = 10_000

    /// - Parameter uptime: Time since some fixed point, by a clock that nobody sets.
    init(
        keys: any KeyStore, limits: RateLimits, now: @escaping @Sendable () -> Instant,
        uptime: @escaping @Sendable () -> Duration = AccessControl.systemUptime, logger: Logger
    ) async throws(StoreError) {
        self.keys = keys
        self.limits = limits
        self.now = now
        self.uptime = uptime
        self.logger = logger
        state = Mutex(State(requiresKeys: try await keys.hasKeys()))
    }

    static let systemUptime: @Sendable () -> Duration = {
        let start = ContinuousClock.now
        return { ContinuousClock.now - start }
    }()

    /// Whether nobody is let in without a key: once there ever was one.
    var requiresKeys: Bool { state.withLock(\.requiresKeys) }

    /// To be called when a key was made.
    func keysWereMade() {
        state.withLock { $0.requiresKeys = true }
    }

    /// Forgets a key; to be called when it was revoked.
    func forget(_ id: String) {
        state.withLock { state in
            state.revocations += 1
            state.verified = state.verified.filter { $0.value.key.id != id }
            for sort in [Allowance.Sort.ingest, .read] {
                state.allowances[sort.rawValue + id] = nil
            }
        }
    }

    // MARK: Admission

    /// Lets a request in, with its identity and allowance.
    ///
    /// - Throws: ``Problem`` 401, 403 or 429.
    func admit(
        _ request: Request, to scope: Route.Scope, _ context: inout RequestScope
    ) async throws {
        guard scope != .none, requiresKeys else { return }
        guard let token = Self.token(of: request) else {
            throw Self.unauthorized("A key is due, as Authorization: Bearer stint_….")
        }
        let key = try await verified(token, from: context)
        context.identity = Identity(workspace: key.workspace, scopes: key.scopes, key: key.id)
        guard key.scopes.allows(scope.access) else {
            throw Problem(
                .forbidden, "wrong_scope",
                "This takes a key of scope \(scope.rawValue); this one has "
                    + "\(key.scopes.words.joined(separator: ", ")).")
        }
        guard let allowance = allowance(of: key, for: scope) else { return }
        context.allowance = allowance
        if scope == .ingest {
            try allowance.expectSome()
        } else {
            try allowance.take(1)
        }
    }

    /// The credentials of the scheme `Bearer` (RFC 6750 §2.1).
    private static func token(of request: Request) -> Substring? {
        guard let field = request.headers[.authorization] else { return nil }
        let scheme = field.prefix { $0 != " " }
        guard scheme.lowercased() == "bearer" else { return nil }
        let token = field[scheme.endIndex...].drop { $0 == " " }
        return token.isEmpty ? nil : token
    }

    private func verified(
        _ token: Substring, from context: RequestScope
    ) async throws -> AccessKey {
        var token = token
        let digest = token.withUTF8 { SHA256.hash(data: UnsafeRawBufferPointer($0)) }
        let uptime = uptime()
        let (known, revocations) = state.withLock { ($0.verified[digest], $0.revocations) }
        if let known, uptime - known.at < Self.memory { return try valid(known.key) }

        // Guessing is stopped before anything is looked up, but never whoever was known.
        if known == nil { try expectFewFailures(from: context) }
        guard let secret = KeySecret(text: token),
            let key = try await keys.key(digest: secret.digest)
        else {
            noteFailure(from: context)
            throw Self.unauthorized("The key is not known here.")
        }
        guard key.isValid(at: now()) else {
            state.withLock { $0.verified[digest] = nil }
            noteFailure(from: context)
            return try valid(key)
        }
        state.withLock { state in
            guard state.revocations == revocations else { return }
            if state.verified.count >= Self.mostRemembered { state.verified = [:] }
            state.verified[digest] = Verified(key: key, at: uptime)
        }
        await noteUse(of: key)
        return key
    }

    /// - Throws: ``Problem`` 401 where the key has expired or was revoked.
    private func valid(_ key: AccessKey) throws(Problem) -> AccessKey {
        if key.isValid(at: now()) { return key }
        throw Self.unauthorized(
            key.revokedAt == nil ? "The key has expired." : "The key was revoked.")
    }

    private static func unauthorized(_ detail: String) -> Problem {
        Problem(
            .unauthorized, "unauthorized", detail, headers: [.wwwAuthenticate: "Bearer"])
    }

    /// To the hour, so that it is written seldom; not being able to is no reason to refuse.
    private func noteUse(of key: AccessKey) async {
        let hour = TimeSpan.seconds(3_600).microseconds
        let now = now().microseconds
        let since = max(Instant(microseconds: now - now % hour), key.createdAt)
        if let last = key.lastUsedAt, last >= since { return }
        do {
            try await keys.noteUse(ofKey: key.id, at: since)
        } catch {
            logger.info("The use of a key was not noted", metadata: ["error": "\(error)"])
        }
    }

    // MARK: Rates

    private func allowance(of key: AccessKey, for scope: Route.Scope) -> Allowance? {
        let sort = scope == .ingest ? Allowance.Sort.ingest : .read
        let rate = scope == .ingest ? limits.ingest : limits.read
        guard rate > 0 else { return nil }
        let name = sort.rawValue + key.id
        return state.withLock { state in
            if let held = state.allowances[name] { return held }
            let fresh = Allowance(sort, perSecond: rate, uptime: uptime)
            state.allowances[name] = fresh
            return fresh
        }
    }

    private func expectFewFailures(from context: RequestScope) throws(Problem) {
        let (address, uptime) = (context.address, uptime())
        let seconds: Int? = state.withLock { state in
            guard var bucket = state.failures[address], bucket.isEmpty(now: uptime) else {
                return nil
            }
            return bucket.seconds(until: 1)
        }
        guard let seconds else { return }
        throw Problem(
            .tooManyRequests, "too_many_failures",
            "Too many wrong keys came from this address. Try again in \(seconds) s.",
            headers: [.retryAfter: String(seconds)])
    }

    private func noteFailure(from context: RequestScope) {
        let (address, uptime) = (context.address, uptime())
        guard limits.failures > 0 else { return }
        let most = Double(limits.failures)
        state.withLock { state in
            if state.failures.count >= Self.mostRemembered { state.failures = [:] }
            var bucket =
                state.failures[address]
                ?? TokenBucket(perSecond: most / 60, capacity: most, now: uptime)
            _ = bucket.take(1, now: uptime)
            state.failures[address] = bucket
        }
    }
}

/// How often one key may ask; 0 for as often as it likes.
public struct RateLimits: Hashable, Sendable {
    /// Events a second.
    public var ingest = 100_000
    /// Requests a second, of all that is not ingest.
    public var read = 200
    /// Wrong keys a minute from one address.
    public var failures = 10

    public init() {}
}
