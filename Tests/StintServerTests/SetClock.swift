import StintModel
import StintStorageTesting
import Synchronization

/// A clock that stands until it is set.
final class SetClock: Sendable {
    private let time: Mutex<Instant>

    init(_ time: Instant = SampleFleet.noon) { self.time = Mutex(time) }

    var now: Instant { time.withLock(\.self) }
    func set(_ instant: Instant) { time.withLock { $0 = instant } }
}
