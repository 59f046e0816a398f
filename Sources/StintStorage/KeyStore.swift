public import StintModel

/// Where the keys are kept, by the digests of their secrets.
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

    /// Ends a key for good.
    ///
    /// - Parameter workspace: The one it must belong to; `nil` for any.
    /// - Returns: Whether there is such a key; also where it was revoked before.
    func revokeKey(
        _ id: String, in workspace: Workspace?, at now: Instant
    ) async throws(StoreError) -> Bool

    /// Notes that a key was used.
    func noteUse(ofKey id: String, at hour: Instant) async throws(StoreError)
}
