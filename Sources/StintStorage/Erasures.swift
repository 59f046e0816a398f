import Crypto
public import StintModel
import Synchronization

/// The ids that were erased, as hashes: nothing is known of them but that they must not come back.
///
/// A mirror of what a store keeps. Asking costs nothing where nothing was erased, else one hash.
public final class Erasures: Sendable {
    private let secret: [UInt8]
    private let hashes: Mutex<Set<[UInt8]>>

    /// - Parameters:
    ///   - secret: The store's own, so that nobody can try ids against the hashes.
    ///   - hashes: Those kept.
    public init(secret: [UInt8], hashes: Set<[UInt8]>) {
        self.secret = secret
        self.hashes = Mutex(hashes)
    }

    /// 32 bytes of HMAC-SHA256.
    public func hash(_ id: ExecutionID, in workspace: Workspace) -> [UInt8] {
        var digest = HMAC<SHA256>(key: SymmetricKey(data: secret))
        digest.update(data: Array(workspace.rawValue.utf8) + [0])
        digest.update(data: Array(id.rawValue.utf8))
        return Array(digest.finalize())
    }

    public var isEmpty: Bool { hashes.withLock(\.isEmpty) }

    public func contains(_ id: ExecutionID, in workspace: Workspace) -> Bool {
        if isEmpty { return false }
        let hash = hash(id, in: workspace)
        return hashes.withLock { $0.contains(hash) }
    }

    /// For stores, after the erasure is durable.
    public func insert(_ hash: [UInt8]) {
        hashes.withLock { _ = $0.insert(hash) }
    }

    /// For stores, after they forgot some.
    public func replace(_ kept: Set<[UInt8]>) {
        hashes.withLock { $0 = kept }
    }
}
