import StintModel
import Synchronization

/// What the sender is told.
enum Signal: Sendable {
    /// Events have come, or are many.
    case wake
    case flush(Waiter)
    /// The last.
    case close(Waiter)
    /// - count: How many events of this client the request brought.
    case answered(Outbox.Answer, count: Int)
    /// What was due then.
    case tick(ContinuousClock.Instant)
}

/// Somebody who waits until what was made before is settled.
struct Waiter: Sendable {
    /// The last event that matters.
    var number: UInt64
    var deadline: ContinuousClock.Instant
    /// `nil` where the sender has ended.
    var answer: CheckedContinuation<Delivery?, Never>
}

/// Where the program and the sender meet. The program never waits here for more than a lock that is
/// held to add or take events.
final class Intake: Sendable {
    let buffer: Mutex<EventBuffer>
    let pulses = Mutex(Pulses())
    let signals: AsyncStream<Signal>
    private let continuation: AsyncStream<Signal>.Continuation

    init(bytes: Int) {
        buffer = Mutex(EventBuffer(limit: bytes))
        (signals, continuation) = AsyncStream.makeStream()
    }

    func hand(_ event: consuming Event, _ importance: Importance) {
        var event: Event? = consume event
        let isDue = buffer.withLock { buffer in
            event.take().map { buffer.append($0, importance) } ?? false
        }
        if isDue { tell(.wake) }
    }

    /// - Returns: Whether anybody hears it.
    @discardableResult
    func tell(_ signal: Signal) -> Bool {
        if case .terminated = continuation.yield(signal) { false } else { true }
    }

    func end() { continuation.finish() }
}
