import AsyncAlgorithms
import Logging
import ServiceLifecycle
import StintModel
import StintStorage

/// Removes what has been kept for as long as it should be, a little at a time.
struct ExpiryService<C: Clock<Duration>>: Service {
    let store: any ExecutionStore
    /// What to remove; its `now` is set anew for each portion.
    let expiry: Expiry
    let interval: Duration
    let clock: C
    let now: @Sendable () -> Instant
    let logger: Logger

    /// Begins at once: what expired while no server ran, or on a disk that is full, has waited.
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
                var expiry = expiry
                expiry.now = now()
                let portion = try await store.expire(expiry)
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
