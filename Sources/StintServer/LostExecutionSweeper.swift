import AsyncAlgorithms
import Logging
import ServiceLifecycle
import StintModel
import StintStorage

/// Looks at every tick for executions that were silent for longer than they promised, and records
/// that they are lost, as any other event is recorded.
///
/// Any number of servers may sweep one store: each says the same, and saying it again changes
/// nothing. Nothing is decided on a clock alone: while the server could not hear, because it was not
/// running or its clock was set, silence proves nothing, so promises to be heard from count anew
/// from then on. What is real and comes later overrules the verdict.
struct LostExecutionSweeper<C: Clock<Duration>>: Service {
    let store: any ExecutionStore
    let recorder: Recorder
    let interval: Duration
    let clock: C
    let now: @Sendable () -> Instant
    let logger: Logger
    let metrics: ServerMetrics

    /// Executions looked at, and recorded, at a time.
    private let portion = 1_000

    init(
        store: any ExecutionStore, recorder: Recorder, interval: Duration, clock: C,
        now: @escaping @Sendable () -> Instant, logger: Logger,
        metrics: ServerMetrics = ServerMetrics()
    ) {
        self.store = store
        self.recorder = recorder
        self.interval = interval
        self.clock = clock
        self.now = now
        self.logger = logger
        self.metrics = metrics
    }

    func run() async throws {
        var hearing = Hearing<C>(now: now(), elapsed: clock.now)
        let ticks = AsyncTimerSequence(interval: interval, clock: clock)
        for await _ in ticks.cancelOnGracefulShutdown() {
            hearing.look(now: now(), elapsed: clock.now)
            await sweep(since: hearing.since)
        }
    }

    /// One pass; what goes wrong is logged, and tried again at the next tick.
    ///
    /// - Parameter hearing: From when on the server heard whatever was told.
    func sweep(since hearing: Instant) async {
        let start = ContinuousClock.now
        defer { metrics.sweepSeconds.add((ContinuousClock.now - start).inSeconds) }
        do {
            var found = 0
            var position: PagePosition?
            repeat {
                let now = now()
                let page = try await store.silent(at: now, after: position, limit: portion)
                let submission = Self.verdicts(on: page.items, at: now, since: hearing)
                try await recorder.record(submission)
                found += submission.recordings.count
                position = page.next
            } while position != nil && !Task.isShuttingDownGracefully
            if found > 0 {
                metrics.lostFound.add(found)
                logger.notice("Found lost executions: \(found)")
            }
        } catch {
            logger.error("Looking for lost executions failed", metadata: ["error": "\(error)"])
        }
    }

    /// What is to be said of executions that were silent for too long.
    static func verdicts(
        on silent: [OpenExecution], at now: Instant, since hearing: Instant
    ) -> Recorder.Submission {
        var submission = Recorder.Submission()
        for open in silent {
            let (id, state) = (open.execution.id, open.execution.state)
            guard let silence = state.silence(receivedAt: max(open.receivedAt, hearing)),
                now > silence.until
            else { continue }
            submission.recordings.append(
                Recording(
                    workspace: open.workspace, id: id,
                    first: silence.event(of: id, attempt: state.currentAttempt)))
        }
        return submission
    }
}

/// From when on a server has heard without a break, by two clocks: the one that tells the time, and
/// may be set, and the one that only ever goes on.
struct Hearing<C: Clock<Duration>> {
    private(set) var since: Instant
    private var last: (now: Instant, elapsed: C.Instant)

    /// More than this between the clocks is a step, not drift.
    private let tolerance = TimeSpan.seconds(5)

    init(now: Instant, elapsed: C.Instant) {
        since = now
        last = (now, elapsed)
    }

    /// Compares the clocks; where one was set since the last look, hearing begins anew.
    mutating func look(now: Instant, elapsed: C.Instant) {
        let (seconds, attoseconds) = last.elapsed.duration(to: elapsed).components
        let passed = TimeSpan(microseconds: seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
        let difference = now.since(last.now + passed)
        if difference > tolerance || difference < TimeSpan(microseconds: -tolerance.microseconds) {
            since = now
        }
        last = (now, elapsed)
    }
}
