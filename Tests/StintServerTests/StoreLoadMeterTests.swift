import StintStorage
import Testing

@Suite struct StoreLoadMeterTests {
    @Test func `calls count for a minute, with the time they took`() {
        let clock = SteppedClock()
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
        let clock = SteppedClock()
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
        let clock = SteppedClock()
        let meter = StoreLoadMeter(clock: clock)
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask { for _ in 0..<1_000 { meter.measure {} } }
            }
        }
        #expect(meter.load.queriesPerSecond == 8_000)
    }
}
