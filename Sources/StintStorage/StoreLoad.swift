import Synchronization

/// What is asked of a store's database.
public struct StoreLoad: Hashable, Sendable {
    /// Connections that are open.
    public let connections: Int
    /// Reads and transactions a second, over the last minute.
    public let queriesPerSecond: Double
    /// What one of them took on average, over the last minute; `nil` where there was none.
    public let meanSeconds: Double?

    public init(connections: Int, queriesPerSecond: Double, meanSeconds: Double?) {
        self.connections = connections
        self.queriesPerSecond = queriesPerSecond
        self.meanSeconds = meanSeconds
    }
}

/// Counts what is asked of a store, a second at a time, and forgets it after a minute.
///
/// Its lock is held for a few nanoseconds, by calls that take a thousand times as long.
public final class StoreLoadMeter<C: Clock<Duration>>: Sendable {
    private struct Second {
        var number: Int64 = -1
        var count: Int64 = 0
        var time = Duration.zero
    }

    private struct State {
        var connections = 0
        /// The second of number n stands at n modulo their count.
        var seconds = [Second](repeating: Second(), count: 64)
    }

    private let clock: C
    private let start: C.Instant
    private let state = Mutex(State())

    /// Over how many whole seconds before the present one the means are taken.
    private static var span: Int64 { 60 }

    public init(clock: C = ContinuousClock()) {
        self.clock = clock
        start = clock.now
    }

    /// A connection of a store stays open as long as the store does.
    public func connectionOpened() { state.withLock { $0.connections += 1 } }

    /// Measures a call, also one that fails.
    public func measure<Value, Failure: Error>(
        _ body: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let before = clock.now
        defer { count(since: before) }
        return try body()
    }

    /// When a call begins whose end ``count(since:)`` tells.
    public var now: C.Instant { clock.now }

    public func count(since before: C.Instant) {
        let now = clock.now
        let (number, time) = (second(at: now), before.duration(to: now))
        state.withLock { state in
            let place = Int(number % Int64(state.seconds.count))
            if state.seconds[place].number != number {
                state.seconds[place] = Second(number: number)
            }
            state.seconds[place].count += 1
            state.seconds[place].time += time
        }
    }

    /// Of a meter that is younger than a minute, the means are over its life.
    public var load: StoreLoad {
        let now = second(at: clock.now)
        let age = start.duration(to: clock.now) / .seconds(1)
        return state.withLock { state in
            let recent = state.seconds.filter {
                $0.count > 0 && $0.number >= now - Self.span && (age < 60 || $0.number < now)
            }
            let count = recent.reduce(0 as Int64) { $0 + $1.count }
            let time = recent.reduce(Duration.zero) { $0 + $1.time }
            let span = min(max(age, 1), Double(Self.span))
            return StoreLoad(
                connections: state.connections, queriesPerSecond: Double(count) / span,
                meanSeconds: count > 0 ? time / .seconds(1) / Double(count) : nil)
        }
    }

    private func second(at instant: C.Instant) -> Int64 {
        start.duration(to: instant).components.seconds
    }
}
