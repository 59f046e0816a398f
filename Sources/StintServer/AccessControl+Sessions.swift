import Crypto
import HTTPTypes
import Hummingbird
import Logging
import StintModel
import StintStorage

/// Browsers: a key is shown once, and a cookie stands for it from then on.
extension AccessControl {
    /// Begins a session in place of the one that the browser may have.
    ///
    /// - Parameter key: The secret of the key.
    /// - Throws: ``Problem`` 401, 403 or 429.
    func beginSession(
        key: String, _ request: Request, _ context: RequestScope
    ) async throws -> (secret: SessionSecret, session: BrowserSession) {
        if PageOrigin(of: request) == .foreign { throw PageOrigin.refusal }
        let key = try await verified(key[...], from: context.address)
        try allowance(of: key, for: .read)?.take(1)
        if let before = cookie.secret(in: request) { try await endSession(before) }
        let (secret, now) = (SessionSecret(), now())
        let session = BrowserSession(key: key, createdAt: now, lastUsedAt: now)
        try await keys.add(session, digest: secret.digest)
        context.logger.info("A browser was let in", metadata: ["key": "\(key.id)"])
        return (secret, session)
    }

    /// Ends the session of the browser that asks; without one nothing changes.
    ///
    /// - Throws: ``Problem`` 403 where no page of ours asks.
    func endSession(of request: Request) async throws {
        guard let secret = cookie.secret(in: request), try await session(of: secret) != nil else {
            return
        }
        try Self.expectOwnPage(request, secret)
        try await endSession(secret)
    }

    private func endSession(_ secret: SessionSecret) async throws(StoreError) {
        try await keys.endSession(digest: secret.digest)
        sessions.forget(Self.digest(of: secret.text[...]))
    }

    /// The session that a cookie stands for; `nil` where it is not known, or its time is over.
    ///
    /// Unlike wrong keys, wrong cookies are not counted: 256 bits are not guessed, and a page left
    /// open over night is no attack.
    func session(of secret: SessionSecret) async throws(StoreError) -> BrowserSession? {
        let (digest, uptime) = (Self.digest(of: secret.text[...]), uptime())
        let (known, losses) = sessions.recall(digest)
        if let known, known.isFresh(at: uptime) {
            return known.found.isValid(at: now()) ? known.found : nil
        }
        guard var found = try await keys.session(digest: Array(digest)),
            found.isValid(at: now())
        else { return nil }
        await noteUse(of: &found, digest)
        await noteUse(of: found.key)
        sessions.keep(found, digest, at: uptime, since: losses)
        return found
    }

    /// Not being able to is no reason to refuse.
    private func noteUse(of session: inout BrowserSession, _ digest: SHA256.Digest) async {
        let now = now()
        guard session.isNotable(at: now) else { return }
        do {
            try await keys.noteUse(ofSession: Array(digest), at: now)
            session.lastUsedAt = now
        } catch {
            logger.info("The use of a session was not noted", metadata: ["error": "\(error)"])
        }
    }

    /// A browser sends the cookie with whatever any page makes it send. So a change must come from a
    /// page of ours, by what the browser says and by a token that foreign pages cannot know.
    ///
    /// - Throws: ``Problem`` 403.
    static func expectOwnPage(_ request: Request, _ secret: SessionSecret) throws(Problem) {
        guard PageOrigin(of: request) == .own else { throw PageOrigin.refusal }
        let token = request.headers[.stintToken] ?? ""
        guard equalInConstantTime(Array(token.utf8), Array(secret.token.utf8)) else {
            throw Problem(
                .forbidden, "no_token",
                "With a cookie a change takes the header Stint-Token, as GET /v1/session tells it.")
        }
    }
}

extension HTTPField.Name {
    static let stintToken = HTTPField.Name("Stint-Token")!
}
