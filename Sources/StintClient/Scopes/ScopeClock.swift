package import StintModel

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The time of one execution: the wall clock says when it began, and from there counts a clock that
/// nobody sets, so that setting the other changes no duration.
struct ScopeClock: Sendable {
    private let start: Int64
    /// What the wall clock said more than that.
    private let difference: Int64

    init() {
        start = microseconds(of: steady)
        difference = Instant.current.microseconds - start
    }

    /// Now, as the execution counts it.
    var now: Instant { Instant(microseconds: microseconds(of: steady) + difference) }

    var elapsed: Duration { .microseconds(microseconds(of: steady) - start) }
}

extension Instant {
    /// By the wall clock.
    package static var current: Instant {
        Instant(microseconds: StintClient.microseconds(of: CLOCK_REALTIME))
    }
}

#if canImport(Darwin)
    /// Counts while the machine sleeps, as the others' does.
    private var steady: clockid_t { CLOCK_MONOTONIC_RAW }
#else
    private var steady: clockid_t { CLOCK_BOOTTIME }
#endif

// `ContinuousClock` reads the same, but its arithmetic of 128 bits costs more than the reading.
private func microseconds(of clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
}

extension Duration {
    /// Whole microseconds of it.
    package var microseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds &* 1_000_000 &+ attoseconds / 1_000_000_000_000
    }

    var inSeconds: Double { Double(microseconds) / 1_000_000 }
}
