import Crypto
import HTTPTypes
import Hummingbird
import Logging
import StintModel
import StintStorage
import Synchronization

/// Decides on every request by its key, or its browser's session: who asks, whether that may be asked,
/// and how often.
///
/// What was verified is remembered for a minute, so that a request costs one digest; revoking a key
/// through this server forgets it at once.
final class AccessControl: Sendable {
    /// Whoever a request comes from.
    struct Caller {
        var key: AccessKey
        /// Where a cookie stood for the key.
        var session: (secret: SessionSecret, session: BrowserSession)?
    }

    private struct State {
        var requiresKeys: Bool
        /// By key and sort.
        var allowances: [String: Allowance] = [:]
        /// Failed attempts, by address.
        var failures: [String: TokenBucket] = [:]
    }

    let keys: any KeyStore
    let cookie: SessionCookie
    let now: @Sendable () -> Instant
    let uptime: @Sendable () -> Duration
    let logger: Logger
    let sessions = LookUpMemory<BrowserSession>()
    private let verifiedKeys = LookUpMemory<AccessKey>()
    private let limits: RateLimits
    private let state: Mutex<State>

    private static let mostAddresses = 10_000

    /// - Parameters:
    ///   - isSecure: Whether the server itself speaks TLS.
    ///   - uptime: Time since some fixed point, by a clock that nobody sets.
    init(
        keys: any KeyStore, limits: RateLimits, isSecure: Bool,
        now: @escaping @Sendable () -> Instant,
        uptime: @escaping @Sendable () -> Duration = AccessControl.systemUptime, logger: Logger
    ) async throws(StoreError) {
        self.keys = keys
        cookie = SessionCookie(isSecure: isSecure)
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

    /// Forgets a key and its sessions; to be called when it was revoked.
    func forget(_ id: String) {
        verifiedKeys.forget { $0.id == id }
        sessions.forget { $0.key.id == id }
        state.withLock { state in
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
        guard scope != .none else { return }
        // A socket that a foreign page opens would tell it what its reader may read: browsers send
        // the cookie, and ask no leave of the server.
        if request.headers.contains(.upgrade), !request.headers.contains(.authorization),
            PageOrigin(of: request) == .foreign
        {
            throw PageOrigin.refusal
        }
        guard requiresKeys else { return }
        guard let caller = try await caller(of: request, context) else {
            throw Self.noKey
        }
        if let secret = caller.session?.secret, request.method != .get, request.method != .head {
            try Self.expectOwnPage(request, secret)
        }
        context.identity = Identity(caller.key, session: caller.session?.secret.digest)
        context.allowance = try admit(caller.key, to: scope)
    }

    /// Lets in whoever comes by another way than HTTP, with nothing but a key.
    ///
    /// - Parameters:
    ///   - authorization: What stands where HTTP has the field of this name.
    ///   - address: As ``RequestScope/address``.
    /// - Throws: ``Problem`` 401, 403 or 429.
    func admit(
        authorization: String?, from address: String, to scope: Route.Scope
    ) async throws -> (identity: Identity, allowance: Allowance?) {
        guard requiresKeys else { return (.anonymous, nil) }
        guard let token = authorization.flatMap({ Self.token(in: $0) }) else { throw Self.noKey }
        let key = try await verified(token, from: address)
        return (Identity(key), try admit(key, to: scope))
    }

    /// - Returns: What it may still ask for; `nil` where nothing is limited.
    /// - Throws: ``Problem`` 403 or 429.
    private func admit(_ key: AccessKey, to scope: Route.Scope) throws(Problem) -> Allowance? {
        guard key.scopes.allows(scope.access) else {
            throw Problem(
                .forbidden, "wrong_scope",
                "This takes a key of scope \(scope.rawValue); this one has "
                    + "\(key.scopes.words.joined(separator: ", ")).")
        }
        guard let allowance = allowance(of: key, for: scope) else { return nil }
        if scope == .ingest {
            try allowance.expectSome()
        } else {
            try allowance.take(1)
        }
        return allowance
    }

    /// Whoever a request comes from: by its key; by its cookie where it shows none.
    ///
    /// - Returns: `nil` where it shows neither.
    /// - Throws: ``Problem`` 401 or 429.
    func caller(of request: Request, _ context: RequestScope) async throws -> Caller? {
        if request.headers.contains(.authorization) {
            guard let token = request.headers[.authorization].flatMap({ Self.token(in: $0) }) else {
                return nil
            }
            return Caller(key: try await verified(token, from: context.address))
        }
        guard let secret = cookie.secret(in: request) else { return nil }
        guard let session = try await session(of: secret) else {
            throw Self.unauthorized("The session is not known here, or has ended. Log in again.")
        }
        return Caller(key: session.key, session: (secret, session))
    }

    /// The credentials of the scheme `Bearer` (RFC 6750 §2.1).
    private static func token(in field: String) -> Substring? {
        let scheme = field.prefix { $0 != " " }
        guard scheme.lowercased() == "bearer" else { return nil }
        let token = field[scheme.endIndex...].drop { $0 == " " }
        return token.isEmpty ? nil : token
    }

    static func digest(of secret: Substring) -> SHA256.Digest {
        var secret = secret
        return secret.withUTF8 { SHA256.hash(data: UnsafeRawBufferPointer($0)) }
    }

    /// The key of this secret.
    ///
    /// - Throws: ``Problem`` 401 or 429.
    func verified(_ token: Substring, from address: String) async throws -> AccessKey {
        let (digest, uptime) = (Self.digest(of: token), uptime())
        let (known, losses) = verifiedKeys.recall(digest)
        if let known, known.isFresh(at: uptime) { return try valid(known.found) }

        // Guessing is stopped before anything is looked up, but never whoever was known.
        if known == nil { try expectFewFailures(from: address) }
        guard let secret = KeySecret(text: token),
            let key = try await keys.key(digest: secret.digest)
        else {
            noteFailure(from: address)
            throw Self.unauthorized("The key is not known here.")
        }
        guard key.isValid(at: now()) else {
            verifiedKeys.forget(digest)
            noteFailure(from: address)
            return try valid(key)
        }
        verifiedKeys.keep(key, digest, at: uptime, since: losses)
        await noteUse(of: key)
        return key
    }

    /// - Throws: ``Problem`` 401 where the key has expired or was revoked.
    private func valid(_ key: AccessKey) throws(Problem) -> AccessKey {
        if key.isValid(at: now()) { return key }
        throw Self.unauthorized(
            key.revokedAt == nil ? "The key has expired." : "The key was revoked.")
    }

    private static let noKey = unauthorized("A key is due, as Authorization: Bearer stint_….")

    private static func unauthorized(_ detail: String) -> Problem {
        Problem(
            .unauthorized, "unauthorized", detail, headers: [.wwwAuthenticate: "Bearer"])
    }

    /// To the hour, so that it is written seldom; not being able to is no reason to refuse.
    func noteUse(of key: AccessKey) async {
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

    func allowance(of key: AccessKey, for scope: Route.Scope) -> Allowance? {
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

    private func expectFewFailures(from address: String) throws(Problem) {
        let uptime = uptime()
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

    private func noteFailure(from address: String) {
        let uptime = uptime()
        guard limits.failures > 0 else { return }
        let most = Double(limits.failures)
        state.withLock { state in
            if state.failures.count >= Self.mostAddresses { state.failures = [:] }
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
