/// What has become of the events that a client made since it began.
///
/// `made` is the sum of the others.
public struct Delivery: Hashable, Sendable {
    /// All events.
    public var made = 0
    /// Stored by the server, for good.
    public var delivered = 0
    /// Refused by the server.
    public var rejected = 0
    /// Given up for want of room.
    public var dropped = 0
    /// On their way, or in memory until they can be.
    public var waiting = 0
    /// On disk, for this process or the next one to send.
    public var spooled = 0
    /// Why the first of those rejected was.
    public var firstRefusal: String?
    /// Why the server did not answer, where it did not when last asked.
    public var failure: String?

    /// Whether the server has all that was made, and took it.
    public var isComplete: Bool { delivered == made }
}
