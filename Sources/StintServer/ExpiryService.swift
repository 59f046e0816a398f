import AsyncAlgorithms
import Logging
import ServiceLifecycle
import StintModel
import StintStorage

/// Removes what has been kept for as long as it should be, a little at a time.
struct ExpiryService<C: Clock<Duration>>: Service {
    let store: any ExecutionStore
    let retention: TimeSpan
    let trailRetention: TimeSpan
    let interval: Duration
    let clock: C
    let now: @Sendable () -> Instant
    let logger: Logger

    private let portion = 500

    init(
        store: any ExecutionStore, retention: TimeSpan, trailRetention: TimeSpan,
        interval: Duration, clock: C, now: @escaping @Sendable () -> Instant, logger: Logger
    ) {
        self.store = store
        self.retention = retention
        self.trailRetention = trailRetention
        self.interval = interval
        self.clock = clock
        self.now = now
        self.logger = logger
    }

    /// Begins at once: a server that is started often must not keep everything for ever.
    ///
    /// - Throws: ``StoreError/broken(reason:)``, after which the process must end.
    func run() async throws {
        try await expire()
        let ticks = AsyncTimerSequence(interval: interval, clock: clock)
        for await _ in ticks.cancelOnGracefulShutdown() { try await expire() }
    }

    /// One pass; what goes wrong is logged, and tried again at the next tick.
    func expire() async throws(StoreError) {
        do throws(StoreError) {
            var removed = 0
            while !Task.isShuttingDownGracefully {
                let portion = try await store.expire(
                    retention: retention, trailRetention: trailRetention, now: now(),
                    limit: portion)
                if portion == 0 { break }
                removed += portion
            }
            if removed > 0 { logger.info("Removed expired executions: \(removed)") }
        } catch {
            if case .broken = error { throw error }
            logger.error("Expiry failed", metadata: ["error": "\(error)"])
        }
    }
}
