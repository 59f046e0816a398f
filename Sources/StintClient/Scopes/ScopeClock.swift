import StintModel

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The time of one execution: the wall clock says when it began, and from there the monotonic clock
/// counts, so that setting the clock changes no duration.
struct ScopeClock: Sendable {
    private let wall: Instant
    private let start = ContinuousClock.now

    init() { wall = .current }

    /// Now, as the execution counts it.
    var now: Instant {
        wall + TimeSpan(microseconds: start.duration(to: .now).microseconds)
    }

    var elapsed: Duration { start.duration(to: .now) }
}

extension Instant {
    /// By the wall clock.
    static var current: Instant {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(
            microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }
}

extension Duration {
    /// Whole microseconds of it.
    var microseconds: Int64 {
        components.seconds &* 1_000_000 &+ components.attoseconds / 1_000_000_000_000
    }

    var inSeconds: Double { Double(microseconds) / 1_000_000 }
}
