import AsyncAlgorithms
import Logging
import ServiceLifecycle
import StintModel
import StintStorage

/// Sums up the load of workers, at every tick, beside what is being recorded.
struct LoadSummingService<C: Clock<Duration>>: Service {
    let store: any ExecutionStore
    let interval: Duration
    let clock: C
    let now: @Sendable () -> Instant
    let logger: Logger

    /// So many times five minutes in one transaction at the most.
    private let portion = 300

    init(
        store: any ExecutionStore, interval: Duration, clock: C,
        now: @escaping @Sendable () -> Instant, logger: Logger
    ) {
        self.store = store
        self.interval = interval
        self.clock = clock
        self.now = now
        self.logger = logger
    }

    /// - Throws: ``StoreError/broken(reason:)``, after which the process must end.
    func run() async throws {
        let ticks = AsyncTimerSequence(interval: interval, clock: clock)
        for await _ in ticks.cancelOnGracefulShutdown() { try await sumUp() }
    }

    /// One pass; what goes wrong is logged, and tried again at the next tick: meanwhile load is
    /// summed up as it is asked for.
    func sumUp() async throws(StoreError) {
        do throws(StoreError) {
            while !Task.isShuttingDownGracefully {
                if try await store.sumWorkerLoad(at: now(), limit: portion) == 0 { return }
            }
        } catch {
            if case .broken = error { throw error }
            logger.error("Summing up load failed", metadata: ["error": "\(error)"])
        }
    }
}
