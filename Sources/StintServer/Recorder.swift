public import Logging
public import ServiceLifecycle
public import StintModel
public import StintStorage
import Synchronization

/// Why something was not recorded.
public enum RecorderError: Error, Hashable, Sendable {
    /// More waits than may wait; nothing of the request was taken.
    case overloaded
    /// The server is stopping; nothing of the request was taken.
    case stopping
    case store(StoreError)
}

/// The way into the store: requests that arrive together share one transaction and one sync, and
/// each is answered after its own commit.
///
/// While a group is committed the next one gathers, so the size of groups adapts to the load by
/// itself, and no timer is needed. What waits is bounded; beyond that a request is refused at once.
public final class Recorder: Service {
    /// What one request has to say.
    public struct Submission: Sendable {
        public var recordings: [Recording] = []
        public var traces: [TraceRecording] = []
        public var workers: [WorkerSample] = []
        /// What came of it, where its client numbers its events.
        public var batch: ClientBatch?
        /// About what it takes in memory while it waits.
        public var bytes = 0

        public init() {}

        public var isEmpty: Bool { count == 0 && batch == nil }
        var count: Int { recordings.count + traces.count + workers.count }
    }

    public struct Bounds: Sendable {
        /// Executions, traces and samples that may wait.
        public var waiting = 100_000
        /// Bytes of requests that may wait.
        public var waitingBytes = 64 << 20
        /// Executions, traces and samples of one group; one request is never split.
        public var group = 4_000

        public init() {}
    }

    private struct Waiting {
        let submission: Submission
        let answer: CheckedContinuation<Result<Void, RecorderError>, Never>
    }

    private struct State {
        var queue: [Waiting] = []
        var count = 0
        var bytes = 0
        var isStopping = false
        /// The service, where it has nothing to do.
        var sleeper: CheckedContinuation<Void, Never>?
    }

    private let store: any ExecutionStore
    private let bounds: Bounds
    private let now: @Sendable () -> Instant
    private let logger: Logger
    private let metrics: ServerMetrics
    private let onCommit: @Sendable ([Change]) -> Void
    private let onReports: @Sendable (Set<Workspace>) -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - now: The server's clock, for the times of receipt.
    ///   - onCommit: Told of every change after it is durable, in order of commits.
    ///   - onReports: Told of the workspaces whose workers reported, likewise.
    public init(
        store: any ExecutionStore, bounds: Bounds = Bounds(),
        now: @escaping @Sendable () -> Instant,
        logger: Logger, metrics: ServerMetrics = ServerMetrics(),
        onCommit: @escaping @Sendable ([Change]) -> Void,
        onReports: @escaping @Sendable (Set<Workspace>) -> Void = { _ in }
    ) {
        self.store = store
        self.bounds = bounds
        self.now = now
        self.logger = logger
        self.metrics = metrics
        self.onCommit = onCommit
        self.onReports = onReports
    }

    /// Executions, traces and samples that wait, and the bytes of their requests.
    var waiting: (count: Int, bytes: Int) { state.withLock { ($0.count, $0.bytes) } }

    /// Records, and returns when it is durable.
    public func record(_ submission: Submission) async throws(RecorderError) {
        if submission.isEmpty { return }
        let result = await withCheckedContinuation { answer in
            enqueue(Waiting(submission: submission, answer: answer))
        }
        try result.get()
    }

    private func enqueue(_ waiting: Waiting) {
        let count = waiting.submission.count
        let bytes = waiting.submission.bytes
        let (refusal, sleeper) = state.withLock { state in
            if state.isStopping { return (RecorderError?.some(.stopping), SleepingService?.none) }
            let isFull =
                state.count + count > bounds.waiting || state.bytes + bytes > bounds.waitingBytes
            // A request larger than what may wait is taken when nothing else does.
            if isFull, !state.queue.isEmpty { return (.overloaded, nil) }
            state.queue.append(waiting)
            state.count += count
            state.bytes += bytes
            defer { state.sleeper = nil }
            return (nil, state.sleeper)
        }
        // Never under the lock: resuming runs other code.
        if let refusal { waiting.answer.resume(returning: .failure(refusal)) }
        sleeper?.resume()
    }

    private typealias SleepingService = CheckedContinuation<Void, Never>

    // MARK: Service

