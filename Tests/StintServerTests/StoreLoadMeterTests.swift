import StintStorage
import Synchronization
import Testing

@Suite struct StoreLoadMeterTests {
    /// A clock that goes on when told to.
    final class SetClock: Clock {
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

    @Test func `calls count for a minute, with the time they took`() {
        let clock = SetClock()
        let meter = StoreLoadMeter(clock: clock)
        #expect(
            meter.load == StoreLoad(connections: 0, queriesPerSecond: 0, meanSeconds: nil))
        meter.connectionOpened()
        // Ten calls a second of 20 ms each.
        for _ in 0..<(100 * 10) {
            meter.measure { clock.goOn(.milliseconds(20)) }
            clock.goOn(.milliseconds(80))
        }
        let load = meter.load
        #expect(load.connections == 1)
        #expect(abs(load.queriesPerSecond - 10) < 0.2)
        #expect(abs((load.meanSeconds ?? 0) - 0.02) < 1e-9)
        clock.goOn(.seconds(61))
        #expect(meter.load.queriesPerSecond == 0 && meter.load.meanSeconds == nil)
    }

    @Test func `in its first minute the mean is over its life`() {
        let clock = SetClock()
        let meter = StoreLoadMeter(clock: clock)
        for _ in 0..<20 { meter.measure { clock.goOn(.milliseconds(500)) } }
        #expect(meter.load.queriesPerSecond == 2 && meter.load.meanSeconds == 0.5)
    }

    @Test func `a call that fails counts as well`() {
        struct Failure: Error {}
        let meter = StoreLoadMeter()
        #expect(throws: Failure.self) { try meter.measure { throw Failure() } }
        #expect(meter.load.queriesPerSecond > 0)
    }

    @Test func `many count at once, and none is lost`() async {
        let clock = SetClock()
        let meter = StoreLoadMeter(clock: clock)
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask { for _ in 0..<1_000 { meter.measure {} } }
            }
        }
        #expect(meter.load.queriesPerSecond == 8_000)
    }
}
