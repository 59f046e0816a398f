public import StintModel

/// A browser that was let in by a key, and may do what the key may.
///
/// It ends when it was not used for ``idle``, after ``longest`` in any case, and with its key.
public struct BrowserSession: Hashable, Sendable {
    /// As it stands now, not as it was when the session began.
    public var key: AccessKey
    public var createdAt: Instant
    /// To within ``noting``.
    public var lastUsedAt: Instant

    public init(key: AccessKey, createdAt: Instant, lastUsedAt: Instant) {
        self.key = key
        self.createdAt = createdAt
        self.lastUsedAt = lastUsedAt
    }

    public static let idle = TimeSpan.seconds(12 * 3_600)
    public static let longest = TimeSpan.days(7)
    /// How old the noted use may be before it is noted anew: reading a page is not to write each time.
    public static let noting = TimeSpan.seconds(300)
    /// The most sessions of one key; beyond them the one that was not used for longest ends.
    public static let perKey = 100

    /// When it ends however much it is used.
    public var endsAt: Instant {
        let longest = createdAt + Self.longest
        return key.expiresAt.map { min($0, longest) } ?? longest
    }

    public func isValid(at now: Instant) -> Bool {
        key.isValid(at: now) && now < createdAt + Self.longest && now < lastUsedAt + Self.idle
    }

    /// Whether a use at this time is to be noted.
    public func isNotable(at now: Instant) -> Bool { now >= lastUsedAt + Self.noting }
}
