public import StintModel

/// Where the keys are kept, and the sessions that browsers began with them: by the digests of their
/// secrets, which are kept nowhere.
public protocol KeyStore: Sendable {
    /// Whether there ever was a key: from the first one on, nobody is let in without one, also when
    /// all are revoked.
    func hasKeys() async throws(StoreError) -> Bool

    /// Keeps a new key, durably. A digest that is kept already changes nothing.
    func add(_ key: AccessKey, digest: [UInt8]) async throws(StoreError)

    /// The key whose secret has this digest, revoked and expired ones too.
    func key(digest: [UInt8]) async throws(StoreError) -> AccessKey?

    /// The keys of a workspace, or of all, in order of their making, revoked ones too.
    func keys(in workspace: Workspace?) async throws(StoreError) -> [AccessKey]

    /// Ends a key for good, and its sessions.
    ///
    /// - Parameter workspace: The one it must belong to; `nil` for any.
    /// - Returns: Whether there is such a key; also where it was revoked before.
    func revokeKey(
        _ id: String, in workspace: Workspace?, at now: Instant
    ) async throws(StoreError) -> Bool

    /// Notes that a key was used.
    func noteUse(ofKey id: String, at hour: Instant) async throws(StoreError)

    /// Keeps a new session, durably. Of the others those go whose time is over by then, and of the same
    /// key those that were not used for longest, past ``BrowserSession/perKey`` in all.
    func add(_ session: BrowserSession, digest: [UInt8]) async throws(StoreError)

    /// The session whose secret has this digest; perhaps one whose time is over.
    func session(digest: [UInt8]) async throws(StoreError) -> BrowserSession?

    /// Notes that a session was used.
    func noteUse(ofSession digest: [UInt8], at now: Instant) async throws(StoreError)

    /// Ends a session for good; one that is not there is ended already.
    func endSession(digest: [UInt8]) async throws(StoreError)
}