    /// Commits group after group, until the service is asked to stop and everything taken is
    /// answered.
    ///
    /// - Throws: ``StoreError/broken(reason:)``, after which the process must end.
    public func run() async throws {
        // Cancelled where another service failed: what was taken is committed all the same.
        try await withTaskCancellationOrGracefulShutdownHandler {
            if let executor = store.executor {
                try await withTaskExecutorPreference(executor) { try await self.commitGroups() }
            } else {
                try await self.commitGroups()
            }
        } onCancelOrGracefulShutdown: {
            self.stop()
        }
    }

    private func stop() {
        let sleeper = state.withLock { state in
            state.isStopping = true
            defer { state.sleeper = nil }
            return state.sleeper
        }
        sleeper?.resume()
    }

    private func commitGroups() async throws {
        while true {
            let group = takeGroup()
            if !group.isEmpty {
                if let reason = await commit(group) {
                    stop()
                    for waiting in takeAll() {
                        waiting.answer.resume(returning: .failure(.stopping))
                    }
                    throw StoreError.broken(reason: reason)
                }
            } else if state.withLock({ $0.isStopping }) {
                return
            } else {
                await sleep()
            }
        }
    }

    private func sleep() async {
        await withCheckedContinuation { sleeper in
            let isNeeded = state.withLock { state in
                if !state.queue.isEmpty || state.isStopping { return true }
                state.sleeper = sleeper
                return false
            }
            if isNeeded { sleeper.resume() }
        }
    }

    private func takeGroup() -> [Waiting] {
        state.withLock { state in
            var count = 0
            var end = 0
            for waiting in state.queue {
                if end > 0, count + waiting.submission.count > bounds.group { break }
                count += waiting.submission.count
                end += 1
            }
            return Self.take(end, from: &state)
        }
    }

    private func takeAll() -> [Waiting] {
        state.withLock { Self.take($0.queue.count, from: &$0) }
    }

    private static func take(_ count: Int, from state: inout State) -> [Waiting] {
        if count == state.queue.count {
            let all = state.queue
            state.queue = []
            state.count = 0
            state.bytes = 0
            return all
        }
        let taken = Array(state.queue[..<count])
        state.queue.removeFirst(count)
        for waiting in taken {
            state.count -= waiting.submission.count
            state.bytes -= waiting.submission.bytes
        }
        return taken
    }

    /// - Returns: Why the store is broken, where it is.
    private func commit(_ group: [Waiting]) async -> String? {
        var all = RecordingGroup(recordings: [], receivedAt: now())
        all.batches = group.compactMap(\.submission.batch)
        if group.count == 1 {
            all.recordings = group[0].submission.recordings
            all.traces = group[0].submission.traces
            all.workers = group[0].submission.workers
        } else {
            all.recordings.reserveCapacity(group.reduce(0) { $0 + $1.submission.recordings.count })
            for waiting in group {
                all.recordings += waiting.submission.recordings
                all.traces += waiting.submission.traces
                all.workers += waiting.submission.workers
            }
        }
        do throws(StoreError) {
            let start = ContinuousClock.now
            let changes = try await store.record(all)
            metrics.commitSeconds.add((.now - start).inSeconds)
            let size = group.reduce(0) { $0 + $1.submission.count }
            metrics.groupSizes.add(Double(size))
            metrics.ingestPace.add(all)
            for waiting in group { waiting.answer.resume(returning: .success(())) }
            onCommit(changes)
            if !all.workers.isEmpty { onReports(Set(all.workers.compactMap(\.workspace))) }
            return nil
        } catch {
            switch error {
            case .refused where group.count > 1, .damaged where group.count > 1:
                // One request may be at fault: each is tried alone, so that it harms no neighbour.
                for (index, waiting) in group.enumerated() {
                    if let reason = await commit([waiting]) {
                        for rest in group[(index + 1)...] {
                            rest.answer.resume(returning: .failure(.store(error)))
                        }
                        return reason
                    }
                }
                return nil
            case .broken(let reason):
                logger.critical("The store is broken", metadata: ["reason": "\(reason)"])
                for waiting in group {
                    waiting.answer.resume(returning: .failure(.store(error)))
                }
                return reason
            case .full, .unavailable, .refused, .damaged:
                logger.error("A group could not be recorded", metadata: ["error": "\(error)"])
                for waiting in group {
                    waiting.answer.resume(returning: .failure(.store(error)))
                }
                return nil
            }
        }
    }
}
