import Synchronization

/// A clock that goes on when told to.
final class SteppedClock: Clock {
    struct Instant: InstantProtocol {
        var offset: Swift.Duration
        func advanced(by duration: Swift.Duration) -> Instant {
            Instant(offset: offset + duration)
        }
        func duration(to other: Instant) -> Swift.Duration { other.offset - offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private let time = Mutex(Swift.Duration.zero)
    var now: Instant { Instant(offset: time.withLock(\.self)) }
    let minimumResolution = Swift.Duration.zero
    func sleep(until deadline: Instant, tolerance: Duration?) async throws {}
    func goOn(_ duration: Swift.Duration) { time.withLock { $0 += duration } }
}
